"""How a run goes right now."""

from __future__ import annotations

from aiperf.benchmark.live import Live
from aiperf.benchmark.record_table import FAILED, VALID, Table

S = 1_000_000_000


class Engine:
    """Values as a run has them so far."""

    def __init__(self):
        self.request_count = 0
        self.records = Table()

    def add(self, count, latency, tokens=None):
        self.request_count += count
        for _ in range(count):
            self.records.begin(0, 0, VALID)
            self.records.put("request_latency", latency)
            if tokens is not None:
                self.records.put("output_sequence_length", tokens)


def test_there_is_nothing_before_the_first_request():
    assert Live(Engine()).recent(S) is None


def test_the_rate_is_that_of_the_last_seconds():
    """A burst is forgotten after three."""
    engine = Engine()
    live = Live(engine)
    live.recent(0)
    engine.add(30, 5.0, 10)
    burst = live.recent(3 * S)
    assert (burst.requests_per_s, burst.output_tokens_per_s) == (10.0, 100.0)
    for second in range(4, 8):
        engine.add(2, 5.0, 5)
        calm = live.recent(second * S)
    assert (calm.requests_per_s, calm.output_tokens_per_s) == (2.0, 10.0)


def test_latencies_are_those_of_the_latest_requests():
    engine = Engine()
    engine.add(500, 100.0)
    engine.records.begin(0, 0, FAILED)
    for value in range(499):
        engine.add(1, float(value))
    recent = Live(engine).recent(S)
    assert recent.latencies_ms == {"Request Latency": (249.0, 448.0, 493.0)}
    assert recent.output_tokens_per_s is None
