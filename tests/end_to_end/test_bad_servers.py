"""A server that misbehaves costs the requests it fails, and is told in one line."""

from __future__ import annotations

import json
import socket
import threading
from collections import Counter

import pytest

CHAT = json.dumps({"choices": [{"message": {"content": "Good morning"}}]}).encode()
CHUNK = b'data: {"choices":[{"delta":{"content":"Good"}}]}\n\n'


def forever(answer):
    """Return a script that answers every request of a connection."""

    def script(peer):
        while True:
            peer.request()
            answer(peer)

    return script


def resets(peer):
    peer.request()
    peer.reset()


def stalls(peer):
    peer.request()
    peer.stay_silent()


def stalls_in_the_stream(peer):
    peer.request()
    peer.begin_stream()
    peer.send(CHUNK)
    peer.stay_silent()


def sends_half_an_event(peer):
    peer.request()
    peer.begin_stream()
    peer.send(CHUNK + CHUNK[:30])


def closes_in_the_stream(peer):
    peer.request()
    peer.begin_stream()
    peer.send(CHUNK)


def breaks_off(peer):
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + CHAT)
    raise EOFError


@pytest.mark.parametrize(
    ("script", "options", "kind", "code"),
    [
        (resets, [], "ConnectionReset", None),
        (stalls, ["--request-timeout-seconds", "0.05"], "RequestTimeout", None),
        (stalls, ["--idle-timeout-seconds", "0.05"], "IdleTimeout", None),
        (
            stalls_in_the_stream,
            ["--streaming", "--idle-timeout-seconds", "0.05"],
            "IdleTimeout",
            None,
        ),
        (sends_half_an_event, ["--streaming"], "InvalidSSEError", None),
        (closes_in_the_stream, ["--streaming"], "IncompleteResponse", None),
        (forever(breaks_off), [], "IncompleteResponse", None),
        (
            forever(lambda peer: peer.answer(b'{"detail": "no"}', "401 Unauthorized")),
            [],
            "HTTPStatusError",
            401,
        ),
        (
            forever(lambda peer: peer.answer(b"busy", "503 Service Unavailable", "text/plain")),
            [],
            "HTTPStatusError",
            503,
        ),
        (forever(lambda peer: peer.answer(CHAT[:40])), [], "InvalidJSONError", None),
        (forever(lambda peer: peer.answer(b"[1]")), [], "InvalidResponseError", None),
        (forever(lambda peer: peer.answer(b"")), [], "EmptyResponseError", None),
        (
            forever(lambda peer: peer.answer(b'{"error": {"message": "no", "code": 7}}')),
            [],
            "ServerReportedError",
            7,
        ),
        (forever(lambda peer: peer.send(b"220 ready\r\n")), [], "ProtocolError", None),
    ],
)
def test_a_server_that_fails_every_request(profile, serve, script, options, *, kind, code):
    """The exit code is 1, one line says what happened, and every request has its record."""
    with serve(script) as url:
        run = profile(
            "--url", url, "--model", "m", "--request-count", "4", "--concurrency", "2", *options
        )
    assert run.code == 1
    line = run.stderr.removesuffix("\n")
    assert "\n" not in line
    shown = kind if code is None else f"{kind} {code}"
    assert line.startswith(f"Error: No request succeeded; 4 ended with {shown}: ")
    (most,) = run.summary["error_summary"]
    assert most["count"] == 4
    assert (most["error_details"]["type"], most["error_details"]["code"]) == (kind, code)
    assert line.endswith(most["error_details"]["message"])
    assert run.count("request_count") == 0
    assert run.count("error_request_count") == 4
    assert not run.summary["was_cancelled"]
    assert [each["error"] for each in run.lines] == [most["error_details"]] * 4
    assert not any(each["metrics"] for each in run.lines)
    assert f"4 requests ended with {kind}" in run.log


def test_a_server_that_tells_which_key_it_refuses(profile, serve):
    """The key is on no terminal and in no artifact for that."""

    def refuse(peer):
        header = peer.request().headers["authorization"]
        peer.answer(json.dumps({"error": f"wrong key: {header}"}).encode(), "401 Unauthorized")

    with serve(refuse) as url:
        run = profile("--url", url, "--model", "m", "--api-key", "s3cr3t-key")
    assert run.code == 1
    assert "wrong key: " in run.stderr
    texts = [run.stderr, run.stdout, *(file.read_text() for file in run.artifacts.iterdir())]
    assert len(texts) == 2 + 6
    assert not any("s3cr3t" in text for text in texts)


@pytest.fixture
def nowhere():
    """Give a URL that refuses connections."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and it does not listen
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_a_server_that_is_not_there(profile, nowhere):
    """A run that gets no answer is not tried to its end, however long that would be."""
    run = profile("--url", nowhere, "--model", "m", "--request-count", "100000")
    assert run.code == 1
    assert run.stderr.count("\n") == 1
    most = run.summary["error_summary"][0]
    assert run.stderr.startswith(
        f"Error: No request succeeded; {most['count']} ended with ConnectError: "
    )
    assert nowhere.removeprefix("http://") in run.stderr
    assert len(run.lines) == run.count("error_request_count") < 100
    assert not run.summary["was_cancelled"]
    (warning,) = [each for each in run.summary["warnings"] if "stopped early" in each]
    assert "ConnectError" in warning


def test_a_server_that_is_not_there_for_the_warm_up(profile, nowhere):
    """The reason is told although no measured request failed."""
    run = profile("--url", nowhere, "--model", "m", "--num-warmup-requests", "1000")
    assert run.code == 1
    assert run.stderr.count("\n") == 1
    assert "warm-up" in run.stderr
    assert "ConnectError" in run.stderr
    assert run.lines == []
    assert run.summary["error_summary"] == []


def test_a_server_that_does_not_answer_the_tls_handshake(profile, serve):
    """Connecting has a limit of its own, TLS included."""
    with serve(lambda peer: peer.stay_silent()) as url:
        run = profile(
            "--url",
            url.replace("http:", "https:"),
            "--model",
            "m",
            "--connect-timeout-seconds",
            "0.05",
            "--request-count",
            "2",
        )
    assert run.code == 1
    assert "2 ended with ConnectTimeout: " in run.stderr


@pytest.mark.parametrize(
    ("fail", "kind"),
    [
        (lambda peer: peer.answer(b"no", "500 Oops"), "HTTPStatusError"),
        (breaks_off, "IncompleteResponse"),
    ],
)
def test_a_server_that_fails_half_of_the_requests(profile, serve, fail, kind):
    """The run is a success whose counts add up, and the failures are counted apart."""
    lock = threading.Lock()
    seen = Counter()

    def script(peer):
        while True:
            peer.request()
            with lock:
                seen["requests"] += 1
                is_bad = seen["requests"] % 2
            if is_bad:
                fail(peer)
            else:
                peer.answer(CHAT)

    with serve(script) as url:
        run = profile("--url", url, "--model", "m", "--request-count", "20", "--concurrency", "3")
    assert run.code == 0
    assert run.stderr == ""
    assert run.count("request_count") == 10
    assert run.count("error_request_count") == 10
    (failed,) = run.summary["error_summary"]
    assert (failed["error_details"]["type"], failed["count"]) == (kind, 10)
    assert run.summary["request_latency"]["count"] == 10
    assert Counter(each["error"] is None for each in run.lines) == {True: 10, False: 10}
    assert all(bool(each["metrics"]) is (each["error"] is None) for each in run.lines)
    assert kind in run.stdout
