"""The contract of an arrival pattern: when requests may start, and that none is ever lost."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from typing import Any

import pytest

from aiperf.common.config import LoadConfig
from aiperf.common.factories import ArrivalFactory
from aiperf.common.protocols import ArrivalProtocol
from aiperf.common.share import WHOLE, Share
from aiperf.testing.contract import Contract, run, untouched_random

_HOUR_NS = 3_600_000_000_000


class ArrivalContract(Contract):
    """Subclass it, set ``implementation``, and override :meth:`config` if it needs a rate.

    Choose a rate at which a dozen requests start within a second; for an arrival that follows a
    trace, as many ``timestamps_ms``; for one that paces users, as many ``num_users``.
    """

    factory = ArrivalFactory
    protocols = (ArrivalProtocol,)

    # -- what a subclass may change ------------------------------------------------------------

    def config(self, **changes: Any) -> LoadConfig:
        """Return what the arrival is made with; ``changes`` are what a test asks for."""
        return LoadConfig(**{"concurrency": 2, **changes})

    # -- the tests -----------------------------------------------------------------------------

    @pytest.mark.parametrize("concurrency", [1, 2, 5])
    def test_everyone_who_waits_gets_a_turn(self, concurrency: int) -> None:
        """However many wait at once, as long as requests end."""

        async def test() -> None:
            arrival = self._arrival(concurrency=concurrency)

            async def request() -> None:
                await arrival.acquire()
                await asyncio.sleep(0)
                arrival.release()

            await asyncio.gather(*(request() for _ in range(12)))

        run(test(), "of 12 requests that waited at once, some were never let start")

    def test_a_closed_loop_holds_its_concurrency(self) -> None:
        """It never has more requests under way, and does have as many."""

        async def test() -> None:
            arrival = self._arrival(concurrency=3)
            under_way = most = 0

            async def request() -> int | None:
                nonlocal under_way, most
                scheduled = await arrival.acquire()
                under_way += 1
                most = max(most, under_way)
                for _ in range(5):
                    await asyncio.sleep(0)
                under_way -= 1
                arrival.release()
                return scheduled

            scheduled = await asyncio.gather(*(request() for _ in range(12)))
            if None in scheduled:
                assert set(scheduled) == {None}, f"some requests have a schedule: {scheduled}"
                assert most == 3, f"{most} requests were under way at a concurrency of 3"  # noqa: PLR2004

        run(test(), "some requests were never let start")

    def test_a_schedule_does_not_wait_for_the_server(self) -> None:
        """In an open loop requests start although none has ended."""

        async def test() -> None:
            arrival = self._arrival()
            for _ in range(12):
                if await arrival.acquire() is None:
                    return  # a closed loop

        run(test(), "although it has a schedule, acquire() waits for requests to end")

    def test_a_schedule_goes_forward(self) -> None:
        """Its times are ``perf_counter_ns`` readings, none before the one that came earlier."""

        async def test() -> None:
            arrival = self._arrival()
            times: list[int] = []
            for _ in range(10):
                scheduled = await arrival.acquire()
                arrival.release()
                if scheduled is None:
                    return  # a closed loop
                assert type(scheduled) is int, f"a time is no integer: {scheduled!r}"
                times.append(scheduled)
            assert times == sorted(times), f"the schedule goes back: {times}"
            away = abs(times[0] - time.perf_counter_ns())
            assert away < _HOUR_NS, f"{times[0]} is no reading of perf_counter_ns"

        run(test(), "ten requests, one after another, were not let start")

    def test_a_user_has_a_pace_and_turns(self) -> None:
        """What ``PacesUsers`` promises, of an arrival that says that it paces users."""

        async def test() -> None:
            arrival: Any = self._arrival()
            if not getattr(arrival, "paces_users", False):
                return
            assert arrival.turn_gap_ns > 0, f"turns are {arrival.turn_gap_ns} ns apart"
            for turns in (1, 2, 9):
                held = arrival.hold(await arrival.acquire(), turns)
                assert 1 <= held <= turns, f"of {turns} turns hold() lets {held} be held"

        run(test(), "three users, one after another, were not let start")

    def test_the_same_seed_gives_the_same_schedule(self) -> None:
        """Chance comes from the generator that the arrival is given, and from nothing else."""

        async def gaps() -> list[int]:
            arrival = self._arrival()
            times = []
            for _ in range(6):
                times.append(await arrival.acquire() or 0)
                arrival.release()
            return [later - earlier for earlier, later in itertools.pairwise(times)]

        with untouched_random():
            first = run(gaps())
        assert run(gaps()) == first, "the same seed gave another schedule"

    @pytest.mark.parametrize("ticks", range(4))
    def test_a_waiter_that_is_cancelled_takes_no_slot_with_it(self, ticks: int) -> None:
        """Not even in the moment in which its turn has come: the next one has it then."""

        async def test() -> None:
            arrival = self._arrival(concurrency=2)
            held = [asyncio.ensure_future(arrival.acquire()) for _ in range(2)]
            await asyncio.wait(held)
            waiting = [asyncio.ensure_future(arrival.acquire()) for _ in range(3)]
            await asyncio.sleep(0)
            arrival.release()
            for _ in range(ticks):
                await asyncio.sleep(0)
            for task in waiting:
                task.cancel()
            outcomes = await asyncio.gather(*waiting, return_exceptions=True)
            for outcome in outcomes:
                if isinstance(outcome, asyncio.CancelledError):
                    continue
                assert not isinstance(outcome, BaseException), f"acquire() raised {outcome!r}"
                arrival.release()  # it was let start before it was cancelled
            arrival.release()
            held = [asyncio.ensure_future(arrival.acquire()) for _ in range(2)]
            await asyncio.gather(*held)

        run(test(), "after waiters were cancelled, a slot was lost: acquire() hangs")

    def test_a_waiter_that_is_cancelled_lets_the_others_through(self) -> None:
        """Whoever waits behind it gets the slot."""

        async def test() -> None:
            arrival = self._arrival(concurrency=1)
            await arrival.acquire()
            waiting = [asyncio.ensure_future(arrival.acquire()) for _ in range(2)]
            await asyncio.sleep(0)
            arrival.release()
            waiting[0].cancel()
            (first,) = await asyncio.gather(waiting[0], return_exceptions=True)
            if not isinstance(first, asyncio.CancelledError):
                arrival.release()
            await waiting[1]
            arrival.release()

        run(test(), "the one that waited behind a cancelled one was never let start")

    def test_the_shares_of_several_processes_are_the_whole(self) -> None:
        """If it says that it can be shared: each slot, and each time, is in one of them."""
        kind = getattr(self.the_class(), "shares", None)
        halves = (Share(0, 2), Share(1, 2))
        begin_ns = time.perf_counter_ns()

        async def slots(share: Share) -> int:
            arrival = self._arrival(concurrency=5, share=share)
            asking = [asyncio.ensure_future(arrival.acquire()) for _ in range(5)]
            for _ in range(20):
                await asyncio.sleep(0)
            had = sum(each.done() for each in asking)
            for task in asking:
                task.cancel()
            await asyncio.wait(asking)
            return had

        async def times(share: Share, count: int) -> list[int | None]:
            arrival: Any = self._arrival(share=share)
            arrival.begin_ns = begin_ns
            return [await arrival.acquire() for _ in range(count)]

        if kind == "slots":
            had = [run(slots(share)) for share in halves]
            assert had == [3, 2], f"of 5 slots, the halves of config.share have {had}, not 3 and 2"
        elif kind == "times":
            whole = run(times(WHOLE, 6))
            shared = [run(times(share, 3)) for share in halves]
            assert shared == [whole[::2], whole[1::2]], (
                "the shares do not have every second time of the schedule that begins at begin_ns"
            )
        else:
            assert kind is None, f"shares is {kind!r}; it may be 'slots' or 'times'"

    # -- details -------------------------------------------------------------------------------

    def _arrival(self, **changes: Any) -> ArrivalProtocol:
        rng = random.Random(1)  # noqa: S311 - a load pattern
        arrival: ArrivalProtocol = self.make(config=self.config(**changes), rng=rng)
        return arrival
