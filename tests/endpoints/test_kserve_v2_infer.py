"""KServe v2: the tensors that are asked with, and what every kind of answer means."""

from __future__ import annotations

import pytest

from aiperf.common.errors import ConfigError
from aiperf.common.models import ModelEndpoint, Turn
from aiperf.endpoints.kserve_v2_infer import KServeV2InferEndpoint


def endpoint_of(**model):
    return KServeV2InferEndpoint(model_endpoint=ModelEndpoint(**{"model": "m", **model}))


def text(value, name="text_output"):
    return {"name": name, "datatype": "BYTES", "shape": [1], "data": [value]}


def test_the_payload_is_a_tensor_of_one_text():
    """Everything that was said until now, and the limit of output tokens beside it."""
    turns = [Turn(("Hi",), system="S", answer="Ho"), Turn(("And?",), max_tokens=4)]
    assert endpoint_of().format_payload(turns) == {
        "inputs": [
            {"name": "text_input", "shape": [1], "datatype": "BYTES", "data": ["S\nHi\nHo\nAnd?"]},
            {"name": "max_tokens", "shape": [1], "datatype": "INT32", "data": [4]},
        ]
    }


def test_extra_inputs_name_tensors_add_some_and_are_parameters():
    """NVIDIA AIPerf's names for the tensors; what is no field of a request is a parameter."""
    extra = {
        "v2_input_name": "PROMPT",
        "v2_batch_dimension": True,
        "v2_inputs": {
            "stream": True,
            "top_k": 3,
            "temperature": 0.5,
            "sampling_parameters": "{}",
            "seed": {"datatype": "UINT64", "shape": [1, 1], "data": [7]},
        },
        "priority": 1,
        "outputs": [{"name": "ANSWER"}],
    }
    payload = endpoint_of(extra_inputs=extra).format_payload([Turn(("Hi",))])
    names = [(each["name"], each["datatype"], each["data"]) for each in payload["inputs"]]
    assert names == [
        ("PROMPT", "BYTES", ["Hi"]),
        ("stream", "BOOL", [True]),
        ("top_k", "INT32", [3]),
        ("temperature", "FP32", [0.5]),
        ("sampling_parameters", "BYTES", ["{}"]),
        ("seed", "UINT64", [7]),
    ]
    assert all(each["shape"] == [1, 1] for each in payload["inputs"])
    assert payload["parameters"] == {"priority": 1}
    assert payload["outputs"] == [{"name": "ANSWER"}]


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"v2_input_name": 3}, "v2_input_name is 3; give the name of a tensor"),
        ({"v2_output_name": ""}, "v2_output_name is ''; give the name of a tensor"),
        ({"v2_inputs": [1]}, "v2_inputs is [1]; give an object"),
        ({"v2_inputs": {"a": [1]}}, "v2_inputs.a is [1]; give a text, a number"),
    ],
)
def test_extra_inputs_that_cannot_be_used(extra, message):
    """They are refused before anything is sent."""
    with pytest.raises(ConfigError) as caught:
        endpoint_of(extra_inputs=extra)
    assert message in str(caught.value)
    assert caught.value.option == "--extra-inputs"


def test_images_are_refused():
    """A text tensor has no place for them."""
    with pytest.raises(ConfigError, match="no place for images"):
        endpoint_of().format_payload([Turn(("a",), images=("https://h/i",))])


def test_the_path_and_the_headers():
    """The model is in the path; a stream is asked for in a header."""
    assert endpoint_of(model="a/b c").path == "/v2/models/a%2Fb%20c/infer"
    assert endpoint_of(path="v2/models/m/versions/2/infer").path == "/v2/models/m/versions/2/infer"
    assert endpoint_of().headers["Accept"] == "application/json"
    assert endpoint_of(streaming=True).headers["Accept"] == "text/event-stream"


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        ([text("no", "other"), text("yes")], "yes"),
        ([text("first", "other"), text("second", "more")], "first"),
        ([{"name": "scores", "data": [[0.5, 1]]}], "0.51"),
        ([{"name": "text_output", "data": [["a"], ["b"]]}], "ab"),
    ],
)
def test_the_text_is_that_of_the_named_output(outputs, said, whole_of):
    """Or of the first one; numbers are text as JSON writes them."""
    parsed = whole_of(KServeV2InferEndpoint, {"outputs": outputs})
    assert (parsed.text, parsed.error, list(parsed.content_ns)) == (said, None, [2])


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"error": "no such model"}, "ServerReportedError"),
        ({"outputs": []}, "EmptyResponseError"),
        ({"outputs": [text("")]}, "EmptyResponseError"),
        ({"outputs": [{"name": "a"}]}, "InvalidResponseError"),
        ({"outputs": [{"name": "a", "data": [{}]}]}, "InvalidResponseError"),
        ({"outputs": 3}, "InvalidResponseError"),
        (b"<html>", "InvalidJSONError"),
    ],
)
def test_an_answer_without_text_is_an_error(answer, kind, whole_of):
    """Each of its kind, with what to do."""
    assert whole_of(KServeV2InferEndpoint, answer).error.type == kind


def test_the_messages_of_a_stream_are_chunks(record_of):
    """Each that has text; an empty one, such as the last, is none; an error ends it."""
    pytest.importorskip("google.protobuf", reason="protobuf is an extra")
    from aiperf.common.kserve_calls import STREAM, call_of  # noqa: PLC0415 - as above
    from aiperf.common.kserve_messages import message  # noqa: PLC0415 - as above
    from aiperf.common.kserve_tensors import response_message  # noqa: PLC0415 - as above

    body = b'{"inputs": []}'
    call = call_of("/v2/models/m/infer", body, streaming=True)
    assert call.method == STREAM

    def chunk(*outputs):
        infer = response_message({"model_name": "m", "outputs": list(outputs)})
        return message("ModelStreamInferResponse", infer_response=infer).SerializeToString()

    parts = [chunk(text("Hi")), chunk(text("")), chunk(text(" you")), chunk()]
    endpoint = endpoint_of(streaming=True)
    parsed = endpoint.parse_response(record_of(*parts, content_type=call.content_type))
    assert (parsed.text, parsed.error, list(parsed.content_ns)) == ("Hi you", None, [1, 3])
    failed = message("ModelStreamInferResponse", error_message="out of\nmemory").SerializeToString()
    parsed = endpoint.parse_response(record_of(parts[0], failed, content_type=call.content_type))
    assert (parsed.text, parsed.error.type) == ("Hi", "ServerReportedError")
    assert "out of memory" in parsed.error.message
    parsed = endpoint.parse_response(record_of(b"\xff\xff", content_type=call.content_type))
    assert parsed.error.type == "InvalidResponseError"
