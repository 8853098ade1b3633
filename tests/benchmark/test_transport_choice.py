"""The transport that a URL is for, as the entries say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aiperf.benchmark.transport_choice import is_for_grpc, with_transport_of_url


@pytest.mark.parametrize(
    ("url", "transport"),
    [
        ("", "http"),
        ("https://h", "http"),
        ("grpc://h:1", "grpc"),
        ("grpcs://h:1", "grpc"),
        ("gopher://h", "http"),
    ],
)
def test_the_scheme_decides(config, url, transport):
    """What speaks it is taken; where none does, what was there says what is wrong."""
    asked = replace(config, transport=replace(config.transport, url=url))
    assert with_transport_of_url(asked).types.transport == transport


@pytest.mark.parametrize("metadata", [{}, {"schemes": ["http"]}])
def test_a_plugin_in_the_place_of_http_has_its_requests(config, aiperf_plugins, metadata):
    """One that does not say what it speaks does not lose them to another that does."""
    aiperf_plugins.add("transport", "http", "their:Transport", metadata=metadata)
    asked = replace(config, transport=replace(config.transport, url="http://h"))
    assert with_transport_of_url(asked).types.transport == "http"


def test_grpc_is_served_to_what_speaks_it_alone():
    """The embedded server is asked for it where HTTP would not do."""
    assert not is_for_grpc("http")
    assert is_for_grpc("grpc")
