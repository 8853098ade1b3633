"""An hour's worth of faults in a few seconds: every request ends in one record that says how."""

from __future__ import annotations

import json
import random
import signal
import threading
from collections import Counter, defaultdict

import pytest

pytestmark = pytest.mark.once

STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = STREAM + b"Transfer-Encoding: chunked\r\n\r\n"
BODY = json.dumps({"choices": [{"message": {"content": "Good morning"}}]}).encode()


def event(text):
    """Return the event of one chunk of content."""
    return b"data: " + json.dumps({"choices": [{"delta": {"content": text}}]}).encode() + b"\n\n"


def chunk(data):
    """Return ``data`` as one chunk of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


EVENTS = [event("Good"), event(" morning"), b"data: [DONE]\n\n"]


def good(peer):
    peer.send(CHUNKED + b"".join(map(chunk, EVENTS)) + b"0\r\n\r\n")
    return True


def trickle(peer):
    for byte in CHUNKED + b"".join(map(chunk, EVENTS)) + b"0\r\n\r\n":
        peer.send(bytes((byte,)))
    return True


def reset_in_the_middle(peer):
    peer.send(CHUNKED + chunk(EVENTS[0]))
    peer.reset()


def close_in_the_middle(peer):
    peer.send(CHUNKED + chunk(EVENTS[0]) + b"ff\r\ndata")


def longer_than_it_is(peer):
    peer.send(WHOLE + b"Content-Length: %d\r\n\r\n" % (len(BODY) + 1) + BODY)


def shorter_than_it_is(peer):
    peer.send(WHOLE + b"Content-Length: %d\r\n\r\n" % (len(BODY) - 1) + BODY)


def stall(peer):
    peer.send(CHUNKED + chunk(EVENTS[0]))
    peer.stay_silent()


def silence(peer):
    peer.stay_silent()


def broken_json(peer):
    return stream_of(peer, EVENTS[0] + b"data: {'choices'\n\n" + EVENTS[2])


def cut_event(peer):
    return stream_of(peer, EVENTS[0] + EVENTS[1][:-9])


def no_end(peer):
    return stream_of(peer, EVENTS[0] + EVENTS[1])


def wrong_encoding(peer):
    return stream_of(peer, EVENTS[0].replace(b"Good", b"G\xfc\xdf") + EVENTS[2])


def other_shape(peer):
    return stream_of(peer, b'data: {"choices": [17]}\n\n' + EVENTS[2])


def error_inside(peer):
    return stream_of(peer, EVENTS[0] + b'data: {"error": {"message": "out of memory"}}\n\n')


def nothing_inside(peer):
    return stream_of(peer, EVENTS[2])


def stream_of(peer, body):
    peer.send(CHUNKED + chunk(body) + b"0\r\n\r\n")
    return True


def too_many(peer):
    body = b'{"error": {"message": "slow down"}}'
    peer.send(
        b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\n"
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    )
    return True


def crash_page(peer):
    peer.answer(b"<html>it crashed</html>", "500 Internal Server Error", "text/html")
    return True


def other_protocol(peer):
    peer.send(b"SSH-2.0-OpenSSH_9.6\r\n")


ENDINGS = {
    good: {None},
    trickle: {None},
    reset_in_the_middle: {"ConnectionReset"},
    close_in_the_middle: {"IncompleteResponse"},
    longer_than_it_is: {"IncompleteResponse"},
    shorter_than_it_is: {"InvalidJSONError"},
    stall: {"IdleTimeout"},
    silence: {"IdleTimeout"},
    broken_json: {"InvalidJSONError"},
    cut_event: {"InvalidSSEError"},
    no_end: {"IncompleteResponse"},
    wrong_encoding: {"InvalidJSONError"},
    other_shape: {"InvalidResponseError"},
    error_inside: {"ServerReportedError"},
    nothing_inside: {"EmptyResponseError"},
    too_many: {"HTTPStatusError"},
    crash_page: {"HTTPStatusError"},
    other_protocol: {"ProtocolError"},
}


class Faults:
    """A server whose requests each meet a fault, drawn from all; notes which."""

    def __init__(self, seed):
        self._draws = random.Random(seed)  # noqa: S311 - which fault comes next
        self._lock = threading.Lock()
        self.met = {}

    def __call__(self, peer):
        while True:
            request = peer.request()
            with self._lock:
                fault = self._draws.choice(list(ENDINGS))
                self.met[request.headers["x-request-id"]] = fault
            if not fault(peer):
                return


def test_every_request_ends_as_the_server_made_it_end(profile, serve):
    """Whatever went wrong on a connection before, or goes wrong beside it."""
    faults = Faults(seed=4)
    options = ["--concurrency", "24", "--request-count", "400", "--idle-timeout-seconds", "0.5"]
    with serve(faults) as url:
        run = profile("--url", url, "--model", "m", "--streaming", *options)
    found = defaultdict(Counter)
    for line in run.lines:
        error = line["error"]
        fault = faults.met[line["metadata"]["x_request_id"]]
        found[fault][error and error["type"]] += 1
    assert {f.__name__: set(kinds) for f, kinds in found.items()} == {
        f.__name__: kinds for f, kinds in ENDINGS.items()
    }
    assert (run.code, run.stderr) == (0, "")
    assert len({line["metadata"]["x_request_id"] for line in run.lines}) == 400
    valid = sum(found[good].values()) + sum(found[trickle].values())
    assert run.count("request_count") == valid
    assert run.count("error_request_count") == 400 - valid
    assert sum(each["count"] for each in run.summary["error_summary"]) == 400 - valid
    (slow,) = [e for e in run.summary["error_summary"] if e["error_details"]["code"] == 429]
    assert "Retry-After: 7" in slow["error_details"]["message"]


def accounts(run):
    """Check that the counts of a run add up; return its lines."""
    lines = run.lines
    assert len({line["metadata"]["x_request_id"] for line in lines}) == len(lines)
    failed = sum(line["error"] is not None for line in lines)
    assert run.count("request_count") == len(lines) - failed
    assert run.count("error_request_count") == failed
    assert sum(each["count"] for each in run.summary["error_summary"]) == failed
    return lines


def test_a_server_that_dies_and_comes_back(profile, mock_server, until):
    """What was under way fails, what comes then is refused, and later requests are measured."""
    quick = ("--ttft", "5", "--itl", "1", "--output-tokens", "4")
    with mock_server(*quick) as server:
        options = ["--benchmark-duration", "60", "--concurrency", "4", "--streaming"]
        run = profile.start("--url", server.url, "--model", "m", *options)
        until(lambda: len(run.lines) > 20)
    until(lambda: any(line["error"] for line in run.lines))
    count = len(run.lines)
    with mock_server(*quick, "--port", server.url.rpartition(":")[2]):
        until(lambda: len([line for line in run.lines[count:] if not line["error"]]) > 20)
        run.process.send_signal(signal.SIGINT)
        run.wait()
    assert (run.code, run.stderr) == (130, "")
    errors = Counter(line["error"]["type"] for line in accounts(run) if line["error"])
    assert set(errors) <= {
        *("ConnectError", "ConnectionReset", "IncompleteResponse"),
        *("RequestCancellationError", "ServerReportedError", "HTTPStatusError"),
    }
    assert errors["ConnectError"] > 0


def test_two_thousand_connections(profile, mock_server):
    """At once, from a process that may open a thousand files until it says that it needs more."""
    options = ["--concurrency", "2000", "--request-count", "4000", "--streaming", "--osl", "2"]
    with mock_server("--ttft", "200", "--itl", "1") as server:
        run = profile(
            "--url", server.url, "--model", "m", "--isl", "8", *options, limits="ulimit -S -n 1000"
        )
    assert (run.code, run.stderr) == (0, "")
    assert [line["error"] for line in accounts(run)] == [None] * 4000


def test_too_few_open_files(profile, mock_server):
    """Each request that got no connection says why; the others are measured, and all is written."""
    options = ["--concurrency", "200", "--request-count", "400", "--streaming", "--osl", "2"]
    with mock_server("--ttft", "5", "--itl", "1") as server:
        run = profile("--url", server.url, "--model", "m", *options, limits="ulimit -n 100")
    assert (run.code, run.stderr) == (0, "")
    errors = Counter(line["error"] and line["error"]["message"] for line in accounts(run))
    assert errors.total() == 400
    assert errors.pop(None) > 0
    assert all("Too many open files" in message for message in errors)
    assert errors.total() > 0


def test_a_full_disk(profile, mock_server):
    """The exit code is 1, one line names the file, and what was written is whole."""
    options = ["--concurrency", "4", "--request-count", "200", "--streaming", "--osl", "2"]
    options += ["--conversation-num", "1", "--isl", "8"]
    with mock_server("--ttft", "1", "--itl", "0") as server:
        run = profile("--url", server.url, "--model", "m", *options, limits="ulimit -f 240")
    assert run.code == 1
    (line,) = [each for each in run.stderr.splitlines() if "profile_export.jsonl" in each]
    assert "File too large" in line
    assert "Traceback" not in run.stderr
    lines = run.lines
    assert 10 < len(lines) < 200
    assert (run.artifacts / "profile_export.jsonl").read_bytes().endswith(b"\n")
    assert run.count("request_count") == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_at_any_moment(profile, mock_server, until, number):
    """From before the first request on: whatever has a record has one, and lines are whole."""
    endless = ["--benchmark-duration", "60", "--concurrency", "8", "--streaming", "--osl", "4"]
    moments = random.Random(int(number)).sample(range(200), 3)  # noqa: S311 - any will do
    with mock_server("--ttft", "2", "--itl", "1") as server:
        for count in (0, *moments):
            run = profile.start("--url", server.url, "--model", "m", *endless)
            until(lambda run=run: (run.artifacts / "run.log").exists())
            until(lambda run=run, count=count: len(run.lines) >= count)
            run.process.send_signal(number)
            run.wait()
            assert "Traceback" not in run.stderr
            assert len(run.lines) >= count
            if number == signal.SIGKILL:
                assert run.code == -number
            elif (run.artifacts / "profile_export_aiperf.json").exists():
                assert (run.code, run.stderr) == (128 + number, "")
                assert run.summary["was_cancelled"] is True
                accounts(run)
            else:  # before anything was set up: there is nothing to keep
                assert (count, run.code) in ((0, 128 + number), (0, -number))
        outcomes = {each["x_request_id"]: each["outcome"] for each in server.entries}
    for run in profile.runs:
        for line in run.lines:
            if line["error"] is None:
                assert outcomes.get(line["metadata"]["x_request_id"], "complete") == "complete"


@pytest.mark.parametrize("framed", ["chunked", "until the end"])
def test_a_line_of_a_gigabyte(profile, serve, framed):
    """It is an error at the limit of a response's size, and the client's memory stays small."""
    sent = Counter()
    piece = b"x" * (1 << 20)

    def script(peer):
        peer.request()
        peer.send(CHUNKED if framed == "chunked" else STREAM + b"\r\n")
        for _ in range(1024):
            peer.send(chunk(piece) if framed == "chunked" else piece)
            sent["pieces"] += 1

    with serve(script) as url:
        options = ["--streaming", "--request-count", "2", "--max-response-bytes", "4000000"]
        # Address space for what the client needs without it, and a tenth of what comes.
        run = profile("--url", url, "--model", "m", *options, limits="ulimit -v 4000000")
    assert run.code == 1
    errors = Counter(line["error"]["type"] for line in run.lines)
    assert errors == {"ResponseTooLarge": 2}
    assert sent["pieces"] < 100


@pytest.mark.parametrize("endless", [b"X-More: and more\r\n", b"x" * 64])
def test_headers_without_an_end(profile, serve, endless):
    """They count for the limit of a response's size."""

    def script(peer):
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n")
        for _ in range(1 << 22):
            peer.send(endless * 1024)

    with serve(script) as url:
        options = ["--request-count", "2", "--max-response-bytes", "1000000"]
        run = profile("--url", url, "--model", "m", *options)
    assert run.code == 1
    assert [line["error"]["type"] for line in run.lines] == 2 * ["ResponseTooLarge"]
