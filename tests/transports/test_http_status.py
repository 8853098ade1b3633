"""What HTTP itself says about whether a response is good."""

from __future__ import annotations

import pytest

from aiperf.common.models import RawRecord
from aiperf.transports.http_status import response_error


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_success_is_no_error(status):
    """Any 2xx is good as far as HTTP goes."""
    assert response_error(RawRecord(status=status), {b"content-encoding": b"identity"}) is None


def test_an_error_status_shows_what_the_server_said():
    """The code is in the record, and the beginning of the body in the message."""
    record = RawRecord(status=503, parts=[b'{"error":\n', b' "model is loading"}'])
    error = response_error(record, {})
    assert type(error).__name__ == "HTTPStatusError"
    assert error.code == 503
    assert error.excerpt == '{"error": "model is loading"}'
    assert str(error) == (
        "the server answered 503 Service Unavailable; look into the server's log. It said: "
        '{"error": "model is loading"}'
    )


def test_a_long_body_is_cut():
    """An error page is not copied into every record."""
    error = response_error(RawRecord(status=500, parts=[b"x" * 100_000]), {})
    assert len(str(error)) < 300
    assert error.excerpt.endswith("\u2026")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "401 Unauthorized; check --api-key"),
        (404, "404 Not Found; check --url"),
        (429, "429 Too Many Requests; lower the load"),
        (418, "418 I'm a Teapot"),
        (599, "answered 599; look into the server's log"),
    ],
)
def test_some_statuses_have_a_next_step(status, said):
    """Others have at least a name, where there is one."""
    assert said.lower() in str(response_error(RawRecord(status=status), {})).lower()


def test_what_is_not_found_is_named():
    """With its path, which the endpoint and the URL make together, but no query."""
    request = b"POST /v2/v1/chat/completions?key=secret HTTP/1.1\r\nHost: localhost\r\n\r\n{}"
    said = str(response_error(RawRecord(status=404), {}, request))
    assert "404 Not Found to POST /v2/v1/chat/completions; check --url" in said


def test_a_redirect_is_not_followed():
    """The message says where it would have gone."""
    error = response_error(RawRecord(status=308), {b"LOCATION": b"https://other/"})
    assert error.code == 308
    assert "a redirect to https://other/; it is not followed" in str(error)
    assert "it is not followed" in str(response_error(RawRecord(status=302), {}))


def test_the_secrets_of_a_redirect_are_not_kept():
    """A signed query and a password are no part of a server's address."""
    location = b"https://me:pass@other/way?signature=abc"
    error = response_error(RawRecord(status=307), {b"location": location})
    assert "a redirect to https://***@other/way; it is not followed" in str(error)


@pytest.mark.parametrize("name", [b"content-encoding", b"Content-Encoding", b"CONTENT-ENCODING"])
def test_a_compressed_answer_is_an_error(name):
    """None was asked for, and its size and times would not be comparable."""
    error = response_error(RawRecord(status=200), {name: b"gzip"})
    assert type(error).__name__ == "ProtocolError"
    assert "(gzip)" in str(error)
