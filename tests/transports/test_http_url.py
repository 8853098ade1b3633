"""A server's address: what is accepted, how it is sent, and what is refused with a reason."""

from __future__ import annotations

import pytest

from aiperf.common.errors import ConfigError
from aiperf.transports.http_url import ServerURL, parse_url


@pytest.mark.parametrize(
    ("url", "parsed"),
    [
        ("http://localhost:8000", ("localhost", 8000, False, "localhost:8000", "")),
        ("http://localhost", ("localhost", 80, False, "localhost", "")),
        ("http://localhost:80/", ("localhost", 80, False, "localhost", "")),
        ("https://a.example.com/b/c/", ("a.example.com", 443, True, "a.example.com", "/b/c")),
        ("https://h:443", ("h", 443, True, "h", "")),
        ("https://h:80", ("h", 80, True, "h:80", "")),
        ("http://[::1]:8000", ("::1", 8000, False, "[::1]:8000", "")),
        ("http://[2001:DB8::1]/x", ("2001:db8::1", 80, False, "[2001:db8::1]", "/x")),
        ("HTTP://Host:1", ("host", 1, False, "host:1", "")),
        ("http://b\u00fc.example", ("xn--b-eha.example", 80, False, "xn--b-eha.example", "")),
        ("http://h/\u00e4", ("h", 80, False, "h", "/%C3%A4")),
        ("localhost:8000", ("localhost", 8000, False, "localhost:8000", "")),
        ("10.0.0.1", ("10.0.0.1", 80, False, "10.0.0.1", "")),
        ("[::1]:80/v1", ("::1", 80, False, "[::1]", "/v1")),
    ],
)
def test_a_url_is_taken_apart(url, parsed):
    """The default port is not in the Host header; names and paths are made ASCII."""
    host, port, tls, authority, prefix = parsed
    assert parse_url(url) == ServerURL(host, port, tls, authority, prefix)


@pytest.mark.parametrize(
    ("url", "socket", "prefix"),
    [
        ("unix:///run/a b.sock", "/run/a b.sock", ""),
        ("http+unix://%2Frun%2Fa.sock", "/run/a.sock", ""),
        ("http+unix://%2Frun%2Fa.sock/v1/", "/run/a.sock", "/v1"),
    ],
)
def test_a_unix_socket_has_a_path_and_may_have_a_prefix(url, socket, prefix):
    """Its path is what messages say."""
    parsed = parse_url(url)
    assert (parsed.socket, parsed.server, parsed.prefix) == (socket, socket, prefix)
    assert parsed.authority == "localhost"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "http://"),
        ("ftp://h", "must begin with http://, https:// or unix:///"),
        ("http:/h:80", "must begin with"),
        ("unix://relative", "absolute path"),
        ("unix:///", "absolute path"),
        ("http+unix://%2Frun%2Fx/?a", "contains '[?]'"),
        ("http://", "no host"),
        ("http://:80", "no host"),
        ("http://h:0", "no port but 0"),
        ("http://h:", "no port after"),
        ("http://h:/v1", "no port after"),
        ("http://h:99999", "[Pp]ort"),
        ("http://h:x", "[Pp]ort"),
        ("http://[::1", "IPv6"),
        ("http://::1", r"IPv6 address is written in brackets"),
        ("https://fe80::1:8000/v1", r"IPv6 address is written in brackets"),
        ("http://h h", "a blank or a control character"),
        ("http://h/\x07", "a blank or a control character"),
        ("http://h/\n", "a blank or a control character"),
        ("http://h/?a=b", "a query"),
        ("http://h/#a", "a fragment"),
        ("http://" + "\u00e4" * 70 + ".example", "label"),
    ],
)
def test_a_bad_url_is_an_error_with_a_reason(url, why):
    """The error names the option, shows the URL, and shows what a good one looks like."""
    with pytest.raises(ConfigError, match=why) as caught:
        parse_url(url)
    assert caught.value.option == "--url"
    assert f"--url {url!r}" in str(caught.value)
    assert "http://localhost:8000" in str(caught.value)


def test_a_password_in_a_url_is_not_shown():
    """It would end up in logs and artifacts."""
    with pytest.raises(ConfigError, match="--api-key") as caught:
        parse_url("http://me:secret@h")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "path", "target"),
    [
        ("http://h", "/v1/x", "/v1/x"),
        ("http://h", "v1/x", "/v1/x"),
        ("http://h/p", "/v1/x", "/p/v1/x"),
        ("http://h/v1", "/v1/x", "/v1/x"),
        ("http://h/p/v2/", "/v2/x", "/p/v2/x"),
        ("http://h/v1", "/v2/x", "/v1/v2/x"),
        ("http://h/p", "/p/x", "/p/p/x"),
        ("http://h/v1", "/v10/x", "/v1/v10/x"),
        ("http://h/v1/chat/completions", "/v1/chat/completions", "/v1/chat/completions"),
        ("http://h/p/v1/x/", "v1/x", "/p/v1/x"),
        ("http://h/p/v1/xx", "/v1/x", "/p/v1/xx/v1/x"),
        ("http://h/p/", "/", "/p"),
        ("http://h", "/", "/"),
        ("http://h", "/x y?z=\u00fc&a=%20", "/x%20y?z=%C3%BC&a=%20"),
    ],
)
def test_the_target_of_a_path(url, path, target):
    """The prefix comes first; a version that both have is not repeated, nor a whole path."""
    assert parse_url(url).target(path) == target


@pytest.mark.parametrize(
    ("url", "server"), [("http://h", "h:80"), ("https://[::1]", "[::1]:443"), ("h:1", "h:1")]
)
def test_the_server_in_messages(url, server):
    """Messages always have the port."""
    assert parse_url(url).server == server
