"""Generates the load in this process, on its one event loop."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING

from aiperf.common.errors import ConfigError
from aiperf.common.models import PROFILING, WARMUP
from aiperf.executors.load_phase import LoadPhase
from aiperf.executors.prepared_turns import prepare_conversation
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
        ConfigError: ``load`` says neither how many requests to send nor for how long.
    """

    def __init__(
        self, *, load: LoadConfig, build: Callable[[], LoadParts], sink: RecordSink
    ) -> None:
        if not load.request_count and load.benchmark_duration is None:
            raise ConfigError(
                "nothing says when the benchmark ends; give --request-count, "
                "--benchmark-duration or both",
                option="--request-count",
            )
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
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._cancel)

    async def _run(self, parts: LoadParts) -> None:
        """Prepare everything, then run one phase after the other."""
        load = self._load
        conversations = await self._prepare(parts)
        ids = RequestIds()
        if load.warmup_request_count:
            warmup = LoadPhase(
                WARMUP,
                parts=parts,
                sink=self._sink,
                conversations=conversations,
                ids=ids,
                request_count=load.warmup_request_count,
            )
            await self._run_phase(warmup)
        benchmark = LoadPhase(
            PROFILING,
            parts=parts,
            sink=self._sink,
            conversations=conversations,
            ids=ids,
            request_count=load.request_count or None,
            duration=load.benchmark_duration,
            grace_period=load.grace_period,
        )
        await self._run_phase(benchmark)

    async def _prepare(self, parts: LoadParts) -> Iterator[PreparedConversation]:
        """Render every request that the run can come to, and return them in the order to send.

        Rendering ends early if the run is stopped meanwhile.
        """
        usable = [n for n, each in enumerate(parts.conversations) if each.turns]
        if not usable:
            raise ConfigError("the dataset has no turn to send; give it at least one")
        order = (n for n in parts.order() if parts.conversations[n].turns)
        load = self._load
        needed = load.warmup_request_count + load.request_count if load.request_count else None
        begun: list[int] = []
        if needed is not None and needed < len(usable):
            begun = list(itertools.islice(order, needed))
        prepared: dict[int, PreparedConversation] = {}
        for number in dict.fromkeys(begun) or usable:
            prepared[number] = prepare_conversation(parts, number)
            if len(prepared) % _AT_ONCE == 0:
                await asyncio.sleep(0)
                if self._is_stopped:
                    break
        return map(prepared.__getitem__, itertools.chain(begun, order))

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
