"""JSON bodies: objects, and errors that servers report."""

from __future__ import annotations

import pytest

from aiperf.common.errors import InvalidJSONError, InvalidResponseError, ServerReportedError
from aiperf.endpoints.json_body import load_object, reported_by_event


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


def test_a_web_page_has_its_own_next_step():
    """It is what another server than the one that was meant answers with."""
    with pytest.raises(InvalidJSONError, match="check --url and --endpoint"):
        load_object(b"\n<!DOCTYPE html><html></html>")


def test_a_long_report_is_cut():
    """A server's stack trace is not copied into every record."""
    with pytest.raises(ServerReportedError) as caught:
        load_object(b'{"error": "' + b"x" * 100_000 + b'"}')
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("data", "message", "code"),
    [
        (b'{"error": {"message": "no", "code": 3}}', "no", 3),
        (b'{"type": "error", "message": "no", "code": "busy"}', "no", None),
        (b'{"type": "error"}', '{"type": "error"}', None),
        (b'"out of memory"', "out of memory", None),
        (b"out of memory", "out of memory", None),
        (b"[1]", "[1]", None),
        (b"", "it did not say which", None),
    ],
)
def test_an_event_called_error_is_an_error_whatever_it_says(data, message, code):
    """Its message is looked for where servers put it."""
    error = reported_by_event(data)
    assert (str(error), error.code) == (f"the server reported an error: {message}", code)
