"""Rankings: what is asked for in each format, and what every kind of answer means."""

from __future__ import annotations

import json

import pytest

from aiperf.common.errors import ConfigError
from aiperf.common.models import ErrorDetails, ModelEndpoint, RawRecord, Turn, Usage
from aiperf.endpoints.cohere_rankings import CohereRankingsEndpoint
from aiperf.endpoints.hf_tei_rankings import HFTEIRankingsEndpoint
from aiperf.endpoints.nim_rankings import NIMRankingsEndpoint

TURN = Turn(("a", "b"), query="q", max_tokens=4)
CLASSES = (NIMRankingsEndpoint, CohereRankingsEndpoint, HFTEIRankingsEndpoint)


def made(cls, **model):
    return cls(model_endpoint=ModelEndpoint(**{"model": "m", **model}))


@pytest.fixture
def parse(record_of):
    """Give a function that parses a response."""

    def parse(cls, value, **record):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return made(cls).parse_response(record_of(body[:5], body[5:], **record))

    return parse


@pytest.mark.parametrize(
    ("cls", "path", "payload"),
    [
        (
            NIMRankingsEndpoint,
            "/v1/ranking",
            {"model": "m", "query": {"text": "q"}, "passages": [{"text": "a"}, {"text": "b"}]},
        ),
        (
            CohereRankingsEndpoint,
            "/v2/rerank",
            {"model": "m", "query": "q", "documents": ["a", "b"]},
        ),
        (HFTEIRankingsEndpoint, "/rerank", {"query": "q", "texts": ["a", "b"]}),
    ],
)
def test_a_request(cls, path, payload):
    """The last turn's query and passages, and extra inputs last; no limit of output tokens."""
    before = Turn(("x",), query="before")
    assert made(cls).format_payload([before, TURN]) == payload
    extra = made(cls, extra_inputs={"truncate": "END"}).format_payload([TURN])
    assert extra == {**payload, "truncate": "END"}
    assert made(cls).path == path
    assert made(cls, path="r").path == "/r"
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    assert made(cls, streaming=True).headers == headers


@pytest.mark.parametrize(
    ("turn", "message", "option"),
    [
        (Turn(("a",)), "dataset's prompt has no query; .* a text called query", "--dataset-type"),
        (Turn((), query="q"), "has no passage; .* a text called passages", "--dataset-type"),
        (Turn(("a",), "s", query="q"), "leave --system-prompt out", "--system-prompt"),
        (Turn(("a",), query="q", images=("u",)), "no place for images", "--endpoint-type"),
    ],
)
def test_a_turn_that_is_no_ranking(turn, message, option):
    """It is refused before the run, with what to change."""
    with pytest.raises(ConfigError, match=message) as caught:
        made(NIMRankingsEndpoint).format_payload([turn])
    assert caught.value.option == option


@pytest.mark.parametrize(
    ("cls", "body", "usage"),
    [
        (NIMRankingsEndpoint, {"rankings": [{"index": 1, "logit": -2.5}]}, None),
        (
            NIMRankingsEndpoint,
            {"rankings": [{"index": 0, "logit": 1}], "usage": {"prompt_tokens": 8}},
            Usage(8),
        ),
        (CohereRankingsEndpoint, {"results": [{"index": 0, "relevance_score": 0.5}]}, None),
        (
            CohereRankingsEndpoint,
            {
                "results": [{"index": 0, "relevance_score": 0.5}],
                "meta": {"billed_units": {"search_units": 1}, "tokens": {"input_tokens": 9}},
            },
            Usage(9),
        ),
        (
            CohereRankingsEndpoint,
            {
                "results": [{"index": 0, "relevance_score": 0.5, "document": {"text": "a"}}],
                "usage": {"total_tokens": 7},
            },
            Usage(7),
        ),
        (HFTEIRankingsEndpoint, [{"index": 0, "score": 0.9}, {"index": 1, "score": 0.1}], None),
        (HFTEIRankingsEndpoint, {"results": [{"index": 0, "score": 1}]}, None),
    ],
)
def test_a_response(parse, cls, body, usage):
    """The content came with the last byte; usage is kept where the format has it."""
    parsed = parse(cls, body)
    assert parsed.error is None
    assert parsed.text == ""
    assert parsed.usage == usage
    assert list(parsed.content_ns) == [2]


@pytest.mark.parametrize(
    ("cls", "body", "kind"),
    [
        *((cls, b"", "EmptyResponseError") for cls in CLASSES),
        *((cls, b"{", "InvalidJSONError") for cls in CLASSES),
        *((cls, b"{}", "InvalidResponseError") for cls in CLASSES),
        *((cls, b'{"error": "x"}', "ServerReportedError") for cls in CLASSES),
        (NIMRankingsEndpoint, b"[]", "InvalidResponseError"),
        (HFTEIRankingsEndpoint, b"[]", "EmptyResponseError"),
        (NIMRankingsEndpoint, b'{"rankings": []}', "EmptyResponseError"),
        (NIMRankingsEndpoint, b'{"rankings": [{"index": 0}]}', "InvalidResponseError"),
        (NIMRankingsEndpoint, b'{"object": "error", "message": "x"}', "ServerReportedError"),
        (HFTEIRankingsEndpoint, b'[{"index": -1, "score": 1}]', "InvalidResponseError"),
        (HFTEIRankingsEndpoint, b'[{"index": 0, "score": "1"}]', "InvalidResponseError"),
        (HFTEIRankingsEndpoint, b'[{"index": true, "score": 1}]', "InvalidResponseError"),
        (CohereRankingsEndpoint, b'{"message": "invalid"}', "InvalidResponseError"),
        (
            CohereRankingsEndpoint,
            b'{"results": [{"index": 0, "relevance_score": 1}], "meta": []}',
            None,
        ),
    ],
)
def test_the_ways_in_which_a_response_may_fail(parse, cls, body, kind):
    """Each has its own error; at least one score makes a good response."""
    parsed = parse(cls, body)
    assert (parsed.error and parsed.error.type) == kind


def test_an_error_of_the_transport_stays(parse):
    """A body that was cut off is not reported a second time."""
    error = ErrorDetails("IncompleteResponse", "closed")
    assert parse(NIMRankingsEndpoint, b'{"ran', error=error).error == error


def test_a_record_that_makes_no_sense_does_not_raise():
    """A transport that kept text instead of bytes is reported, and the run goes on."""
    parsed = made(NIMRankingsEndpoint).parse_response(RawRecord(status=200, parts=["text"]))
    assert "could not be read: TypeError" in parsed.error.message
