"""The contract of an executor: every request that begins ends once, and a run ends when told."""

from __future__ import annotations

import asyncio
import itertools
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from aiperf.common.config import LoadConfig
from aiperf.common.errors import TransportError, error_details
from aiperf.common.factories import ArrivalFactory, ExecutorFactory
from aiperf.common.models import (
    PROFILING,
    WARMUP,
    Conversation,
    ParsedResponse,
    RawRecord,
    Turn,
)
from aiperf.common.protocols import ExecutorProtocol
from aiperf.testing.contract import Contract, run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aiperf.common.protocols import ArrivalProtocol

CONVERSATIONS = (
    Conversation("one", (Turn(("a",)),)),
    Conversation("three", (Turn(("b",)), Turn(("c",)), Turn(("d",)))),
)
ANSWERS, FAILS, HANGS = "answers", "fails", "hangs"


class ExecutorContract(Contract):
    """Subclass it and set ``implementation``.

    What the executor drives can be pickled, so it may be built in another process.
    """

    factory = ExecutorFactory
    protocols = (ExecutorProtocol,)

    # -- requests ------------------------------------------------------------------------------

    @pytest.mark.parametrize("concurrency", [1, 3])
    @pytest.mark.parametrize("behaviour", [ANSWERS, FAILS])
    def test_every_request_ends_once(self, concurrency: int, behaviour: str) -> None:
        """Each ``sent()`` has one ``done()`` after it, whether or not the request succeeded."""
        sink = self._run(behaviour, concurrency=concurrency, request_count=10)
        assert len(sink.ended) == 10, f"{len(sink.ended)} requests ended, not 10"  # noqa: PLR2004
        assert not any(each.what["was_cancelled"] for each in sink.ended), "one was cancelled"
        errors = {each.raw.error is not None for each in sink.ended}
        assert errors == {behaviour == FAILS}, "the transport's records did not come as they are"

    def test_warm_up_comes_first(self) -> None:
        """All of it has ended before the benchmark begins, and each record says its phase."""
        sink = self._run(ANSWERS, concurrency=2, warmup_request_count=4, request_count=6)
        phases = [each.what["phase"] for each in sink.ended]
        assert phases == [WARMUP] * 4 + [PROFILING] * 6, f"the phases were {phases}"

    def test_each_request_is_known(self) -> None:
        """Ids of its own, its conversation and its turn, which has its place in that.

        The conversation may have the answers that were given to its earlier turns.
        """
        sink = self._run(ANSWERS, concurrency=2, request_count=12)
        ids = [each.what["x_request_id"] for each in sink.ended]
        assert all(ids), "a request has no id"
        assert len(set(ids)) == len(ids), "two requests have the same id"
        for ended in sink.ended:
            conversation, index = ended.what["conversation"], ended.what["turn_index"]
            assert _unanswered(conversation) in CONVERSATIONS, (
                f"{conversation} is not one of the dataset's"
            )
            assert 0 <= index < len(conversation.turns), f"turn {index} of {conversation}"

    def test_the_turns_of_a_conversation_are_in_order(self) -> None:
        """One after another, in one session, which has a number and an id."""
        sink = self._run(ANSWERS, concurrency=1, request_count=8)
        sessions: dict[int, list[tuple[str, int]]] = {}
        for each in sink.ended:
            what = each.what
            sessions.setdefault(what["session_num"], []).append(
                (what["x_correlation_id"], what["turn_index"])
            )
        for number, requests in sessions.items():
            turns = [turn for _, turn in requests]
            assert turns == list(range(len(turns))), f"session {number} had the turns {turns}"
            assert len({name for name, _ in requests}) == 1, f"session {number} has several ids"
        names = {requests[0][0] for requests in sessions.values()}
        assert len(names) == len(sessions), "two sessions have the same id"
        used = Counter(each.what["conversation"].conversation_id for each in sink.ended)
        assert used == {"one": 2, "three": 6}, f"conversations were not taken in turn: {used}"

    # -- the end -------------------------------------------------------------------------------

    @pytest.mark.parametrize("from_thread", [False, True])
    def test_stopping(self, from_thread: bool) -> None:  # noqa: FBT001 - a parameter of the test
        """What is under way is cancelled, ends as cancelled, and the run returns soon."""
        sink = self._run(HANGS, stop_at=3, from_thread=from_thread, concurrency=3, request_count=9)
        assert len(sink.ended) == 3, f"{len(sink.ended)} of 3 requests under way ended"  # noqa: PLR2004
        for each in sink.ended:
            assert each.what["was_cancelled"], "a request that was cancelled says it was not"
            assert each.raw.start_ns, "what had been measured of it is gone"

    def test_stopping_before_the_start(self) -> None:
        """Nothing is sent."""
        sink = self._run(ANSWERS, stop_at=0, concurrency=1, request_count=5)
        assert sink.ended == [], f"{len(sink.ended)} requests were sent after stop()"

    def test_stopping_in_warm_up(self) -> None:
        """The benchmark does not begin."""
        sink = self._run(HANGS, stop_at=1, warmup_request_count=5, request_count=5)
        phases = {each.what["phase"] for each in sink.ended}
        assert phases == {WARMUP}, f"after stop() in warm-up there were requests of {phases}"

    def test_the_end_of_the_duration(self) -> None:
        """Requests that hang for longer than the grace period are cancelled."""
        sink = self._run(HANGS, concurrency=2, benchmark_duration=0.1, grace_period=0.05)
        assert [each.what["was_cancelled"] for each in sink.ended] == [True, True]

    def test_the_transport_is_closed(self) -> None:
        """At the end of a run, and of one that was stopped."""
        for stop_at in (None, 0):
            sink = self._run(ANSWERS, stop_at=stop_at, request_count=2)
            assert sink.is_closed(), "no connection may be left open: call transport.close()"

    # -- details -------------------------------------------------------------------------------

    def _run(
        self,
        behaviour: str,
        *,
        stop_at: int | None = None,
        from_thread: bool = False,
        **load: Any,
    ) -> Sink:
        """Run a load; stop it, twice, once so many requests have been sent."""
        config = LoadConfig(**load)
        build, sink = Build(behaviour, config), Sink()
        executor: ExecutorProtocol = self.make(load=config, build=build, sink=sink)
        sink.built = build.built

        async def soon() -> None:
            if stop_at == 0:
                executor.stop()
            running = asyncio.ensure_future(executor.run())
            while stop_at and len(sink.started) < stop_at and not running.done():  # noqa: ASYNC110 - see below
                await asyncio.sleep(0.001)  # polled: the load may come from another process
            for _ in range(2 if stop_at else 0):
                if from_thread:
                    thread = threading.Thread(target=executor.stop)
                    thread.start()
                    thread.join()
                else:
                    executor.stop()
            await running

        run(soon(), "run() does not return" + (" after stop()" if stop_at is not None else ""))
        assert len(sink.started) == len(sink.ended), (
            f"there were {len(sink.started)} sent() and {len(sink.ended)} done()"
        )
        return sink


