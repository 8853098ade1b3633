"""What is a gRPC server's address, and what is not."""

from __future__ import annotations

import pytest

from aiperf.common.errors import ConfigError
from aiperf.transports.grpc_url import parse_grpc_url


@pytest.mark.parametrize(
    ("url", "server", "tls"),
    [
        ("grpc://localhost:8001", "localhost:8001", False),
        ("grpcs://h.example:443/", "h.example:443", True),
        ("triton:8001", "triton:8001", False),
        ("grpc://[::1]:8001", "[::1]:8001", False),
    ],
)
def test_an_address(url, server, tls):
    """Without a scheme it is plain gRPC."""
    parsed = parse_grpc_url(url)
    assert (parsed.server, parsed.tls, parsed.target) == (server, tls, f"dns:///{server}")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://h:1", "must begin with grpc:// or grpcs://"),
        ("grpc://h", "has no port"),
        ("grpc://:1", "has no host"),
        ("grpc://h:99999", "out of range"),
        ("grpc://h:1/v2", "has no path"),
        ("grpc://h h:1", "blank"),
        ("grpc://me:secret@h:1", "must not contain a user name"),
    ],
)
def test_what_is_no_address(url, why):
    """The message says why, names the option and never shows a password."""
    with pytest.raises(ConfigError, match=why) as caught:
        parse_grpc_url(url)
    assert caught.value.option == "--url"
    assert "secret" not in str(caught.value)
