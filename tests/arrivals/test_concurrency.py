"""The closed loop: never more requests under way than slots, and no slot left unused."""

from __future__ import annotations

import asyncio
import random

import pytest

from aiperf.arrivals.concurrency import ConcurrencyArrival
from aiperf.common.config import LoadConfig
from aiperf.common.errors import ConfigError


def arrival_of(concurrency):
    return ConcurrencyArrival(config=LoadConfig(concurrency=concurrency), rng=random.Random(0))  # noqa: S311 - not for secrets


async def settle():
    """Let everything that can go on, go on."""
    for _ in range(10):
        await asyncio.sleep(0)


def test_there_are_as_many_slots_as_asked_for():
    """A caller waits while all slots are taken, and gets one when it is given back."""

    async def main():
        arrival = arrival_of(2)
        assert await arrival.acquire() is None
        assert await arrival.acquire() is None
        waiting = asyncio.ensure_future(arrival.acquire())
        await settle()
        assert not waiting.done()
        arrival.release()
        assert await waiting is None

    asyncio.run(main())


def test_who_releases_and_acquires_again_does_not_wait():
    """The next request of a worker starts at once, also if others have waited for longer."""

    async def main():
        arrival = arrival_of(1)
        await arrival.acquire()
        waiting = asyncio.ensure_future(arrival.acquire())
        await settle()
        for _ in range(3):
            arrival.release()
            again = arrival.acquire()
            with pytest.raises(StopIteration):
                again.send(None)
            await settle()
            assert not waiting.done()
        arrival.release()
        await waiting

    asyncio.run(main())


def test_every_waiter_gets_a_slot_in_the_end():
    """Many workers on few slots: all get through, never more at once than there are slots."""

    async def main():
        arrival = arrival_of(3)
        under_way = 0
        most = 0

        async def work():
            nonlocal under_way, most
            for _ in range(5):
                await arrival.acquire()
                under_way += 1
                most = max(most, under_way)
                await asyncio.sleep(0)
                under_way -= 1
                arrival.release()

        await asyncio.gather(*(work() for _ in range(20)))
        return most

    assert asyncio.run(main()) == 3


@pytest.mark.parametrize("before_the_release", [True, False])
def test_a_cancelled_waiter_takes_no_slot_with_it(before_the_release):
    """Whether its turn had come or not, the next one gets the slot."""

    async def main():
        arrival = arrival_of(1)
        await arrival.acquire()
        first = asyncio.ensure_future(arrival.acquire())
        second = asyncio.ensure_future(arrival.acquire())
        await settle()
        if before_the_release:
            first.cancel()
            arrival.release()
        else:
            arrival.release()
            arrival._wake()
            first.cancel()
        await second
        await settle()
        assert first.cancelled()
        assert not arrival._free

    asyncio.run(main())


@pytest.mark.parametrize("concurrency", [0, -1])
def test_no_slot_is_an_error(concurrency):
    """It would wait for ever."""
    with pytest.raises(ConfigError, match=f"--concurrency must be at least 1, not {concurrency}"):
        arrival_of(concurrency)
