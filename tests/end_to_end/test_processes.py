"""A load from several processes is the one that was asked for, however the run ends."""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest

pytestmark = pytest.mark.once
TWO = ("--workers-max", "2", "--concurrency", "4")
ENDLESS = (*TWO, "--benchmark-duration", "3600", "--streaming", "--osl", "8")


def workers_of(run):
    """Return the ids of the worker processes of a run, on Linux."""
    pid = run.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(each) for each in children if is_worker(each)]


def is_worker(pid):
    """Return whether a process is a worker, and not gone or about to be."""
    try:
        return b"aiperf.executors.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


@pytest.fixture
def endless(profile, mock_server, until, tmp_path):
    """Give a run of two workers that is under way, which ends with its test."""
    if sys.platform != "linux":
        pytest.skip("processes are found in /proc")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with mock_server("--ttft", "20", "--itl", "2") as server:
        run = profile.start(
            "--url", server.url, "--model", "m", *ENDLESS, env={"TMPDIR": str(temporary)}
        )
        until(lambda: {each["metadata"]["worker_id"] for each in run.lines} > {"worker_0"})
        run.workers, run.temporary, run.server = workers_of(run), temporary, server
        assert len(run.workers) == 2
        yield run


def test_the_requests_are_those_of_one_process(profile, mock_server):
    """The same conversations as often, and at a rate the very same schedule."""
    with mock_server("--ttft", "1", "--itl", "0") as server:
        words = ("--url", server.url, "--model", "m", "--random-seed", "5", "--request-count", "30")
        words += ("--request-rate", "300", "--concurrency", "30", "--warmup-request-count", "5")
        words += ("--dataset-sampling-strategy", "shuffle", "--num-prompts", "7")
        runs = [profile(*words), profile(*words, "--workers-max", "2")]
    for run in runs:
        assert run.code == 0, run.stderr
        assert run.count("request_count") == 30
    workers = [{each["metadata"]["worker_id"] for each in run.lines} for run in runs]
    assert workers == [{"local"}, {"worker_0", "worker_1"}]
    used = [Counter(each["metadata"]["conversation_id"] for each in run.lines) for run in runs]
    assert used[0] == used[1]
    starts = [sorted(each["metadata"]["credit_issued_ns"] for each in run.lines) for run in runs]
    alone, together = ([each - times[0] for each in times] for times in starts)
    assert alone == together
    texts = [sorted(map(str, run.payloads)) for run in runs]
    assert texts[0] == texts[1]


def test_answers_are_a_part_of_what_follows(profile, mock_server):
    """The input of later turns has the tokens of what the server said, as with one process."""
    with mock_server("--ttft", "1", "--itl", "0", "--seed", "1") as server:
        words = ("--url", server.url, "--model", "m", "--random-seed", "5", "--num-sessions", "4")
        words += ("--conversation-turn-mean", "3", "--osl", "20", "--concurrency", "4")
        runs = [profile(*words), profile(*words, "--workers-max", "2")]
    inputs = [run.summary["input_sequence_length"] for run in runs]
    assert runs[1].count("request_count") == runs[0].count("request_count") == 12
    assert inputs[0]["min"] + 40 <= inputs[0]["max"]
    assert inputs[0]["sum"] == inputs[1]["sum"]


def test_an_interrupt_of_the_terminal(endless):
    """It reaches every process; the first decides, and every request is in one record."""
    for pid in (*endless.workers, endless.process.pid):
        os.kill(pid, signal.SIGINT)
    endless.wait()
    assert endless.code == 130
    assert endless.stderr == ""
    ids = [each["metadata"]["x_request_id"] for each in endless.lines]
    assert len(ids) == len(set(ids))
    assert {each["x_request_id"] for each in endless.server.entries} <= set(ids)
    cut = [each for each in endless.lines if each["metadata"]["was_cancelled"]]
    assert 0 < len(cut) <= 4
    assert not any(map(is_worker, endless.workers))
    assert list(endless.temporary.iterdir()) == []


def test_workers_end_with_the_process_that_started_them(endless, until):
    """Even if that is killed; they leave nothing behind."""
    endless.process.kill()
    endless.wait()
    until(lambda: not any(map(is_worker, endless.workers)))
    assert list(endless.temporary.iterdir()) == []
    assert all(each["error"] is None for each in endless.lines)


def test_a_worker_that_is_killed(endless):
    """The command fails and says so; what was measured is there, what was lost is counted."""
    os.kill(endless.workers[1], signal.SIGKILL)
    endless.wait()
    assert endless.code == 1
    assert "was killed by SIGKILL before it had ended" in endless.stderr
    assert "Traceback" not in endless.stderr
    errors = Counter(each["error"]["type"] for each in endless.lines if each["error"])
    assert set(errors) <= {"WorkerError", "RequestCancellationError"}
    assert 0 < errors["WorkerError"] <= 2
    known = {each["metadata"]["x_request_id"] for each in endless.lines}
    complete = [each for each in endless.server.entries if each["outcome"] == "complete"]
    assert len({each["x_request_id"] for each in complete} - known) <= errors["WorkerError"]
    assert endless.count("request_count") == sum(each["error"] is None for each in endless.lines)
    assert endless.summary["client_health"]["cpu_share"] > 0
