"""Everything that an executor drives, small enough to see through."""

from __future__ import annotations

import asyncio
import itertools
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import uvloop

from aiperf.arrivals.concurrency import ConcurrencyArrival
from aiperf.common.config import LoadConfig
from aiperf.common.models import Conversation, ParsedResponse, RawRecord, Turn
from aiperf.common.warmup import warmup_load
from aiperf.executors.local import LocalExecutor

if TYPE_CHECKING:
    from collections.abc import Callable

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


class EchoEndpoint:
    """Formats turns as the list of their texts; an answer is what a record's status says."""

    path = "/echo"
    headers = {"X-Format": "echo"}  # noqa: RUF012 - never changed

    def format_payload(self, turns):
        answers = [turn.answer for turn in turns if turn.answer is not None]
        return {"texts": [turn.texts[0] for turn in turns], "answers": answers}

    def parse_response(self, record):
        return ParsedResponse(text=f"<{record.status}>", error=record.error)


@dataclass
class ScriptedTransport:
    """Runs ``script(request, record)`` for each request, and remembers what it was asked."""

    script: Callable[[Any, RawRecord], Any]
    prepared: list[Any] = field(default_factory=list)
    sent: list[tuple[Any, str, str]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    under_way: int = 0
    most: int = 0
    closed: int = 0

    def prepare(self, path, body, headers):
        self.prepared.append((path, body, headers))
        return body

    async def send(self, request, record, *, request_id="", correlation_id=""):
        self.sent.append((request, request_id, correlation_id))
        record.start_ns = len(self.sent)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await self.script(request, record)
        finally:
            self.under_way -= 1

    def end_session(self, correlation_id):
        self.ended.append(correlation_id)

    async def close(self):
        self.closed += 1


@dataclass
class Parts:
    """What ``build`` returns."""

    endpoint: Any
    transport: Any
    arrival: Any
    warmup_arrival: Any
    conversations: Any
    own_order: Any = None

    def order(self):
        if self.own_order is not None:
            return self.own_order()
        numbers = range(len(self.conversations))
        follows_trace = getattr(self.arrival, "follows_trace", False)
        return iter(numbers) if follows_trace else itertools.cycle(numbers)


@dataclass
class Sink:
    """Keeps every record, and checks that each was announced."""

    announced: int = 0
    records: list[tuple[RawRecord, dict[str, Any]]] = field(default_factory=list)

    def sent(self):
        self.announced += 1

    def done(self, raw, **what):
        self.records.append((raw, what))
        assert len(self.records) <= self.announced

    def column(self, name):
        return [what[name] for _, what in self.records]


@dataclass
class Rig:
    """An executor with everything around it."""

    executor: LocalExecutor
    sink: Sink
    transport: Any

    def column(self, name):
        return self.sink.column(name)

    @property
    def errors(self):
        return [raw.error for raw, _ in self.sink.records]


def conversations_of(*lengths):
    """Return conversations with so many turns each."""
    return [
        Conversation(f"c{number}", tuple(Turn((f"{number}.{turn}",)) for turn in range(length)))
        for number, length in enumerate(lengths)
    ]


async def answer(_request, _record):
    """Take one turn of the event loop."""
    await asyncio.sleep(0)


async def hang(_request, _record):
    """Never answer."""
    await asyncio.Event().wait()


def build_rig(
    script=answer,
    conversations=None,
    *,
    arrival=None,
    warmup_arrival=None,
    order=None,
    transport=None,
    endpoint=None,
    **load,
):
    """Put an executor together; ``load`` is its configuration."""
    config = LoadConfig(**load)
    transport = transport or ScriptedTransport(script)
    parts = Parts(
        endpoint or EchoEndpoint(),
        transport,
        arrival or ConcurrencyArrival(config=config, rng=random.Random(0)),  # noqa: S311 - a test
        warmup_arrival
        or ConcurrencyArrival(config=warmup_load(config) or config, rng=random.Random(0)),  # noqa: S311 - a test
        conversations_of(1, 1, 1) if conversations is None else conversations,
        order,
    )
    sink = Sink()
    return Rig(LocalExecutor(load=config, build=lambda: parts, sink=sink), sink, transport)


@pytest.fixture
def rig():
    """Give :func:`build_rig`."""
    return build_rig


@pytest.fixture
def echo_endpoint():
    """Give an endpoint of one's own."""
    return EchoEndpoint()


@pytest.fixture(name="conversations_of")
def conversations_of_fixture():
    """Give :func:`conversations_of`."""
    return conversations_of


@pytest.fixture(name="hang")
def hang_fixture():
    """Give a script that never answers."""
    return hang


@pytest.fixture
def until():
    """Give a function that waits until a condition holds."""

    async def until(condition):
        async with asyncio.timeout(20):
            while not condition():  # noqa: ASYNC110 - there is no event for what a sink holds
                await asyncio.sleep(0.001)

    return until


@pytest.fixture(params=LOOPS)
def run(request):
    """Give a function that runs a coroutine, on asyncio's own event loop and on uvloop's."""

    def run(main):
        with asyncio.Runner(loop_factory=LOOPS[request.param]) as runner:
            return runner.run(asyncio.wait_for(main, 30))

    return run
