"""Any JSON API by a template and a path."""

from __future__ import annotations

import json

import pytest

from aiperf.common.errors import ConfigError
from aiperf.common.models import ErrorDetails, ModelEndpoint, RawRecord, Turn, Usage
from aiperf.endpoints.template import TemplateEndpoint

TEMPLATE = '{"prompt": {{ text|tojson }}, "stream": {{ stream|tojson }}}'
NDJSON = "application/x-ndjson; charset=utf-8"
SSE = "text/event-stream"


def endpoint_of(**changes):
    extra = {"payload_template": TEMPLATE, **changes.pop("extra_inputs", {})}
    return TemplateEndpoint(model_endpoint=ModelEndpoint("m", extra_inputs=extra, **changes))


@pytest.fixture
def parse(record_of):
    """Give a function that parses a response."""

    def parse(*parts, field=None, content_type="application/json", **record):
        extra = {} if field is None else {"response_field": field}
        found = record_of(*parts, content_type=content_type, **record)
        return endpoint_of(extra_inputs=extra).parse_response(found)

    return parse


def test_a_request():
    """What the template says, with the other extra inputs."""
    endpoint = endpoint_of(extra_inputs={"response_field": "x", "n": 2, "stream": "no"})
    assert endpoint.format_payload([Turn(("Hi",))]) == {"prompt": "Hi", "stream": "no", "n": 2}
    assert endpoint_of(streaming=True).format_payload([Turn(("Hi",))])["stream"] is True


def test_where_it_goes():
    """To the URL itself, or to another path."""
    assert endpoint_of().path == "/"
    assert endpoint_of(path="/predict").path == "/predict"
    assert endpoint_of().headers["Accept"] == "application/json"
    assert "application/x-ndjson" in endpoint_of(streaming=True).headers["Accept"]


def test_no_template():
    """There is none to fall back on."""
    with pytest.raises(ConfigError, match="needs a template: give --extra-inputs") as caught:
        TemplateEndpoint(model_endpoint=ModelEndpoint("m"))
    assert caught.value.option == "--extra-inputs"


def test_a_response(parse):
    """Its content came when the last of it did; a usage that looks like OpenAI's is kept."""
    body = json.dumps({"out": ["He", "llo"], "usage": {"prompt_tokens": 3}}).encode()
    parsed = parse(body[:7], body[7:], field="out")
    assert (parsed.error, parsed.text, list(parsed.content_ns)) == (None, "Hello", [2])
    assert parsed.usage == Usage(3)
    parsed = parse(b'{"text": "Hi", "usage": {"prompt_tokens": "many"}}')
    assert (parsed.error, parsed.text, parsed.usage) == (None, "Hi", None)


def test_scores_are_content_without_text(parse):
    parsed = parse(b'{"embedding": [0.5]}')
    assert (parsed.error, parsed.text, list(parsed.content_ns)) == (None, "", [1])


def test_events(parse):
    """Each is searched; those without content are none; ``[DONE]`` is no event."""
    parsed = parse(
        b'data: {"d": {"t": ""}}\n\n',
        b'data: {"d": {"t": "He"}}\n\nda',
        b'ta: {"d": {"t": "llo"}}\n\n',
        b'data: {"usage": {"prompt_tokens": 1, "completion_tokens": 2}}\n\ndata: [DONE]\n\n',
        field="d.t",
        content_type=SSE,
    )
    assert (parsed.error, parsed.text, list(parsed.content_ns)) == (None, "Hello", [2, 3])
    assert parsed.usage == Usage(1, 2)


def test_lines(parse):
    """The same with a JSON value on each line."""
    parsed = parse(
        b'{"response": "He", "done": false}\n{"resp',
        b'onse": "llo", "done": false}\n',
        b'{"response": "", "done": true}\n',
        content_type=NDJSON,
    )
    assert (parsed.error, parsed.text, list(parsed.content_ns)) == (None, "Hello", [1, 2])


@pytest.mark.parametrize(
    ("body", "content_type", "kind", "text"),
    [
        (b"", "application/json", "EmptyResponseError", ""),
        (b"{}", "application/json", "EmptyResponseError", ""),
        (b"<html>", "text/html", "InvalidJSONError", ""),
        (b'{"text": "a"}\n{"te', NDJSON, "InvalidJSONError", "a"),
        (b'{"text": "a"}\n{"error": "no"}', NDJSON, "ServerReportedError", "a"),
        (b'data: {"text": "a"}\n\ndata: {"te', SSE, "InvalidSSEError", "a"),
        (b'data: {"text": "a"}\n\nevent: error\ndata: "no"\n\n', SSE, "ServerReportedError", "a"),
        (b'data: {"text": "a"}\n\n', "", None, "a"),
        (b'{"text": "a", "error": null}', "text/plain", None, "a"),
    ],
)
def test_the_ways_in_which_a_response_may_fail(parse, body, content_type, kind, text):
    """Each has its own error, and what came before it is still read."""
    parsed = parse(body, content_type=content_type)
    assert (parsed.error and parsed.error.type) == kind
    assert parsed.text == text


def test_a_path_that_leads_nowhere(parse):
    """The error names it and the response's fields: the content is not taken from elsewhere."""
    parsed = parse(b'{"text": "a", "n": 1}', field="txt")
    assert parsed.error.type == "EmptyResponseError"
    assert "no content at 'txt'; its fields are text, n. Say with" in parsed.error.message


def test_an_error_of_the_transport_stays(parse):
    error = ErrorDetails("IncompleteResponse", "closed")
    parsed = parse(b'data: {"text": "a"}\n\nda', content_type=SSE, error=error)
    assert (parsed.error, parsed.text) == (error, "a")


def test_a_record_that_makes_no_sense_does_not_raise():
    parsed = endpoint_of().parse_response(RawRecord(status=200, parts=["text"]))
    assert "could not be read: TypeError" in parsed.error.message
