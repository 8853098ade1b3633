"""Runs beside the embedded server's log; ``test_ground_truth.py`` has what is made of them."""

from __future__ import annotations

import pytest

from aiperf.benchmark.verification import GRPC, HTTP, Spread, verify


@pytest.mark.once
def test_a_run_over_grpc_is_known_to_both_sides(tmp_path):
    """Each request and each message, by the log of the same server."""
    pytest.importorskip("grpc", reason="grpcio cannot be installed on this interpreter")
    (run,) = verify((20,), (), tmp_path, seed=1, transport="grpc")
    assert (run.load, run.requests, run.chunks) == ("20 concurrent", 120, 1920)
    of_a_busy_machine = "it should be under 1 and 4 ms"
    assert [each for each in run.failures if of_a_busy_machine not in each] == []
    _header, *entries = (tmp_path / "concurrency-20" / "truth.jsonl").read_text().splitlines()
    assert len(entries) == 140
    assert all("ModelStreamInfer" in each for each in entries)


def test_more_is_promised_over_http():
    """Over gRPC, its library has a share in what is measured."""
    spread = Spread("time_to_first_token", 100, median=0.6, p99=2.1, max=3.5)
    assert GRPC.has_small(spread)
    assert not HTTP.has_small(spread)
