"""A sweep that is stopped keeps what it measured, and says what that is."""

from __future__ import annotations

import json
import signal

import pytest

pytestmark = pytest.mark.once

SIGNALLING = """
import os
import signal

from aiperf import LazyEntry, hookimpl


class Signalling:
    wants_records = False

    def __init__(self, *, config):
        pass

    def start(self, context):
        pass

    def record(self, record):
        pass

    def finish(self, result):
        os.kill(os.getpid(), signal.SIGTERM)


@hookimpl
def aiperf_register_exporter():
    return [LazyEntry("signalling", "signalling", "Signalling")]
"""


def summary(run):
    path = run.artifacts / "sweep_aggregate" / "profile_export_aiperf_sweep.json"
    return json.loads(path.read_bytes())


def test_a_signal_ends_the_run_and_the_sweep(profile, mock_server, until):
    """The run under way is cut short, the ones before it are whole, and none follows."""
    with mock_server("--ttft", "5", "--itl", "0") as server:
        run = profile.start(
            *("--url", server.url, "--model", "m", "--sweep-type", "zip"),
            *("--concurrency", "1,2,3", "--request-count", "4,1000000,4"),
        )
        until(lambda: _lines(run, "concurrency_2__request_count_1000000") > 4)
        run.process.send_signal(signal.SIGINT)
        run.wait()
    assert (run.code, run.stderr) == (128 + signal.SIGINT, "")
    found = summary(run)
    assert found["was_cancelled"] is True
    assert [each["stopped_by"] for each in found["runs"]] == [None, int(signal.SIGINT)]
    first, second = found["per_combination_metrics"]
    assert first["metrics"]["request_count_avg"]["mean"] == 4
    assert second["metrics"]["request_count_avg"]["mean"] > 4
    assert found["best_configurations"]["best_throughput"]["parameters"] == first["parameters"]
    assert "cut short" in run.stdout
    assert "The sweep was stopped after 2 of 3 runs." in run.stdout


def test_a_signal_ends_a_pause(profile, mock_server, until):
    """However long it was to be."""
    with mock_server("--ttft", "1", "--itl", "0") as server:
        run = profile.start(
            *("--url", server.url, "--model", "m", "--concurrency", "1,2"),
            *("--request-count", "2", "--parameter-sweep-cooldown-seconds", "3600"),
        )
        until((run.artifacts / "sweep_aggregate" / "profile_export_aiperf_sweep.csv").exists)
        run.process.send_signal(signal.SIGTERM)
        run.wait()
    assert (run.code, run.stderr) == (128 + signal.SIGTERM, "")
    assert [each["stopped_by"] for each in summary(run)["runs"]] == [None, int(signal.SIGTERM)]
    assert "The sweep was stopped after 2 of 2 runs." not in run.stdout


def test_a_signal_while_artifacts_are_written(profile, mock_server, tmp_path):
    """The run is whole, and the sweep ends with it: no moment is deaf."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "signalling.py").write_text(SIGNALLING)
    with mock_server("--ttft", "1", "--itl", "0") as server:
        run = profile(
            *("--url", server.url, "--model", "m", "--concurrency", "1,2", "--request-count", "2"),
            path=(site,),
            env={"AIPERF_PLUGIN_MODULES": "signalling"},
        )
    assert (run.code, run.stderr) == (128 + signal.SIGTERM, "")
    (only,) = summary(run)["runs"]
    assert (only["is_complete"], only["stopped_by"]) == (True, int(signal.SIGTERM))
    assert only["metrics"]["request_count"]["avg"] == 2


def _lines(run, name):
    path = run.artifacts / name / "profile_export.jsonl"
    return path.read_bytes().count(b"\n") if path.exists() else 0
