"""KServe v2 requests and responses: from their JSON to their protobuf messages, and back.

JSON is what the specification has for HTTP, and what AIPerf's endpoint and embedded server know;
gRPC carries the same as messages. Source: https://github.com/kserve/open-inference-protocol.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from aiperf.common.kserve_messages import message
from aiperf.common.raw_tensors import packed, texts, unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CONTENTS: Final = MappingProxyType(
    {
        "BOOL": "bool_contents",
        "INT8": "int_contents",
        "INT16": "int_contents",
        "INT32": "int_contents",
        "INT64": "int64_contents",
        "UINT8": "uint_contents",
        "UINT16": "uint_contents",
        "UINT32": "uint_contents",
        "UINT64": "uint64_contents",
        "FP32": "fp32_contents",
        "FP64": "fp64_contents",
        "BYTES": "bytes_contents",
    }
)
"""The field of ``InferTensorContents`` that has the elements of a datatype."""

_INT64: Final = range(-(2**63), 2**63)


def request_message(model: str, version: str, payload: Mapping[str, Any]) -> Any:
    """Return the ``ModelInferRequest`` for a request's JSON.

    Raises:
        KeyError, TypeError, ValueError: It is none, or has what a message has no place for.
    """
    return message(
        "ModelInferRequest",
        model_name=model,
        model_version=version,
        id=payload.get("id", ""),
        parameters=_parameters(payload.get("parameters") or {}),
        inputs=[_tensor(each) for each in payload["inputs"]],
        outputs=[
            message(
                "InferRequestedOutputTensor",
                name=each["name"],
                parameters=_parameters(each.get("parameters") or {}),
            )
            for each in payload.get("outputs") or ()
        ],
    )


def response_message(payload: Mapping[str, Any]) -> Any:
    """Return the ``ModelInferResponse`` for a response's JSON; its tensors are raw, as Triton's.

    Raises:
        KeyError, TypeError, ValueError: It is none, or has what a message has no place for.
    """
    outputs = payload["outputs"]
    return message(
        "ModelInferResponse",
        model_name=payload["model_name"],
        model_version=payload.get("model_version", ""),
        id=payload.get("id", ""),
        parameters=_parameters(payload.get("parameters") or {}),
        outputs=[
            message(
                "InferTensor",
                name=each["name"],
                datatype=each["datatype"],
                shape=each["shape"],
            )
            for each in outputs
        ],
        raw_output_contents=[packed(each["datatype"], each["data"]) for each in outputs],
    )


def request_payload(request: Any) -> dict[str, Any]:
    """Return the JSON of a ``ModelInferRequest``.

    Raises:
        ValueError: Its tensors' bytes are not what their datatypes and number say.
    """
    payload: dict[str, Any] = {"id": request.id} if request.id else {}
    if request.parameters:
        payload["parameters"] = _values(request.parameters)
    payload["inputs"] = _tensors(request.inputs, request.raw_input_contents)
    if request.outputs:
        payload["outputs"] = [{"name": each.name} for each in request.outputs]
    return payload


def response_payload(response: Any) -> dict[str, Any]:
    """Return the JSON of a ``ModelInferResponse``.

    Raises:
        ValueError: Its tensors' bytes are not what their datatypes and number say.
    """
    return {
        "model_name": response.model_name,
        "parameters": _values(response.parameters),
        "outputs": _tensors(response.outputs, response.raw_output_contents),
    }


def _tensor(tensor: Mapping[str, Any]) -> Any:
    datatype = tensor["datatype"]
    field = _CONTENTS.get(datatype)
    if field is None:
        msg = (
            f"the datatype {datatype!r} of the tensor {tensor['name']!r} is none of "
            f"{', '.join(_CONTENTS)}"
        )
        raise ValueError(msg)
    data = list(_flat(tensor["data"]))
    if datatype == "BYTES":
        data = [each.encode() if isinstance(each, str) else each for each in data]
    return message(
        "InferTensor",
        name=tensor["name"],
        datatype=datatype,
        shape=tensor["shape"],
        parameters=_parameters(tensor.get("parameters") or {}),
        contents=message("InferTensorContents", **{field: data}),
    )


def _flat(data: Any) -> Any:
    """Yield the elements of a tensor; JSON may nest them as its shape does."""
    for each in data:
        if isinstance(each, list):
            yield from _flat(each)
        else:
            yield each


def _parameters(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _parameter(name, value) for name, value in values.items()}


def _parameter(name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return message("InferParameter", bool_param=value)
    if isinstance(value, int):
        field = "int64_param" if value in _INT64 else "uint64_param"
        return message("InferParameter", **{field: value})
    if isinstance(value, float):
        return message("InferParameter", double_param=value)
    if isinstance(value, str):
        return message("InferParameter", string_param=value)
    msg = f"the parameter {name!r} is {value!r}; over gRPC it can be a text, a number or a boolean"
    raise ValueError(msg)


def _values(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters as JSON has them."""
    values = {}
    for name, parameter in parameters.items():
        field = parameter.WhichOneof("choice")
        values[name] = getattr(parameter, field) if field else None
    return values


def _tensors(tensors: Sequence[Any], raw: Sequence[bytes]) -> list[dict[str, Any]]:
    """Return tensors as JSON has them; where there are raw bytes, there are some for each."""
    if raw and len(raw) != len(tensors):
        msg = f"there are {len(tensors)} tensors, and raw contents for {len(raw)}"
        raise ValueError(msg)
    found = []
    for index, tensor in enumerate(tensors):
        datatype = tensor.datatype
        data = unpacked(datatype, raw[index]) if raw else _elements(datatype, tensor.contents)
        found.append(
            {"name": tensor.name, "datatype": datatype, "shape": list(tensor.shape), "data": data}
        )
    return found


def _elements(datatype: str, contents: Any) -> list[Any]:
    data = list(getattr(contents, _CONTENTS.get(datatype, "bytes_contents")))
    return texts(data) if datatype == "BYTES" else data
