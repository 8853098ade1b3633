"""KServe's messages are those of the specification, and say what their JSON says."""

from __future__ import annotations

import struct

import pytest

pytest.importorskip("google.protobuf", reason="protobuf is an extra")

from aiperf.common.errors import ConfigError
from aiperf.common.kserve_calls import UNARY, call_of, response_json
from aiperf.common.kserve_messages import message, read
from aiperf.common.kserve_tensors import (
    request_message,
    request_payload,
    response_message,
    response_payload,
)

TYPES = {
    "BOOL": [True, False],
    "INT8": [-1, 1],
    "INT16": [-2, 2],
    "INT32": [-3, 3],
    "INT64": [-(2**40), 4],
    "UINT8": [0, 255],
    "UINT16": [0, 2**16 - 1],
    "UINT32": [0, 2**32 - 1],
    "UINT64": [0, 2**64 - 1],
    "FP32": [0.5, -1.0],
    "FP64": [0.1, -1.0],
    "BYTES": ["Grüße", ""],
}
RAW = dict(zip(TYPES, "?bhiqBHIQfd", strict=False))


def tensor(datatype, data, name="t"):
    return {"name": name, "datatype": datatype, "shape": [len(data)], "data": data}


def test_a_request_survives():
    """Every datatype, every kind of parameter, nested data, an id and the outputs asked for."""
    payload = {
        "id": "7",
        "parameters": {"a": True, "b": -1, "c": 2**63, "d": 0.5, "e": "x"},
        "inputs": [tensor(*each) for each in TYPES.items()],
        "outputs": [{"name": "out"}],
    }
    sent = request_message("m", "2", payload).SerializeToString()
    received = read("ModelInferRequest", sent)
    assert (received.model_name, received.model_version) == ("m", "2")
    assert request_payload(received) == payload
    nested = {"inputs": [{**tensor("INT32", [[1], [2]]), "shape": [2, 1]}]}
    (flat,) = request_payload(request_message("m", "", nested))["inputs"]
    assert flat["data"] == [1, 2]


def test_the_bytes_are_those_of_the_specification():
    """Field numbers and wire types, written out by hand from the specification."""
    request = request_message("m", "", {"inputs": [tensor("BYTES", ["hi"])]})
    contents = b"\x42\x02hi"  # bytes_contents = 8
    shape = b"\x1a\x01\x01"  # shape = 3, packed
    inner = b"\x0a\x01t" + b"\x12\x05BYTES" + shape + b"\x2a" + bytes([len(contents)]) + contents
    assert request.SerializeToString() == b"\x0a\x01m" + b"\x2a" + bytes([len(inner)]) + inner
    parameters = request_message("", "", {"inputs": [], "parameters": {"k": False}})
    assert parameters.SerializeToString() == b"\x22\x07\x0a\x01k\x12\x02\x08\x00"


@pytest.mark.parametrize("datatype", TYPES)
def test_raw_contents_and_typed_ones_are_read(datatype):
    """Raw as Triton sends them, little-endian, and texts each after its length."""
    data = TYPES[datatype]
    if datatype == "BYTES":
        raw = b"".join(struct.pack("<I", len(x.encode())) + x.encode() for x in data)
    else:
        raw = struct.pack(f"<{len(data)}{RAW[datatype]}", *data)
    sent = response_message({"model_name": "m", "outputs": [tensor(datatype, data)]})
    assert list(sent.raw_output_contents) == [raw]
    assert response_payload(sent)["outputs"] == [tensor(datatype, data)]
    request = request_message("m", "", {"inputs": [tensor(datatype, data)]})
    typed = message("ModelInferResponse", outputs=list(request.inputs))
    assert response_payload(typed)["outputs"] == [tensor(datatype, data)]


@pytest.mark.parametrize(
    ("datatype", "raw"),
    [
        ("BYTES", [b"\x02\x00\x00\x00a"]),
        ("BYTES", [b"\x02\x00"]),
        ("INT32", [b"abc"]),
        ("COMPLEX", [b"abcd"]),
        ("BYTES", [b"", b""]),
    ],
)
def test_raw_contents_that_are_cut_off_are_an_error(datatype, raw):
    """Whatever the datatype."""
    output = message("InferTensor", name="t", datatype=datatype)
    response = message("ModelInferResponse", outputs=[output], raw_output_contents=raw)
    with pytest.raises(ValueError, match=r"cut off|are no tensor|raw contents for"):
        response_payload(response)
    kind = "application/grpc+proto; messageType=ModelInferResponse"
    with pytest.raises(Exception, match="what is not a ModelInferResponse"):
        response_json(response.SerializeToString(), kind)


def test_a_response_survives():
    """Its text, and the parameters that Triton ends a stream with."""
    payload = {
        "model_name": "m",
        "parameters": {"triton_final_response": True},
        "outputs": [tensor("BYTES", ["Grüße"])],
    }
    assert response_payload(response_message(payload)) == payload
    half = response_message({"model_name": "m", "outputs": [tensor("BYTES", [b"\xc3"])]})
    assert response_payload(half)["outputs"][0]["data"] == ["\N{REPLACEMENT CHARACTER}"]


def test_the_path_names_the_model():
    """And its version."""
    call = call_of("/v2/models/a%2Fb/versions/3/infer", b'{"inputs": []}', streaming=False)
    request = read("ModelInferRequest", call.request)
    assert (call.method, request.model_name, request.model_version) == (UNARY, "a/b", "3")


@pytest.mark.parametrize(
    ("path", "body", "option"),
    [
        ("/v1/chat/completions", b"{}", "--endpoint-type"),
        ("/v2/models/m/infer", b"{}", "--extra-inputs"),
        ("/v2/models/m/infer", b'{"inputs": "x"}', "--extra-inputs"),
        ("/v2/models/m/infer", b'{"inputs": [], "parameters": {"a": [1]}}', "--extra-inputs"),
        (
            "/v2/models/m/infer",
            b'{"inputs": [{"name": "t", "shape": [1], "datatype": "FP16", "data": [1]}]}',
            "--extra-inputs",
        ),
    ],
)
def test_what_grpc_has_no_place_for_is_an_error_of_the_configuration(path, body, option):
    """Found while the request is prepared, with the option to change."""
    with pytest.raises(ConfigError) as caught:
        call_of(path, body, streaming=False)
    assert caught.value.option == option
