"""``aiperf verify``."""

from __future__ import annotations

import json

import pytest

from aiperf.benchmark.ground_truth import QUANTITIES


@pytest.mark.once
def test_both_sides_know_the_same_requests_and_tokens(aiperf, fresh_python):
    """How large an error may be is for the machine that a person measures on."""
    done = aiperf("verify", "--concurrency", "2", "--json", "--artifact-dir", "kept")
    found = json.loads(done.stdout)
    (run,) = found["runs"]
    assert (run["concurrency"], run["requests"], run["chunks"]) == (2, 100, 1600)
    counts = {each["quantity"]: each["count"] for each in run["spreads"]}
    assert counts == dict.fromkeys(QUANTITIES, 100) | {"inter_chunk_latency": 1500}
    assert all("should be under" in each for each in run["failures"])
    assert done.returncode == (0 if found["passed"] else 1)
    assert found["passed"] is (not run["failures"])
    kept = {each.name for each in (fresh_python.cwd / "kept").iterdir()}
    assert kept == {"concurrency2", "truth2.jsonl"}


@pytest.mark.once
def test_the_table_has_a_row_for_each_quantity(aiperf):
    done = aiperf("verify", "--concurrency", "1")
    header, *rows = done.stdout.splitlines()
    assert header.split("  ")[0] == "concurrent"
    assert [row.split()[2] for row in rows] == list(QUANTITIES)
    assert done.stderr.startswith("1 concurrent: 100 requests, 1600 chunks: ")
