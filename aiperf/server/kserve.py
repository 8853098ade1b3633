"""KServe's v2 inference protocol: ``/v2/…`` over HTTP, and what gRPC answers with.

Source: https://github.com/kserve/open-inference-protocol, and for health and metadata the same
document; of Triton's extensions over HTTP, there is that of binary tensors. Every model that is
asked for is there, and has a text in and a text out.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from aiperf._version import __version__
from aiperf.server import request
from aiperf.server.binary_tensors import binary_reply, is_binary_wanted, parse
from aiperf.server.reply import Whole, event
from aiperf.server.routes import Route

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiperf.server.reply import Reply
    from aiperf.server.settings import ServerSettings
    from aiperf.server.tokens import TokenSource

INPUT = "text_input"
OUTPUT = "text_output"
_LIMIT = "max_tokens"
# A path comes decoded, and models are called "owner/name".
_MODEL = re.compile(r"/v2/models/(.+?)(?:/versions/([^/]+))?(/infer|/ready)?")

SERVER_METADATA = {
    "name": "aiperf-mock",
    "version": __version__,
    "extensions": ["binary_tensor_data"],
}
"""What the server says of itself."""


class Ask(NamedTuple):
    """What a request asks for; ``limit`` is ``None`` where it sets none."""

    id: str
    limit: int | None
    output: str
    is_closed_by_empty: bool
    """Whether a stream is to end with a response that has no text, as Triton's clients may ask."""
    is_binary: bool
    """Whether the answer's tensor is to be bytes, over HTTP."""


class KServeErrors:
    """``{"error": "…"}``."""

    refused = 400

    def body(
        self,
        status: int,  # noqa: ARG002 - the protocol's signature
        message: str,
        *,
        param: str | None = None,  # noqa: ARG002 - as above
        code: str | None = None,  # noqa: ARG002 - as above
    ) -> bytes:
        """Return the body of a response that is an error."""
        return orjson.dumps({"error": message})

    def event(self, status: int, message: str) -> bytes:
        """Return what would end a stream; over HTTP there is none."""
        return event(self.body(status, message))


class KServe:
    """Answers inferences with text, over HTTP as a whole."""

    def __init__(self, settings: ServerSettings, tokens: TokenSource) -> None:
        self._tokens = tokens
        self._output = settings.output_tokens
        self._errors = KServeErrors()

    def route(self, path: str) -> Route | None:
        """Return what answers a ``POST`` on ``path``, if that is an inference."""
        match = _MODEL.fullmatch(path)
        if match is None or match[3] != "/infer":
            return None
        return Route(partial(self._answer, match[1]), self._errors, parse)

    def page(self, path: str) -> bytes | None:
        """Return what a ``GET`` on ``path`` gets, if that is about the server or a model."""
        if path in ("/v2/health/live", "/v2/health/ready"):
            return b"{}"
        if path == "/v2":
            return orjson.dumps(SERVER_METADATA)
        match = _MODEL.fullmatch(path)
        if match is None or match[3] == "/infer":
            return None
        return b"{}" if match[3] else orjson.dumps(model_metadata(match[1]))

    def words(self, asked: Ask, number: int) -> Sequence[bytes]:
        """Return the tokens of the answer to request ``number``."""
        return self._tokens.take(number, asked.limit or self._output)

    def _answer(self, model: str, fields: Mapping[str, Any], number: int) -> Reply:
        asked = read_ask(fields)
        words = self.words(asked, number)
        response = answer(model, asked, b"".join(words).decode())
        if asked.is_binary:
            return binary_reply(response, len(words))
        return Whole(orjson.dumps(response), tokens=len(words))


def read_ask(fields: Mapping[str, Any]) -> Ask:
    """Return what a request's JSON asks for.

    Raises:
        BadRequestError: A field or a tensor is missing or wrong.
    """
    inputs = request.required(fields, "inputs")
    if not isinstance(inputs, list) or not inputs:
        raise request.wrong("inputs", "a list of tensors that is not empty")
    tensors = {each.get("name"): each for each in inputs if isinstance(each, dict)}
    texts = [each for each in tensors.values() if each.get("datatype") == "BYTES"]
    if not texts:
        raise request.wrong("inputs", "tensors of which one is a text, of the datatype BYTES")
    for text in texts:
        first_of(text, str)
    limit = None
    if _LIMIT in tensors:
        limit = request.output_limit({_LIMIT: first_of(tensors[_LIMIT], int)}, _LIMIT)
    wanted = fields.get("outputs")
    parameters = fields.get("parameters") or {}
    return Ask(
        id=str(fields.get("id", "")),
        limit=limit,
        output=_first_name(wanted) or OUTPUT,
        is_closed_by_empty=isinstance(parameters, dict)
        and parameters.get("triton_enable_empty_final_response") is True,
        is_binary=is_binary_wanted(fields),
    )


def first_of(tensor: Mapping[str, Any], kind: type) -> Any:
    """Return the first element of a tensor, which must be a ``kind``.

    Raises:
        BadRequestError: There is none, or it is something else.
    """
    data = tensor.get("data")
    while isinstance(data, list) and data:
        data = data[0]
    if not isinstance(data, kind):
        raise request.wrong(f"inputs[{tensor.get('name')}].data", f"a list of {kind.__name__}")
    return data


def answer(
    model: str, asked: Ask, text: str | None, parameters: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return a response's JSON; ``None`` for ``text``: it has no tensor."""
    output = {"name": asked.output, "datatype": "BYTES", "shape": [1], "data": [text]}
    response: dict[str, Any] = {"model_name": model, "model_version": "1"}
    if asked.id:
        response["id"] = asked.id
    if parameters:
        response["parameters"] = dict(parameters)
    response["outputs"] = [] if text is None else [output]
    return response


def model_metadata(model: str) -> dict[str, Any]:
    """Return what a model says of itself: it would take any text."""
    return {
        "name": model,
        "versions": ["1"],
        "platform": "aiperf_mock",
        "inputs": [
            {"name": INPUT, "datatype": "BYTES", "shape": [1]},
            {"name": _LIMIT, "datatype": "INT32", "shape": [1]},
        ],
        "outputs": [{"name": OUTPUT, "datatype": "BYTES", "shape": [1]}],
    }


def _first_name(outputs: Any) -> str:
    """Return the name of the first output that is asked for, ``""`` where none is."""
    first = outputs[0] if isinstance(outputs, list) and outputs else None
    return str(first.get("name", "")) if isinstance(first, dict) else ""
