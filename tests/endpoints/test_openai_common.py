"""What the OpenAI formats share: objects, reported errors, usage and paths."""

from __future__ import annotations

import pytest

from aiperf.common.errors import InvalidJSONError, InvalidResponseError, ServerReportedError
from aiperf.common.models import ModelEndpoint, Usage
from aiperf.endpoints.openai_common import load_object, unreadable, url_path, usage_of


def test_an_object_is_loaded():
    """An error field that is empty does not make it an error."""
    assert load_object(b'{"a": 1, "error": null}') == {"a": 1, "error": None}
    assert load_object(b'{"object": "list"}') == {"object": "list"}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", InvalidJSONError),
        (b"{'a': 1}", InvalidJSONError),
        (b'{"a": NaN}', InvalidJSONError),
        (b'"text"', InvalidResponseError),
        (b'{"error": {"message": "no"}}', ServerReportedError),
    ],
)
def test_what_is_no_object_is_an_error(data, kind):
    """The error shows the beginning of what came."""
    with pytest.raises(kind) as caught:
        load_object(data)
    assert getattr(caught.value, "excerpt", data.decode()) == data.decode()


def test_a_long_report_is_cut():
    """A server's stack trace is not copied into every record."""
    with pytest.raises(ServerReportedError) as caught:
        load_object(b'{"error": "' + b"x" * 100_000 + b'"}')
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("value", "usage"),
    [
        (None, None),
        ({}, None),
        ({"total_tokens": 5}, Usage(None, None, None)),
        ({"prompt_tokens": 1, "completion_tokens": 2}, Usage(1, 2, None)),
        ({"prompt_tokens": None, "completion_tokens_details": None}, Usage(None, None, None)),
        ({"completion_tokens_details": {"reasoning_tokens": 0}}, Usage(None, None, 0)),
    ],
)
def test_usage(value, usage):
    """What the server does not say stays unknown; zero is something that it says."""
    assert usage_of(value) == usage


@pytest.mark.parametrize("count", ["3", 1.5, -1, True, []])
def test_a_count_that_is_none_is_an_error(count):
    """The caller takes it for a wrong shape."""
    with pytest.raises(TypeError, match="not a token count"):
        usage_of({"prompt_tokens": count})


def test_a_path_begins_with_a_slash():
    """The one asked for comes before the format's own."""
    assert url_path(ModelEndpoint("m"), "/own") == "/own"
    assert url_path(ModelEndpoint("m", path="asked/for"), "/own") == "/asked/for"


def test_a_failure_of_reading_itself_is_reported():
    """The message has what was raised."""
    assert "KeyError: 'x'" in str(unreadable(KeyError("x")))
