"""How many requests wait for their first token, and when one has come."""

from __future__ import annotations

import asyncio
import random
import time
from array import array

import pytest

from aiperf.arrivals.constant import ConstantArrival
from aiperf.common.config import LoadConfig
from aiperf.common.models import ErrorDetails, ParsedResponse


@pytest.fixture(name="endpoint")
def endpoint_fixture(echo_endpoint):
    """Give an endpoint to which every part that is ``token`` is content."""

    def parse(record):
        found = [
            ns for part, ns in zip(record.parts, record.part_ns, strict=True) if part == b"token"
        ]
        return ParsedResponse(text="x", content_ns=array("q", found), error=record.error)

    echo_endpoint.parse_response = parse
    return echo_endpoint


def arrive(record, *parts):
    """Let parts of a response arrive, as a transport does."""
    for part in parts:
        record.parts.append(part)
        record.part_ns.append(time.perf_counter_ns())


class Server:
    """Gives a first token after some turns of the loop, and ends after some more."""

    def __init__(self, *before):
        self.before = before
        self.prefills = self.most_prefills = self.most = self.under_way = 0

    async def __call__(self, _request, record):
        record.start_ns = time.perf_counter_ns()
        self.prefills += 1
        self.under_way += 1
        self.most_prefills = max(self.most_prefills, self.prefills)
        self.most = max(self.most, self.under_way)
        try:
            await self.prefill(record)
            arrive(record, *self.before)
            await asyncio.sleep(0.002)
        finally:
            self.prefills -= 1
        try:
            arrive(record, b"token")
            await asyncio.sleep(0.02)
            arrive(record, b"token")
        finally:
            self.under_way -= 1

    async def prefill(self, record):
        """Do what comes before anything arrives."""


@pytest.mark.parametrize("before", [(), (b"role",), (b"ping",) * 30])
def test_a_request_gives_its_place_back_with_its_first_token(rig, run, endpoint, before):
    """Neither earlier, when something without content comes, nor as late as its end."""
    server = Server(*before)
    it = rig(
        server, endpoint=endpoint, concurrency=8, prefill_concurrency=2, request_count=24
    )  # fmt: skip
    run(it.executor.run())
    assert it.errors == [None] * 24
    assert server.most_prefills == 2
    assert 2 < server.most <= 8
    assert all(type(raw.parts) is list for raw, _ in it.sink.records)


@pytest.mark.parametrize("how", ["error", "raises", "cancelled"])
def test_a_request_that_ends_without_a_token_gives_its_place_back(rig, run, endpoint, how):
    """Whatever ended it: else the run would stand still."""

    class Failing(Server):
        async def prefill(self, record):
            if how == "cancelled":
                record.sent_ns = time.perf_counter_ns()
                await asyncio.Event().wait()
            if how == "raises":
                raise RuntimeError
            record.error = ErrorDetails(type="ConnectError", message="no")

    it = rig(
        Failing(), endpoint=endpoint, concurrency=4, prefill_concurrency=1, request_count=12,
        request_cancellation_rate=100.0 if how == "cancelled" else 0.0,
    )  # fmt: skip
    run(it.executor.run())
    assert len(it.sink.records) == 12


def test_what_is_held_back_at_a_rate_is_late_in_order_and_not_left_out(rig, run, endpoint):
    """The schedule does not wait."""
    server = Server()
    config = LoadConfig(request_rate=2000.0)
    arrival = ConstantArrival(config=config, rng=random.Random(1))  # noqa: S311 - a load pattern
    it = rig(
        server, endpoint=endpoint, arrival=arrival, prefill_concurrency=1, request_count=10
    )  # fmt: skip
    run(it.executor.run())
    assert server.most_prefills == 1
    records = sorted(it.sink.records, key=lambda pair: pair[0].start_ns)
    scheduled = [what["scheduled_ns"] for _, what in records]
    assert [each - scheduled[0] for each in scheduled] == [n * 500_000 for n in range(10)]
    assert records[-1][0].start_ns - scheduled[-1] > 4_000_000  # 9 prefills of more than 1 ms each


def test_the_limit_may_grow(rig, run, endpoint):
    """From one to all of it."""
    seen = []

    class Watched(Server):
        async def prefill(self, _record):
            seen.append(self.prefills)
            await asyncio.sleep(0.01)

    it = rig(
        Watched(), endpoint=endpoint, concurrency=9, prefill_concurrency=3,
        prefill_concurrency_ramp_duration=0.1, benchmark_duration=0.3,
    )  # fmt: skip
    run(it.executor.run())
    assert seen[0] == 1
    assert max(seen) == 3


@pytest.mark.parametrize("ends", [{"benchmark_duration": 0.05}, {"request_count": 3}])
def test_the_end_does_not_wait_for_those_who_may_not_start(rig, run, endpoint, ends):
    """They have not started, and are in no record."""

    class Stalled(Server):
        async def prefill(self, _record):
            if len(it.transport.sent) == 3:
                await asyncio.sleep(0.2)

    it = rig(Stalled(), endpoint=endpoint, concurrency=8, prefill_concurrency=1, **ends)
    run(it.executor.run())
    assert len(it.sink.records) == it.sink.announced == 3
