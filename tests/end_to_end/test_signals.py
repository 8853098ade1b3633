"""A run that is ended from outside keeps what it measured."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

ENDLESS = ["--benchmark-duration", "3600", "--concurrency", "4", "--streaming", "--osl", "8"]

STUCK = '''
from pathlib import Path

from aiperf import LazyEntry, hookimpl
from aiperf.transports.http_transport import HTTPTransport


class StuckTransport(HTTPTransport):
    """Does not come back from its end, once it was in use."""

    async def send(self, *args, **kwargs):
        self.used = True
        await super().send(*args, **kwargs)

    async def close(self):
        await super().close()
        if hasattr(self, "used"):
            import asyncio

            Path("closing").touch()
            await asyncio.Event().wait()


@hookimpl
def aiperf_register_transport():
    return [LazyEntry("http", "stuck", "StuckTransport")]
'''


TERMINAL = """
import os, pty, sys
pid, terminal = pty.fork()
if not pid:
    os.execv(sys.argv[1], sys.argv[1:])
sys.stdin.read()  # until it is closed
os.close(terminal)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_with_its_results(profile, mock_server, until, number):
    """Each request that was started has one record; those cut short are told apart."""
    with mock_server("--ttft", "20", "--itl", "2") as server:
        run = profile.start("--url", server.url, "--model", "m", *ENDLESS)
        until(lambda: len(run.lines) >= 8)
        run.process.send_signal(number)
        run.wait()
    assert run.code == 128 + number
    assert run.stderr == ""
    assert run.summary["was_cancelled"] is True
    lines = run.lines
    ids = [each["metadata"]["x_request_id"] for each in lines]
    assert len(ids) == len(set(ids))
    outcomes = {each["x_request_id"]: each["outcome"] for each in server.entries}
    assert set(outcomes) <= set(ids)  # a request may end before the server has read it
    cut = [each for each in lines if each["metadata"]["was_cancelled"]]
    assert 0 < len(cut) <= 4
    assert all(each["error"]["type"] == "RequestCancellationError" for each in cut)
    whole = [each["metadata"]["x_request_id"] for each in lines if each["error"] is None]
    assert len(whole) + len(cut) == len(lines)
    assert {outcomes[each] for each in whole} == {"complete"}
    assert run.count("request_count") == len(whole) >= 8
    assert run.count("error_request_count") == len(cut)
    assert run.summary["time_to_first_token"]["count"] == len(whole)
    assert (run.artifacts / "profile_export_aiperf.csv").exists()
    assert "Time to First Token" in run.stdout
    assert f"was stopped by signal {int(number)}" in run.log


@pytest.mark.once
@pytest.mark.parametrize("nohup", [(), ("/usr/bin/nohup",)])
def test_a_terminal_that_goes_away(mock_server, until, tmp_path, nohup):
    """It ends a run with all its results, but for one that is to outlive it."""
    lines = tmp_path / "profile_export.jsonl"
    ends = ("--request-count", "60") if nohup else ENDLESS[:2]
    with mock_server("--ttft", "20", "--itl", "2") as server:
        process = subprocess.Popen(
            [
                sys.executable, "-c", TERMINAL, *nohup, sys.executable, "-m", "aiperf",
                "profile", "--url", server.url, "--model", "m", "--output-artifact-dir", tmp_path,
                "--ui", "none", *ends, *ENDLESS[2:],
            ],
            stdin=subprocess.PIPE,
            cwd=tmp_path,
        )  # fmt: skip
        until(lambda: lines.exists() and lines.read_bytes().count(b"\n") >= 8)
        process.communicate(timeout=60)
    summary = json.loads((tmp_path / "profile_export_aiperf.json").read_bytes())
    assert (tmp_path / "report.html").exists()
    if not nohup:
        assert process.returncode == 128 + signal.SIGHUP
        assert summary["was_cancelled"] is True
        assert summary["request_count"]["avg"] >= 8
    else:
        assert summary["was_cancelled"] is False
        assert summary["request_count"]["avg"] == 60


def test_a_signal_during_the_warm_up(profile, serve, until):
    """Nothing was measured, and that is what the artifacts say."""
    stalled = []

    def script(peer):
        stalled.append(peer.request())
        peer.stay_silent()

    with serve(script) as url:
        run = profile.start("--url", url, "--model", "m", "--num-warmup-requests", "4")
        until(lambda: stalled)
        run.process.send_signal(signal.SIGINT)
        run.wait()
    assert (run.code, run.stderr) == (130, "")
    assert run.summary["was_cancelled"] is True
    assert run.lines == []
    assert run.count("request_count") == 0


def test_the_embedded_server_ends_with_the_run(profile, until):
    """It serves until the run has stopped, and is gone afterwards."""
    run = profile.start(*ENDLESS)
    until(lambda: len(run.lines) >= 4)
    (url,) = re.findall(r"measuring (\S+)", run.log)
    address = (urlsplit(url).hostname, urlsplit(url).port)
    with socket.create_connection(address):
        run.process.send_signal(signal.SIGINT)
        run.wait()
    assert (run.code, run.stderr) == (130, "")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address).close()


@pytest.mark.parametrize("shell", ["true", "trap '' INT"], ids=["foreground", "background"])
def test_a_second_signal_ends_a_run_at_once(profile, mock_server, until, tmp_path, shell):
    """A part that does not come back holds nobody up; what was measured is in the file.

    So it is also where a shell has started the run in the background, to ignore Ctrl-C.
    """
    site = tmp_path / "site"
    site.mkdir()
    (site / "stuck.py").write_text(STUCK)
    with mock_server("--ttft", "1", "--itl", "0") as server:
        run = profile.start(
            "--url", server.url, "--model", "m", *ENDLESS,
            path=(site,), env={"AIPERF_PLUGIN_MODULES": "stuck"}, limits=shell,
        )  # fmt: skip
        until(lambda: len(run.lines) >= 8)
        run.process.send_signal(signal.SIGINT)
        until((tmp_path / "cwd" / "closing").exists)
        assert run.process.poll() is None
        run.process.send_signal(signal.SIGINT)
        run.wait()
    assert run.code == 130
    assert run.stderr.split()[0] == "Interrupted."
    assert "Traceback" not in run.stderr
    finished = {each["x_request_id"] for each in server.entries if each["outcome"] == "complete"}
    kept = {each["metadata"]["x_request_id"] for each in run.lines if each["error"] is None}
    assert len(kept) >= 8
    assert kept <= finished
    assert not (run.artifacts / "profile_export_aiperf.json").exists()


def test_a_run_that_is_killed_loses_no_finished_request(profile, serve, until):
    """Each request that had ended has its whole line, while another is still under way."""
    stalled = []

    def script(peer):
        for _ in range(20):
            peer.request()
            peer.answer(b'{"choices": [{"message": {"content": "Good morning"}}]}')
        stalled.append(peer.request())
        peer.stay_silent()

    with serve(script) as url:
        run = profile.start("--url", url, "--model", "m", "--request-count", "30")
        until(lambda: stalled and len(run.lines) == 20)
        run.process.kill()
        run.wait()
    assert run.code == -signal.SIGKILL
    assert len(run.lines) == 20
    assert (run.artifacts / "profile_export.jsonl").read_bytes().count(b"\n") == 20
    assert (run.artifacts / "profile_export.jsonl").read_bytes().endswith(b"\n")
    assert all(each["error"] is None for each in run.lines)
