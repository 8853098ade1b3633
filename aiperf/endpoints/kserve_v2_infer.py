"""KServe v2 inference (Open Inference Protocol): text in, text out, as tensors of ``BYTES``.

Source: https://github.com/kserve/open-inference-protocol. The tensors' names are those of Triton's
backends for vLLM and TensorRT-LLM. ``v2_input_name`` and ``v2_output_name`` among the extra inputs
change them, as in NVIDIA's AIPerf.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aiperf.common.errors import ConfigError
from aiperf.endpoints.addressing import json_headers, url_path
from aiperf.endpoints.kserve_content import read_kserve
from aiperf.endpoints.media import refuse_media
from aiperf.endpoints.plain_prompt import plain_prompt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiperf.common.models import ModelEndpoint, ParsedResponse, RawRecord, Turn

_FIELDS = frozenset({"id", "inputs", "outputs", "parameters"})
_DATATYPES = {bool: "BOOL", int: "INT32", float: "FP32", str: "BYTES"}


class KServeV2InferEndpoint:
    """Speaks ``/v2/models/MODEL/infer`` over HTTP and gRPC; it is streamed over gRPC alone.

    Of the extra inputs, ``v2_input_name`` and ``v2_output_name`` name the tensors, ``v2_inputs`` is
    an object of further input tensors, ``v2_batch_dimension`` gives every tensor the shape
    ``[1, 1]`` instead of ``[1]``, and a field of a request takes that field's place. The others are
    the request's ``parameters``.

    Raises:
        ConfigError: One of these extra inputs cannot be what it is.
    """

    def __init__(self, *, model_endpoint: ModelEndpoint) -> None:
        extra = dict(model_endpoint.extra_inputs)
        self._model = model_endpoint
        self._input_name = _name(extra, "v2_input_name", "text_input")
        self._output_name = _name(extra, "v2_output_name", "text_output")
        self._shape = [1, 1] if extra.pop("v2_batch_dimension", False) else [1]
        self._inputs = self._further_inputs(extra.pop("v2_inputs", {}))
        self._fields = {name: extra.pop(name) for name in _FIELDS & extra.keys()}
        self._parameters = extra

    @property
    def path(self) -> str:
        """The URL path that requests go to; over gRPC, it says which model is asked."""
        return url_path(self._model, f"/v2/models/{quote(self._model.model, safe='')}/infer")

    @property
    def headers(self) -> Mapping[str, str]:
        """The content type sent, and whether a stream is wanted back."""
        return json_headers(streaming=self._model.streaming)

    def format_payload(self, turns: Sequence[Turn]) -> dict[str, Any]:
        """Return the request body: one text with everything that was said until the last turn.

        A limit of output tokens is the tensor ``max_tokens``.

        Raises:
            ConfigError: A turn has an image or audio.
        """
        refuse_media(turns, "KServe v2 inference requests")
        inputs = [self._tensor(self._input_name, "BYTES", plain_prompt(turns))]
        if turns[-1].max_tokens is not None:
            inputs.append(self._tensor("max_tokens", "INT32", turns[-1].max_tokens))
        inputs.extend(dict(each) for each in self._inputs)
        payload: dict[str, Any] = {"inputs": inputs}
        if self._parameters:
            payload["parameters"] = dict(self._parameters)
        payload.update(self._fields)
        return payload

    def parse_response(self, record: RawRecord) -> ParsedResponse:
        """Return the text of the output tensor, or of the first one if none has its name.

        Over gRPC, each message of a stream that has text is a chunk of content.
        """
        return read_kserve(record, self._output_name)

    def _tensor(self, name: str, datatype: str, value: Any) -> dict[str, Any]:
        return {"name": name, "shape": list(self._shape), "datatype": datatype, "data": [value]}

    def _further_inputs(self, values: Any) -> list[dict[str, Any]]:
        """Return the tensors of ``v2_inputs``: each is given whole, or as its one value."""
        if not isinstance(values, dict):
            raise _wrong("v2_inputs", values, 'an object such as {"stream": true}')
        tensors: list[dict[str, Any]] = []
        for name, value in values.items():
            if isinstance(value, dict) and value.keys() >= {"datatype", "shape", "data"}:
                tensors.append({**value, "name": name})
            elif type(value) in _DATATYPES:
                tensors.append(self._tensor(name, _DATATYPES[type(value)], value))
            else:
                wanted = "a text, a number, a boolean or an object of datatype, shape and data"
                raise _wrong(f"v2_inputs.{name}", value, wanted)
        return tensors


def _name(extra: dict[str, Any], key: str, default: str) -> str:
    name = extra.pop(key, default)
    if not isinstance(name, str) or not name:
        raise _wrong(key, name, "the name of a tensor")
    return name


def _wrong(name: str, value: Any, wanted: str) -> ConfigError:
    return ConfigError(
        f"--extra-inputs {name} is {value!r}; give {wanted}", option="--extra-inputs"
    )
