"""Triton's own client takes the embedded server for a KServe v2 server, over gRPC."""

from __future__ import annotations

import queue

import numpy as np
import pytest

grpcclient = pytest.importorskip(
    "tritonclient.grpc", reason="Triton's client cannot be installed on this interpreter"
)

from aiperf.server.process import EmbeddedServer  # noqa: E402 - skipped before
from aiperf.server.settings import ServerSettings  # noqa: E402 - as above


@pytest.fixture(scope="module")
def client():
    """Give a client of a server that never waits and answers with four words."""
    settings = ServerSettings(ttft=0, itl=0, output_tokens=4, grpc_port=0)
    with EmbeddedServer(settings) as server:
        client = grpcclient.InferenceServerClient(server.grpc_url.removeprefix("grpc://"))
        yield client
        client.close()


def tensor(name, datatype, value):
    made = grpcclient.InferInput(name, [1], datatype)
    made.set_data_from_numpy(np.array([value], dtype=object if datatype == "BYTES" else np.int32))
    return made


def text(result):
    """Return the text of a result, ``None`` where it has none."""
    found = result.as_numpy("text_output")
    return None if found is None else found[0].decode()


def test_health_and_metadata(client):
    """The server is live and ready, any model too, and they say what they take."""
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready("m")
    assert client.get_server_metadata().name == "aiperf-mock"
    metadata = client.get_model_metadata("m")
    assert [(each.name, each.datatype) for each in metadata.inputs] == [
        ("text_input", "BYTES"),
        ("max_tokens", "INT32"),
    ]
    assert [(each.name, list(each.shape)) for each in metadata.outputs] == [("text_output", [1])]


def test_an_inference(client):
    """As many words as the server has, or as are asked for; the id comes back."""
    prompt = tensor("text_input", "BYTES", "Hello there")
    result = client.infer("m", [prompt], request_id="7")
    assert len(text(result).split()) == 4
    assert (result.get_response().id, result.get_response().model_name) == ("7", "m")
    result = client.infer("m", [prompt, tensor("max_tokens", "INT32", 2)])
    assert len(text(result).split()) == 2
    wanted = grpcclient.InferRequestedOutput("ANSWER")
    assert client.infer("m", [prompt], outputs=[wanted]).as_numpy("ANSWER") is not None


@pytest.mark.parametrize("is_empty", [False, True], ids=["", "with an empty last response"])
def test_a_stream(client, is_empty):
    """A response for each word; the last says that it is, with a word or without."""
    results = queue.Queue()
    client.start_stream(lambda result, error: results.put((result, error)))
    prompt = tensor("text_input", "BYTES", "Hello there")
    client.async_stream_infer("m", [prompt], enable_empty_final_response=is_empty)
    said, finals = [], []
    while not finals or not finals[-1]:
        result, error = results.get(timeout=30)
        assert error is None
        said.append(text(result))
        parameters = result.get_response().parameters
        finals.append(parameters["triton_final_response"].bool_param)
    client.stop_stream()
    assert finals == [False] * (3 + is_empty) + [True]
    assert (said[-1] is None) is is_empty
    assert all(said[:4])


def test_a_request_that_is_refused(client):
    """With the status that a wrong argument has, and in a stream as a response."""
    wrong = tensor("number", "INT32", 1)
    with pytest.raises(Exception, match=r"INVALID_ARGUMENT.*datatype BYTES"):
        client.infer("m", [wrong])
    results = queue.Queue()
    client.start_stream(lambda result, error: results.put((result, error)))
    client.async_stream_infer("m", [wrong])
    result, error = results.get(timeout=30)
    assert result is None
    assert "datatype BYTES" in str(error)
    client.stop_stream()
