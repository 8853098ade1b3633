"""``aiperf report``: artifacts from the requests of a run."""

from __future__ import annotations

import json

import pytest

from aiperf.benchmark.run_log import RunLog

LINE = {
    "metadata": {"session_num": 0, "request_start_ns": 10**18, "request_end_ns": 10**18 + 10**8},
    "metrics": {"request_latency": {"value": 100.0, "unit": "ms"}},
}


@pytest.fixture
def run(tmp_path):
    """Give the directory of a run of one request."""
    directory = tmp_path / "run"
    directory.mkdir()
    (directory / "profile_export.jsonl").write_text(json.dumps(LINE) + "\n", encoding="utf-8")
    return directory


def test_the_tables_and_the_files(aiperf, run):
    """Beside the requests, with the warning that there is no more to know."""
    told = aiperf("report", str(run), "--exporter", "json", "--exporter", "console")
    assert told.returncode == 0, told.stderr
    assert "Request Latency (ms)" in told.stdout
    assert "are not known" in told.stdout
    assert json.loads((run / "profile_export_aiperf.json").read_text())["request_count"]["avg"] == 1


def test_no_requests_are_one_line(aiperf, tmp_path):
    told = aiperf("report", str(tmp_path))
    assert told.returncode == 1
    assert told.stderr.startswith("Error: cannot read ")
    assert told.stderr.count("\n") == 1


def test_a_run_that_is_still_going_on(aiperf, run, tmp_path):
    """Its own files are left to it; elsewhere they are those of the requests that have ended."""
    with RunLog(run):
        refused = aiperf("report", str(run))
        assert refused.returncode == 1
        assert refused.stderr.startswith("Error: another run is writing into ")
        told = aiperf("report", str(run), "--artifact-dir", str(tmp_path / "so-far"))
        assert told.returncode == 0, told.stderr
        assert "still going on" in told.stdout
    assert not (run / "profile_export_aiperf.json").exists()
