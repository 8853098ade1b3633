"""KServe v2 from the embedded server, over HTTP and over gRPC: one service with one log."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import socket

import pytest

from aiperf.server.errors import ServerBindError
from aiperf.server.process import EmbeddedServer
from aiperf.server.settings import ServerSettings

PATH = "/v2/models/a%2Fb/infer"
WHOLE, STREAM = "application/json", "text/event-stream"
GRPC = pytest.mark.skipif(
    not importlib.util.find_spec("grpc"),
    reason="grpcio cannot be installed on this interpreter",
)


def post(client, path, fields):
    return client.send("POST", path, json.dumps(fields).encode())


def tensor(name, datatype, *data):
    return {"name": name, "datatype": datatype, "shape": [len(data)], "data": list(data)}


TEXT = tensor("text_input", "BYTES", "Hello there")


@pytest.fixture(scope="module")
def server():
    """Give a server that never waits and answers with four words."""
    with EmbeddedServer(ServerSettings(ttft=0, itl=0, output_tokens=4)) as server:
        yield server


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/v2/health/live", {}),
        ("/v2/health/ready", {}),
        ("/v2/models/m/ready", {}),
        ("/v2/models/m/versions/1/ready", {}),
    ],
)
def test_health(server, client_of, path, answer):
    """The server and every model are there."""
    response = client_of(server.url).send("GET", path)
    assert (response.status, response.json) == (200, answer)


def test_metadata(server, client_of):
    """What the server is, and what a model takes and gives."""
    assert client_of(server.url).send("GET", "/v2").json["name"] == "aiperf-mock"
    model = client_of(server.url).send("GET", "/v2/models/a%2Fb").json
    assert model["name"] == "a/b"
    assert [each["name"] for each in model["inputs"]] == ["text_input", "max_tokens"]


def test_an_inference(server, client_of):
    """As many words as are asked for; id, model and the name of the output come back."""
    client = client_of(server.url)
    fields = {"id": "7", "inputs": [TEXT, tensor("max_tokens", "INT32", 2)]}
    answer = post(client, PATH, {**fields, "outputs": [{"name": "OUT"}]}).json
    assert (answer["id"], answer["model_name"]) == ("7", "a/b")
    (output,) = answer["outputs"]
    assert (output["name"], output["datatype"], output["shape"]) == ("OUT", "BYTES", [1])
    assert len(output["data"][0].split()) == 2
    nested = {"inputs": [{**TEXT, "shape": [1, 1], "data": [["Hello"]]}]}
    (output,) = post(client, PATH, nested).json["outputs"]
    assert (output["name"], len(output["data"][0].split())) == ("text_output", 4)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "inputs"),
        ({"inputs": [tensor("n", "INT32", 1)]}, "datatype BYTES"),
        ({"inputs": [tensor("t", "BYTES", 1)]}, "inputs[t].data"),
        ({"inputs": [TEXT, tensor("max_tokens", "INT32", 0)]}, "max_tokens"),
        ({"inputs": [TEXT, tensor("max_tokens", "INT32")]}, "inputs[max_tokens].data"),
    ],
)
def test_a_request_that_is_refused(server, client_of, fields, said):
    """In the words of the protocol: an object with an error."""
    response = post(client_of(server.url), PATH, fields)
    assert response.status == 400
    assert said in response.json["error"]


def in_bytes(client, fields, rest, length=None):
    """Send tensors as bytes after their JSON, of which the header tells the length."""
    head = json.dumps(fields).encode()
    header = {"Inference-Header-Content-Length": str(len(head) if length is None else length)}
    return client.send("POST", PATH, head + rest, header)


def binary(name, datatype, size):
    parameters = {"binary_data_size": size}
    return {"name": name, "datatype": datatype, "shape": [1], "parameters": parameters}


def test_tensors_as_bytes(server, client_of):
    """One after the other; the answer's too, where that is asked for."""
    inputs = [binary("text_input", "BYTES", 6), binary("max_tokens", "INT32", 4)]
    fields = {"inputs": inputs, "parameters": {"binary_data_output": True}}
    rest = b"\2\0\0\0Hi\3\0\0\0"
    response = in_bytes(client_of(server.url), fields, rest)
    assert (response.status, response.headers["content-type"]) == (200, "application/octet-stream")
    length = int(response.headers["inference-header-content-length"])
    (output,) = json.loads(response.body[:length])["outputs"]
    raw = response.body[length:]
    assert output["parameters"] == {"binary_data_size": len(raw)}
    assert int.from_bytes(raw[:4], "little") == len(raw) - 4
    assert len(raw[4:].split()) == 3
    fields["outputs"] = [{"name": "out", "parameters": {"binary_data": False}}]
    (output,) = in_bytes(client_of(server.url), fields, rest).json["outputs"]
    assert len(output["data"][0].split()) == 3


