"""Generates the load in this process, on its one event loop."""

from __future__ import annotations

import asyncio
import itertools
from functools import partial
from typing import TYPE_CHECKING

from aiperf.common.errors import ConfigError
from aiperf.common.models import PROFILING, WARMUP
from aiperf.common.warmup import warmup_load
from aiperf.executors.cancellations import Cancellations
from aiperf.executors.load_checks import check_load
from aiperf.executors.load_phase import LoadPhase
from aiperf.executors.prepared_turns import Preparer, Upcoming
from aiperf.executors.request_ids import RequestIds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aiperf.common.config import LoadConfig
    from aiperf.common.protocols import LoadParts, RecordSink
    from aiperf.executors.prepared_turns import PreparedConversation

_AT_ONCE = 64
"""After how many prepared conversations the event loop gets its turn."""


class LocalExecutor:
    """Runs the warm-up and then, when all of it has ended, the benchmark.

    Every request is rendered before the first is sent. Conversations are taken in the order that
    the parts give; the benchmark goes on where the warm-up stopped.

    Raises:
        ConfigError: ``load`` says neither how much to send nor for how long, or has a percentage
            that is none.
    """

    def __init__(
        self, *, load: LoadConfig, build: Callable[[], LoadParts], sink: RecordSink
    ) -> None:
        check_load(load)
        self._load = load
        self._build = build
        self._sink = sink
        self._loop: asyncio.AbstractEventLoop | None = None
        self._phase: LoadPhase | None = None
        self._is_stopped = False

    async def run(self) -> None:
        """Run to the end or until :meth:`stop`; every connection is closed then.

        Raises:
            AIPerfError: The load cannot be generated; what was sent has been cancelled.
        """
        parts = self._build()
        self._loop = asyncio.get_running_loop()
        try:
            await self._run(parts)
        finally:
            self._loop = None
            await parts.transport.close()

    def stop(self) -> None:
        """Cancel what is under way and let :meth:`run` return soon; also from a signal handler."""
        self._is_stopped = True
        loop = self._loop  # another thread may end the run meanwhile
        if loop is not None:
            loop.call_soon_threadsafe(self._cancel)

    async def _run(self, parts: LoadParts) -> None:
        """Prepare everything, then run one phase after the other."""
        load, warmup = self._load, warmup_load(self._load)
        preparer, ids = Preparer(parts), RequestIds()
        phase = partial(
            LoadPhase,
            transport=parts.transport,
            sink=self._sink,
            preparer=preparer,
            ids=ids,
        )
        prepared, order = await self._prepare(parts, preparer)
        if self._is_stopped:
            return
        upcoming = Upcoming(map(prepared.get, order))
        if warmup is not None:
            follows_trace = getattr(parts.arrival, "follows_trace", False)
            again = Upcoming(itertools.cycle(prepared.values())) if follows_trace else upcoming
            await self._run_phase(
                phase(WARMUP, load=warmup, arrival=parts.warmup_arrival, upcoming=again)
            )
        cancellations = None
        if load.request_cancellation_rate:
            cancellations = Cancellations(
                load.request_cancellation_rate, load.request_cancellation_delay, load.random_seed
            )
        await self._run_phase(
            phase(
                PROFILING,
                load=load,
                arrival=parts.arrival,
                upcoming=upcoming,
                cancellations=cancellations,
            )
        )

    async def _prepare(
        self, parts: LoadParts, preparer: Preparer
    ) -> tuple[dict[int, PreparedConversation], Iterator[int]]:
        """Render every request that the run can come to, and return them and their order.

        Rendering ends early if the run is stopped meanwhile.
        """
        usable = [n for n, each in enumerate(parts.conversations) if each.turns]
        if not usable:
            raise ConfigError("the dataset has no turn to send; give it at least one")
        order = self._load.share.take(n for n in parts.order() if parts.conversations[n].turns)
        needed = _most_sessions(self._load)
        begun: list[int] = []
        if needed is not None and needed < len(usable):
            begun = list(itertools.islice(order, needed))
        prepared: dict[int, PreparedConversation] = {}
        for number in dict.fromkeys(begun) or usable:
            prepared[number] = preparer.prepare(number)
            if len(prepared) % _AT_ONCE == 0:
                await asyncio.sleep(0)
                if self._is_stopped:
                    break
        return prepared, itertools.chain(begun, order)

    async def _run_phase(self, phase: LoadPhase) -> None:
        """Run one phase, unless the run has been stopped."""
        if not self._is_stopped:
            self._phase = phase
            await phase.run()
            self._phase = None

    def _cancel(self) -> None:
        """Cancel what is under way."""
        if self._phase is not None:
            self._phase.cancel()


def _most_sessions(load: LoadConfig) -> int | None:
    """Return how many sessions a run can have at most, ``None`` if nothing limits them."""
    warmup = warmup_load(load)
    counts = []
    for phase in (load, warmup) if warmup is not None else (load,):
        limits = [each for each in (phase.request_count, phase.session_count) if each]
        counts.append(min(limits, default=None))
    return None if None in counts else sum(each for each in counts if each is not None)
