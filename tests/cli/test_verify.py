"""``aiperf verify``."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest

from aiperf.benchmark.ground_truth import QUANTITIES
from aiperf.benchmark.verification import Spread, Verified
from aiperf.cli.verify import _print

RATE = ("--request-rate", "20")


@pytest.mark.once
def test_both_sides_know_the_same_requests_and_tokens(aiperf, fresh_python):
    """How large an error may be is for the machine that a person measures on."""
    done = aiperf("verify", "--concurrency", "8", *RATE, "--json", "--artifact-dir", "kept")
    found = json.loads(done.stdout)
    run, rate = found["runs"]
    assert (run["load"], run["requests"], run["chunks"]) == ("8 concurrent", 100, 1600)
    assert (rate["load"], rate["requests"], rate["chunks"]) == ("20 requests/s", 100, 1600)
    assert run["delivered_rate"] is None
    assert rate["delivered_rate"] > 10
    counts = {each["quantity"]: each["count"] for each in run["spreads"]}
    assert counts == dict.fromkeys(QUANTITIES, 100) | {"inter_chunk_latency": 1500}
    assert all("it should be" in each for each in run["failures"] + rate["failures"])
    assert done.returncode == (0 if found["passed"] else 1)
    assert found["passed"] is (not run["failures"] + rate["failures"])
    kept = {each.name for each in (fresh_python.cwd / "kept").iterdir()}
    assert kept == {"concurrency-8", "rate-20"}


@pytest.mark.once
def test_a_signal_ends_all_of_it(tmp_path):
    """What the runs that had ended have shown is printed."""
    command = [sys.executable, "-W", "error", "-m", "aiperf", "verify", "--json"]
    options = ["--concurrency", "60", "--concurrency", "1", "--artifact-dir", "kept"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*command, *options], cwd=tmp_path, stdout=pipe, stderr=pipe, text=True
    ) as process:
        try:
            end = time.monotonic() + 60
            records = tmp_path / "kept" / "concurrency-1" / "profile_export.jsonl"
            while not (records.exists() and records.stat().st_size):
                assert process.poll() is None
                assert time.monotonic() < end
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 128 + signal.SIGINT
    assert err == "Error: stopped by signal 2 before all runs had ended\n"
    found = json.loads(out)
    assert (found["passed"], [run["load"] for run in found["runs"]]) == (False, ["60 concurrent"])


def test_the_table_has_a_row_for_each_quantity(capsys):
    """And standard error has what is wrong."""
    spreads = tuple(Spread(name, 100, 0.1234, 1.5, 2.0) for name in QUANTITIES)
    run = Verified("1 concurrent", 100, 1600, 0.05, None, spreads, ("boom",), is_judged=True)
    _print([run])
    out, err = capsys.readouterr()
    header, *rows = out.splitlines()
    assert header.split()[:2] == ["load", "requests"]
    assert [row.split()[3] for row in rows] == list(QUANTITIES)
    assert all("0.123 ms  1.500 ms  2.000 ms  5%" in row for row in rows)
    assert err == "Error: at 1 concurrent: boom\n"