@pytest.mark.parametrize(
    ("size", "rest", "length", "said"),
    [
        (6, b"\2\0\0\0Hi", "x", "Inference-Header-Content-Length"),
        (6, b"\2\0\0\0Hi", "100000", "Inference-Header-Content-Length"),
        (7, b"\2\0\0\0Hi", None, "binary_data_size"),
        (-1, b"\2\0\0\0Hi", None, "binary_data_size"),
        (6, b"\2\0\0\0Hi!", None, "1 are left"),
        (6, b"\3\0\0\0Hi", None, "cut off"),
    ],
)
def test_bytes_that_are_not_what_the_json_says(server, client_of, *, size, rest, length, said):
    """They are refused with the name of what is wrong."""
    fields = {"inputs": [binary("text_input", "BYTES", size)]}
    response = in_bytes(client_of(server.url), fields, rest, length)
    assert response.status == 400
    assert said in response.json["error"]


def test_other_methods_are_refused(server, client_of):
    """As on every other path."""
    client = client_of(server.url)
    assert client.send("GET", PATH).status == 405
    assert post(client, "/v2/models/m", {}).status == 405


async def _calls(url, *accepted):
    """Call once for each content type that is accepted; return the records."""
    from aiperf.common.config import TransportConfig  # noqa: PLC0415 - grpcio may be missing
    from aiperf.common.models import RawRecord  # noqa: PLC0415 - as above
    from aiperf.transports.grpc_transport import GRPCTransport  # noqa: PLC0415 - as above

    transport = GRPCTransport(config=TransportConfig(url, request_timeout=30))
    records = []
    for number, accept in enumerate(accepted):
        body = json.dumps({"inputs": [TEXT]}).encode()
        request = transport.prepare("/v2/models/m/infer", body, {"Accept": accept})
        record = RawRecord()
        await transport.send(request, record, request_id=f"r-{number}")
        records.append(record)
    await transport.close()
    return records


@GRPC
@pytest.mark.once
def test_grpc_shares_numbers_words_and_the_log(tmp_path, client_of):
    """A request's words come from its number, whatever it comes over; times are logged alike."""
    log = tmp_path / "truth.jsonl"
    settings = ServerSettings(ttft=5, itl=1, output_tokens=4, seed=3, log=log, grpc_port=0)
    with EmbeddedServer(settings) as server:
        post(client_of(server.url), PATH, {"inputs": [TEXT]})
        whole, stream = asyncio.run(_calls(server.grpc_url, WHOLE, STREAM))
    assert (whole.error, len(whole.parts), stream.error, len(stream.parts)) == (None, 1, None, 4)
    entries = [json.loads(line) for line in log.read_text().splitlines()[1:]]
    assert [each["number"] for each in entries] == [0, 1, 2]
    assert [each["path"].rpartition("/")[2] for each in entries] == [
        "infer",
        "ModelInfer",
        "ModelStreamInfer",
    ]
    assert [each["x_request_id"] for each in entries[1:]] == ["r-0", "r-1"]
    assert [each["tokens"] for each in entries] == [4, 4, 4]
    assert [len(each["send_ns"]) for each in entries] == [1, 1, 4]
    assert {each["outcome"] for each in entries} == {"complete"}
    for record, entry in zip((whole, stream), entries[1:], strict=True):
        assert record.start_ns <= entry["received_ns"]
        assert entry["send_ns"][0] - entry["received_ns"] >= 5_000_000
        assert all(
            sent <= arrived for sent, arrived in zip(entry["send_ns"], record.part_ns, strict=True)
        )


@GRPC
@pytest.mark.once
def test_grpc_fails_as_the_error_rate_asks():
    """With the status that says the same as the HTTP status; within a stream, in a message."""
    settings = ServerSettings(ttft=0, itl=0, error_rate=1, error_status=429, grpc_port=0)
    with EmbeddedServer(settings) as server:
        whole, stream = asyncio.run(_calls(server.grpc_url, WHOLE, STREAM))
    assert (whole.error.type, whole.error.code) == ("GRPCStatusError", 429)
    assert "RESOURCE_EXHAUSTED" in whole.error.message
    assert stream.error is None
    assert b"--error-rate" in stream.parts[0]


@GRPC
def test_a_grpc_port_in_use_is_an_error(free_port_taken):
    """In one line, with the option to change."""
    from aiperf.server.serve import serve  # noqa: PLC0415 - grpcio may be missing

    with pytest.raises(ServerBindError, match="--grpc-port"):
        serve(ServerSettings(port=0, grpc_port=free_port_taken), lambda *_: None)


@pytest.fixture
def free_port_taken():
    """Give a port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield taken.getsockname()[1]
