"""The messages of KServe's v2 inference service (Open Inference Protocol) for gRPC.

Only what AIPerf sends and reads is here; the numbers and types are those of the specification
(https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/open_inference_grpc.proto)
and, for ``ModelStreamInfer``, of Triton's extension of it
(https://github.com/triton-inference-server/common/blob/main/protobuf/grpc_service.proto).

They live in a pool of descriptors of their own, so that a program may have another library's
messages of the same names beside them.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from google.protobuf.message import Message

PACKAGE: Final = "inference"
SERVICE: Final = f"{PACKAGE}.GRPCInferenceService"

_SPECIFICATION: Final = MappingProxyType(
    {
        "InferParameter": """
            oneof bool bool_param = 1
            oneof int64 int64_param = 2
            oneof string string_param = 3
            oneof double double_param = 4
            oneof uint64 uint64_param = 5
        """,
        "InferTensorContents": """
            repeated bool bool_contents = 1
            repeated int32 int_contents = 2
            repeated int64 int64_contents = 3
            repeated uint32 uint_contents = 4
            repeated uint64 uint64_contents = 5
            repeated float fp32_contents = 6
            repeated double fp64_contents = 7
            repeated bytes bytes_contents = 8
        """,
        "InferTensor": """
            string name = 1
            string datatype = 2
            repeated int64 shape = 3
            map InferParameter parameters = 4
            InferTensorContents contents = 5
        """,
        "InferRequestedOutputTensor": """
            string name = 1
            map InferParameter parameters = 2
        """,
        "ModelInferRequest": """
            string model_name = 1
            string model_version = 2
            string id = 3
            map InferParameter parameters = 4
            repeated InferTensor inputs = 5
            repeated InferRequestedOutputTensor outputs = 6
            repeated bytes raw_input_contents = 7
        """,
        "ModelInferResponse": """
            string model_name = 1
            string model_version = 2
            string id = 3
            map InferParameter parameters = 4
            repeated InferTensor outputs = 5
            repeated bytes raw_output_contents = 6
        """,
        "ModelStreamInferResponse": """
            string error_message = 1
            ModelInferResponse infer_response = 2
        """,
        "ServerLiveRequest": "",
        "ServerLiveResponse": "bool live = 1",
        "ServerReadyRequest": "",
        "ServerReadyResponse": "bool ready = 1",
        "ModelReadyRequest": """
            string name = 1
            string version = 2
        """,
        "ModelReadyResponse": "bool ready = 1",
        "ServerMetadataRequest": "",
        "ServerMetadataResponse": """
            string name = 1
            string version = 2
            repeated string extensions = 3
        """,
        "TensorMetadata": """
            string name = 1
            string datatype = 2
            repeated int64 shape = 3
        """,
        "ModelMetadataRequest": """
            string name = 1
            string version = 2
        """,
        "ModelMetadataResponse": """
            string name = 1
            repeated string versions = 2
            string platform = 3
            repeated TensorMetadata inputs = 4
            repeated TensorMetadata outputs = 5
        """,
    }
)
"""``[repeated|map|oneof] TYPE NAME = NUMBER`` for each field; a map's keys are strings.

An input tensor and an output tensor have the same fields, and are one message here.
"""


def _messages() -> Mapping[str, type[Message]]:
    """Return the class of each message."""
    file = FileDescriptorProto(name="aiperf/kserve_v2.proto", package=PACKAGE, syntax="proto3")
    for name, lines in _SPECIFICATION.items():
        message = file.message_type.add(name=name)
        for line in filter(None, map(str.strip, lines.splitlines())):
            _add_field(message, line)
    pool = DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return MappingProxyType(
        {
            name: GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{name}"))
            for name in _SPECIFICATION
        }
    )


def _add_field(message: DescriptorProto, line: str) -> None:
    """Add the field that ``line`` specifies."""
    declaration, _, number = line.partition(" = ")
    *rules, kind, name = declaration.split(" ")
    field = message.field.add(name=name, number=int(number))
    if rules == ["map"]:
        entry = message.nested_type.add(name=f"{name.capitalize()}Entry")
        entry.options.map_entry = True
        _add_field(entry, "string key = 1")
        _add_field(entry, f"{kind} value = 2")
        kind = f"{message.name}.{entry.name}"
    elif rules == ["oneof"]:
        if not message.oneof_decl:
            message.oneof_decl.add(name="choice")
        field.oneof_index = 0
    is_many = rules in (["map"], ["repeated"])
    field.label = (
        FieldDescriptorProto.LABEL_REPEATED if is_many else FieldDescriptorProto.LABEL_OPTIONAL
    )
    if kind[0].isupper():
        field.type, field.type_name = FieldDescriptorProto.TYPE_MESSAGE, f".{PACKAGE}.{kind}"
    else:
        field.type = FieldDescriptorProto.Type.Value(f"TYPE_{kind.upper()}")


_MESSAGES: Final = _messages()


def message(name: str, /, **fields: Any) -> Any:
    """Return a new message called ``name`` with these fields.

    Raises:
        TypeError, ValueError: A field is of another type, or out of its range.
    """
    return _MESSAGES[name](**fields)


def read(name: str, data: bytes) -> Any:
    """Return the message called ``name`` that ``data`` is.

    Raises:
        google.protobuf.message.DecodeError: It is not one.
    """
    return _MESSAGES[name].FromString(data)
