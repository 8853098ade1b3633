"""Paths and headers."""

from __future__ import annotations

from aiperf.common.models import ModelEndpoint
from aiperf.endpoints.addressing import json_headers, url_path


def test_a_path_begins_with_a_slash():
    """The one asked for comes before the format's own."""
    assert url_path(ModelEndpoint("m"), "/own") == "/own"
    assert url_path(ModelEndpoint("m", path="asked/for"), "/own") == "/asked/for"


def test_the_headers_say_what_is_wanted():
    """JSON is sent either way."""
    assert json_headers() == {"Content-Type": "application/json", "Accept": "application/json"}
    assert json_headers(streaming=True)["Accept"] == "text/event-stream"
