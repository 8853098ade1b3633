"""Triton's own client takes the embedded server for a KServe v2 server, over HTTP in bytes."""

from __future__ import annotations

import numpy as np
import pytest

httpclient = pytest.importorskip(
    "tritonclient.http", reason="Triton's client cannot be installed on this interpreter"
)


@pytest.fixture(scope="module")
def client(url):
    """Give a client of a server that never waits and answers with four words."""
    client = httpclient.InferenceServerClient(url.removeprefix("http://"))
    yield client
    client.close()


def tensor(name, datatype, *values, is_binary=True):
    made = httpclient.InferInput(name, [len(values)], datatype)
    data = np.array(values, dtype=object if datatype == "BYTES" else np.int32)
    made.set_data_from_numpy(data, binary_data=is_binary)
    return made


PROMPT = tensor("text_input", "BYTES", "Hello there")


def test_health_and_metadata(client):
    """The server is live and ready, any model too, and they say what they take."""
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready("m")
    assert client.get_server_metadata()["extensions"] == ["binary_tensor_data"]
    assert [each["name"] for each in client.get_model_metadata("m")["inputs"]] == [
        "text_input",
        "max_tokens",
    ]


def test_an_inference_in_bytes(client):
    """As the client does where nothing else is asked for: both ways, several tensors."""
    result = client.infer("m", [PROMPT], request_id="7")
    assert len(result.as_numpy("text_output")[0].split()) == 4
    response = result.get_response()
    assert (response["id"], "data" in response["outputs"][0]) == ("7", False)
    both = [PROMPT, tensor("max_tokens", "INT32", 2)]
    assert len(client.infer("m", both).as_numpy("text_output")[0].split()) == 2


@pytest.mark.parametrize("is_binary_in", [False, True])
@pytest.mark.parametrize("is_binary_out", [False, True])
def test_an_output_that_is_asked_for(client, is_binary_in, is_binary_out):
    """Each in bytes or in JSON, as the client says."""
    prompt = tensor("text_input", "BYTES", "Hello there", is_binary=is_binary_in)
    wanted = httpclient.InferRequestedOutput("ANSWER", binary_data=is_binary_out)
    result = client.infer("m", [prompt], outputs=[wanted])
    (output,) = result.get_response()["outputs"]
    assert ("data" in output) is not is_binary_out
    assert len(result.as_numpy("ANSWER")[0].split()) == 4


def test_a_request_that_is_refused(client):
    """With what the protocol has for it."""
    with pytest.raises(Exception, match=r"\[400\].*datatype BYTES"):
        client.infer("m", [tensor("number", "INT32", 1)])
