"""The bytes of a request."""

from __future__ import annotations

import pytest

from aiperf.common.errors import ConfigError
from aiperf.transports.http_request import check_headers, merge_headers, prepare_request


def test_a_request_has_its_ids_inserted():
    """The ids are headers like the others; the body follows them."""
    request = prepare_request("/v1", {"Host": "h", "X-Name": "J\u00fcrgen"}, b"\x00body")
    assert request.render("r", "c") == (
        b"POST /v1 HTTP/1.1\r\nHost: h\r\nX-Name: J\xfcrgen\r\nContent-Length: 5\r\n"
        b"X-Request-ID: r\r\nX-Correlation-ID: c\r\n\r\n\x00body"
    )


@pytest.mark.parametrize(
    ("ids", "lines"),
    [
        (("", ""), b""),
        (("r", ""), b"X-Request-ID: r\r\n"),
        (("", "c"), b"X-Correlation-ID: c\r\n"),
    ],
)
def test_an_empty_id_is_left_out(ids, lines):
    """A request without ids is a whole request, too."""
    request = prepare_request("/", {}, b"")
    assert request.render(*ids) == b"POST / HTTP/1.1\r\nContent-Length: 0\r\n" + lines + b"\r\n"


def test_a_later_layer_of_headers_wins():
    """Names are the same in upper and lower case; the winner's spelling is sent, once."""
    merged = merge_headers({"Accept": "a", "Host": "h"}, {"ACCEPT": "b"}, {"accept": "c", "X": "x"})
    assert merged == {"accept": "c", "Host": "h", "X": "x"}


@pytest.mark.parametrize("name", ["", "a b", "a:", "a\n", "\u00e4"])
def test_a_bad_name_is_an_error(name):
    """A name has to be a token."""
    with pytest.raises(ConfigError, match=r"the source: .* cannot be the name of a header"):
        check_headers({name: "x"}, "the source")


@pytest.mark.parametrize("value", ["a\nb", "a\r", "\0", "\u20ac", "\x7f"])
def test_a_bad_value_is_an_error(value):
    """A value that would end its line, or has no one byte for a character, is not sent."""
    with pytest.raises(ConfigError, match="the source: the value of 'X'") as caught:
        check_headers({"X": value}, "the source", option="--x")
    assert caught.value.option == "--x"


@pytest.mark.parametrize("name", ["Content-Length", "x-request-id", "CONNECTION"])
def test_a_header_of_ours_is_an_error(name):
    """What is set for each request cannot be chosen."""
    with pytest.raises(ConfigError, match="is set by AIPerf for each request"):
        check_headers({name: "x"}, "the source")


def test_good_headers_are_not_an_error():
    """Tabs, blanks, empty values and Latin-1 are allowed."""
    check_headers({"X-A_b.c~1": "a\tb c", "Y": "", "Z": "\u00fc"}, "the source")
