"""Embeddings: what is asked for, and what every kind of answer means."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiperf.common.errors import ConfigError
from aiperf.common.models import ErrorDetails, ModelEndpoint, RawRecord, Turn, Usage
from aiperf.endpoints.openai_embeddings import EmbeddingsEndpoint


def endpoint_of(**model):
    return EmbeddingsEndpoint(model_endpoint=ModelEndpoint(**{"model": "m", **model}))


@pytest.fixture
def parse(record_of):
    """Give a function that parses a response."""

    def parse(value, **record):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return endpoint_of().parse_response(record_of(body[:5], body[5:], **record))

    return parse


def test_the_payload_is_the_batch_of_the_last_turn():
    """It is a list also for one text; earlier turns are no history; extra inputs come last."""
    endpoint = endpoint_of(extra_inputs={"dimensions": 3})
    turns = [Turn(("before",)), Turn(("a", "b"), max_tokens=4)]
    assert endpoint.format_payload(turns) == {"model": "m", "input": ["a", "b"], "dimensions": 3}
    assert endpoint_of().format_payload(turns[:1]) == {"model": "m", "input": ["before"]}


def test_a_system_prompt_is_refused():
    """It would be counted as input and never be sent."""
    with pytest.raises(ConfigError, match="leave --system-prompt out") as caught:
        endpoint_of().format_payload([Turn(("a",), system="s")])
    assert caught.value.option == "--system-prompt"


def test_images_and_audio_are_refused():
    """The format has no place for them."""
    with pytest.raises(ConfigError, match="embeddings have no place for images"):
        endpoint_of().format_payload([Turn(("a",), images=("https://h/i",))])


def test_the_path_and_the_headers():
    """JSON is sent and wanted, also where other endpoints would stream."""
    assert endpoint_of().path == "/v1/embeddings"
    assert endpoint_of(path="e").path == "/e"
    headers = endpoint_of(streaming=True).headers
    assert headers == {"Content-Type": "application/json", "Accept": "application/json"}


@pytest.mark.parametrize("embedding", [[0.5, -1], "AAAAPw=="])
def test_a_response(parse, embedding):
    """The content came with the last byte; usage is kept. Base64 is an embedding as well."""
    parsed = parse(
        {
            "data": [{"index": 0, "embedding": embedding}],
            "usage": {"prompt_tokens": 8, "total_tokens": 8},
        }
    )
    assert parsed.error is None
    assert parsed.text == ""
    assert parsed.usage == Usage(8, total_tokens=8)
    assert list(parsed.content_ns) == [2]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "EmptyResponseError"),
        (b'{"data": []}', "EmptyResponseError"),
        (b'{"data": [{"embedding": []}]}', "EmptyResponseError"),
        (b"{", "InvalidJSONError"),
        (b"[]", "InvalidResponseError"),
        (b"{}", "InvalidResponseError"),
        (b'{"data": [{"index": 0}]}', "InvalidResponseError"),
        (b'{"data": 5}', "InvalidResponseError"),
        (b'{"data": [{"embedding": [1]}], "usage": []}', None),
        (b'{"data": [{"embedding": [1]}], "usage": [1]}', "InvalidResponseError"),
        (b'{"error": {"message": "no"}}', "ServerReportedError"),
    ],
)
def test_the_ways_in_which_a_response_may_fail(parse, body, kind):
    """Each has its own error; at least one embedding makes a good response."""
    parsed = parse(body)
    assert (parsed.error and parsed.error.type) == kind


def test_an_error_of_the_transport_stays(parse):
    """A body that was cut off is not reported a second time."""
    error = ErrorDetails("IncompleteResponse", "closed")
    assert parse(b'{"data": [', error=error).error == error


@given(st.binary(max_size=30) | st.sampled_from([b'{"data":{"a":1}}', b'{"data":"x"}']))
def test_nothing_that_a_server_sends_raises(body):
    """Whatever it is, the answer has an embedding or an error."""
    record = RawRecord(status=200, parts=[body])
    parsed = endpoint_of().parse_response(record)
    assert parsed.error is not None
    assert not parsed.content_ns


def test_a_record_that_makes_no_sense_does_not_raise():
    """A transport that kept text instead of bytes is reported, and the run goes on."""
    parsed = endpoint_of().parse_response(RawRecord(status=200, parts=["text"]))
    assert parsed.error.type == "InvalidResponseError"
    assert "could not be read: TypeError" in parsed.error.message