def _unanswered(conversation: Conversation) -> Conversation:
    """Return a conversation as the dataset has it, which gives no answers."""
    turns = tuple(replace(turn, answer=None) for turn in conversation.turns)
    return replace(conversation, turns=turns)


class Ended(NamedTuple):
    """One ``done()``."""

    raw: RawRecord
    what: Mapping[str, Any]


@dataclass
class Sink:
    """A ``RecordSink`` that keeps everything."""

    started: list[int] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)
    built: list[Parts] = field(default_factory=list)

    def sent(self) -> None:
        """Count it."""
        self.started.append(time.perf_counter_ns())

    def done(self, raw: RawRecord, **what: Any) -> None:
        """Keep it."""
        self.ended.append(Ended(raw, what))
        assert len(self.ended) <= len(self.started), "done() without a sent() before it"

    def is_closed(self) -> bool:
        """Say whether each transport that was built in this process was closed."""
        return all(each.transport.closed for each in self.built)


class Build:
    """Builds what the executor drives, here or, pickled, in another process."""

    def __init__(self, behaviour: str, config: LoadConfig) -> None:
        self.behaviour, self.config = behaviour, config
        self.built: list[Parts] = []

    def __call__(self, load: LoadConfig | None = None, /) -> Parts:
        """Return new parts."""
        arrivals = self._arrival(load or self.config), self._arrival(load or self.config)
        self.built.append(Parts(*arrivals, Transport(self.behaviour)))
        return self.built[-1]

    def _arrival(self, load: LoadConfig) -> ArrivalProtocol:
        return ArrivalFactory.create_instance(
            "concurrency",
            config=load,
            rng=random.Random(1),  # noqa: S311 - a load pattern
        )

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what was built."""
        return {"behaviour": self.behaviour, "config": self.config, "built": []}


class Endpoint:
    """An ``EndpointProtocol`` for texts."""

    path = "/"
    headers: Mapping[str, str] = {}

    def format_payload(self, turns: Sequence[Turn]) -> dict[str, Any]:
        """Return the texts."""
        return {"texts": [turn.texts[0] for turn in turns]}

    def parse_response(self, record: RawRecord) -> ParsedResponse:
        """Return an answer, or the error."""
        return ParsedResponse(text="yes", error=record.error)


class Transport:
    """A ``TransportProtocol`` that sends nothing, and answers, fails or hangs."""

    def __init__(self, behaviour: str) -> None:
        self.behaviour = behaviour
        self.closed = 0

    def prepare(self, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        """Return the body."""
        del path, headers
        return body

    async def send(
        self, request: bytes, record: RawRecord, *, request_id: str = "", correlation_id: str = ""
    ) -> None:
        """Do what the behaviour says."""
        del request, request_id, correlation_id
        record.start_ns = record.sent_ns = time.perf_counter_ns()
        if self.behaviour == HANGS:
            await asyncio.Event().wait()
        await asyncio.sleep(0)
        record.end_ns = time.perf_counter_ns()
        if self.behaviour == FAILS:
            record.error = error_details(TransportError("the server failed; ask its owner"))

    async def close(self) -> None:
        """Count it."""
        self.closed += 1


@dataclass
class Parts:
    """What ``build`` returns."""

    arrival: ArrivalProtocol
    warmup_arrival: ArrivalProtocol
    transport: Any
    endpoint: Any = field(default_factory=Endpoint)
    conversations: Sequence[Conversation] = CONVERSATIONS

    def order(self) -> Iterator[int]:
        """One after another, round and round."""
        return itertools.cycle(range(len(self.conversations)))
