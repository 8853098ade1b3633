"""The client's records beside the server's log."""

from __future__ import annotations

import json

import pytest

from aiperf.benchmark.ground_truth import GroundTruthError, compare
from aiperf.benchmark.verification import judge
from aiperf.common.config import LoadConfig

MS = 1_000_000
BEHIND = 7_000 * MS


def record(request_id="a", *, error=None, tokens=3, start_ns=100 * MS, **metrics):
    """Return a line of the client: 12 ms to the first of three tokens, then 5 and 7 ms."""
    values = {
        "time_to_first_token": 12.0,
        "inter_token_latency": 6.0,
        "inter_chunk_latency": [5.0, 7.0],
        "request_latency": 24.0,
        "output_sequence_length": tokens,
    }
    return {
        "metadata": {"x_request_id": request_id, "request_start_ns": start_ns},
        "metrics": {tag: {"value": value} for tag, value in (values | metrics).items()},
        "error": error,
    }


def entry(request_id="a", number=0, *, start_ns=100 * MS, **changes):
    """Return a line of the server, whose clock is 7 s behind, of a request that began at ``start``.

    It had it after half a millisecond, and sent three tokens 11, 17 and 23 ms after the start.
    """
    begin = start_ns - BEHIND
    sent = [begin + each * MS for each in (11, 17, 23)]
    fields = {"outcome": "complete", "tokens": 3, "first_received_ns": begin + MS // 2}
    fields["send_ns"] = sent
    return {"x_request_id": request_id, "number": number} | fields | changes


def judged(truth, *, requests=1, cpu_share=0.1):
    return judge(truth, "1 concurrent", LoadConfig(request_count=requests), cpu_share)


@pytest.fixture
def truth_of(tmp_path):
    """Give what compares records with a log."""

    def find(records, entries, warmup=0):
        client, server = tmp_path / "records.jsonl", tmp_path / "log.jsonl"
        client.write_text("".join(f"{json.dumps(each)}\n" for each in records))
        entries = [{"clock": "perf_counter_ns", "wall_ns": BEHIND, "perf_ns": 0}, *entries]
        server.write_text("".join(f"{json.dumps(each)}\n" for each in entries))
        return compare(client, server, warmup)

    return find


def test_an_error_is_the_clients_value_less_the_servers(truth_of):
    truth = truth_of([record()], [entry()])
    assert {name: errors.tolist() for name, errors in truth.errors_ms.items()} == {
        "time_to_first_token": [1.0],
        "inter_token_latency": [0.0],
        "inter_chunk_latency": [-1.0, 1.0],
        "request_latency": [1.0],
        "request_arrival": [0.5],
    }
    assert (truth.requests, truth.chunks, truth.problems) == (1, 3, [])


def test_warm_up_and_other_pages_are_in_the_log_only(truth_of):
    entries = [entry("w", 0), entry(None, None), entry("a", 1)]
    assert truth_of([record()], entries, warmup=1).problems == []


@pytest.mark.parametrize(
    ("records", "entries", "words"),
    [
        ([record()], [], "request a: the server never saw it"),
        ([], [entry()], "request a: the client has no record of it"),
        ([record(tokens=2)], [entry()], "sent 3 tokens, the client counted 2"),
        ([record()], [entry(send_ns=[101 * MS, 102 * MS])], "sent 2 chunks, the client has 3"),
        ([record()], [entry(outcome="stopped")], "the server says that it was stopped"),
        ([record(error={"message": "boom"})], [entry()], "the client has an error, boom"),
    ],
)
def test_what_only_one_side_says_is_a_problem(truth_of, records, entries, words):
    truth = truth_of(records, entries)
    (problem,) = truth.problems
    assert words in problem
    found = judged(truth, requests=len(records), cpu_share=0.9)
    assert problem in found.failures


def test_large_errors_count_unless_the_client_was_busy(truth_of):
    """1 ms at the median is too much, of an idle client."""
    truth = truth_of([record()], [entry()])
    (failure,) = judged(truth).failures
    assert "time_to_first_token is 1.000 ms at the median" in failure
    busy = judged(truth, cpu_share=0.8)
    assert (busy.failures, busy.is_judged) == ((), False)


def test_a_request_that_neither_side_knows_is_missed(truth_of):
    truth = truth_of([record(time_to_first_token=11.0)], [entry()])
    (failure,) = judged(truth, requests=2).failures
    assert failure == "2 requests were to be sent, and 1 can be compared"


def at_rate(truth_of, *, gap_ms, lag):
    """Return what judging 101 requests of 100 a second gives."""
    records = [
        record(str(i), start_ns=i * gap_ms * MS, time_to_first_token=11.0, schedule_lag=lag)
        for i in range(101)
    ]
    truth = truth_of(records, [entry(str(i), i, start_ns=i * gap_ms * MS) for i in range(101)])
    return judge(truth, "", LoadConfig(request_rate=100.0, request_count=101), 0.1)


def test_a_rate_is_that_of_the_starts(truth_of):
    found = at_rate(truth_of, gap_ms=10, lag=1.0)
    assert (found.delivered_rate, found.failures) == (100.0, ())


def test_another_rate_and_late_starts_count(truth_of):
    slow, late = at_rate(truth_of, gap_ms=11, lag=2.5).failures
    assert slow == "90.91 requests/s were sent; it should be 100 ± 0.1%"
    assert late == "requests started 2.500 ms late at p99; it should be under 2 ms"


def test_a_file_that_is_not_what_it_should_be_is_told(tmp_path):
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{}\n{")
    with pytest.raises(GroundTruthError, match=r"bad\.jsonl, line 2: this is not JSON"):
        compare(bad, bad)
    with pytest.raises(GroundTruthError, match=r"none\.jsonl cannot be read: No such file"):
        compare(bad, tmp_path / "none.jsonl")
