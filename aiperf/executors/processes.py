"""Generates the load in several processes, so that one core is not the limit."""

from __future__ import annotations

import asyncio
import pickle
import tempfile
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aiperf.common.errors import AIPerfError, ConfigError, WorkerError, error_details
from aiperf.common.models import PROFILING, WARMUP, Conversation, RawRecord, Turn
from aiperf.executors.load_checks import check_load
from aiperf.executors.load_shares import most_workers, shares_of
from aiperf.executors.worker import Over, Ready, Task, fingerprint
from aiperf.executors.worker_process import WorkerProcess

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiperf.common.config import LoadConfig
    from aiperf.common.loop_watch import LoopReading
    from aiperf.common.protocols import BuildsLoad, RecordSink
    from aiperf.executors.record_files import Ended

_POLL_S = 0.01
_HEAD_START_NS = 5_000_000
"""So much after it was decided a phase begins, for every worker to know by then."""
UNKNOWN = Conversation("unknown", (Turn(("",)),))
"""Stands for the conversation of a request whose process died before it could say."""


class ProcessesExecutor:
    """Starts worker processes, and takes their records while they measure.

    Each worker has its own event loop, connections and share of the load, which
    :func:`~aiperf.executors.load_shares.shares_of` describes. All begin each phase at one moment,
    and none begins the benchmark before the last has ended its warm-up. Their times are
    comparable, as ``perf_counter_ns`` is the machine's clock, which is checked.

    A worker that dies ends the run: what was under way in it is in records of its own, as failed.

    Raises:
        ConfigError: ``load`` says neither how much to send nor for how long, or has a percentage
            that is none.
    """

    def __init__(self, *, load: LoadConfig, build: BuildsLoad, sink: RecordSink) -> None:
        check_load(load)
        self._load = load
        self._build = build
        self._sink = sink
        self._workers: list[WorkerProcess] = []
        self._conversations: Mapping[str, Conversation] = {}
        self._fingerprint = 0
        self._is_stopped = False
        self._error: BaseException | None = None
        self.loop_readings: tuple[LoopReading, ...] = ()
        """What each worker measured of itself."""

    async def run(self) -> None:
        """Run to the end or until :meth:`stop`; no worker is left then.

        Raises:
            AIPerfError: The load cannot be split or generated, or a worker died.
        """
        parts = self._build()
        await parts.transport.close()  # all that is sent is sent by workers
        shares = shares_of(self._load, parts, most_workers(self._load))
        self._conversations = {each.conversation_id: each for each in parts.conversations}
        self._fingerprint = fingerprint(parts.conversations)
        if self._is_stopped:
            return
        build = _pickled(self._build)
        loop_factory = type(asyncio.get_running_loop())
        with tempfile.TemporaryDirectory(prefix="aiperf-", ignore_cleanup_errors=True) as directory:
            try:
                for number, share in enumerate(shares):
                    task = Task(number, share, build, directory, loop_factory)
                    self._workers.append(WorkerProcess(task))
                for worker in self._workers:
                    worker.instruct()
                await self._follow()
            finally:
                for worker in self._workers:
                    worker.end()
        readings = (each.over.reading for each in self._workers if each.over is not None)
        self.loop_readings = tuple(each for each in readings if each is not None)
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """Let workers cancel what is under way, and :meth:`run` return soon; from anywhere."""
        self._is_stopped = True

    async def _follow(self) -> None:
        """Take records and messages until there are no more."""
        while True:
            if self._is_stopped:
                for worker in self._workers:
                    worker.stop()
            for worker in self._workers:
                self._hear(worker)
            is_busy = False
            for worker in self._workers:
                is_busy |= self._take(worker)
            if is_busy:
                await asyncio.sleep(
                    0
                )  # whoever works the records off gets a turn, and so their queue stays short
                continue
            if all(each.is_over for each in self._workers):
                break
            self._begin()
            await asyncio.sleep(_POLL_S)
        for worker in self._workers:
            self._take_lost(worker)

    def _hear(self, worker: WorkerProcess) -> None:
        """Take what a worker says."""
        for message in worker.messages():
            if isinstance(message, Ready):
                self._check(worker, message)
            else:
                worker.over = message
                if message.error is not None:
                    self._fail(message.error)
        if worker.is_over and worker.over is None:
            self._fail(worker.death())
            worker.over = Over()

    def _take(self, worker: WorkerProcess) -> bool:
        """Hand over one batch of records; return whether there was one."""
        ended = worker.reader.read()
        self._count(worker)
        for each in ended:
            raw = RawRecord(*each.raw)
            raw.worker_id = worker.name
            worker.taken += 1
            self._sink.done(raw, **self._what(worker, each))
        return bool(ended)

    def _count(self, worker: WorkerProcess) -> None:
        """Announce each request that was started since."""
        sent = worker.sent.value
        for _ in range(sent - worker.announced):
            self._sink.sent()
        worker.announced = sent

    def _what(self, worker: WorkerProcess, ended: Ended) -> dict[str, Any]:
        """Return what the sink is told of a request."""
        what = ended._asdict()
        del what["raw"]
        conversation = self._conversations[what.pop("conversation_id")]
        if answers := what.pop("answers"):
            said = [
                replace(turn, answer=answer)
                for turn, answer in zip(conversation.turns, answers, strict=False)
            ]
            turns = (*said, *conversation.turns[len(said) :])
            conversation = replace(conversation, turns=turns)
        what["conversation"] = conversation
        what["session_num"] = ended.session_num * len(self._workers) + worker.number
        return what

    def _take_lost(self, worker: WorkerProcess) -> None:
        """Hand over a failed record for each request that a worker has started and never ended."""
        self._count(worker)
        lost = worker.announced - worker.taken
        if not lost:
            return
        error = worker.over.error if worker.over is not None else None
        if not isinstance(error, WorkerError):
            error = worker.death()
        self._fail(error)
        for number in range(lost):
            now_ns = time.perf_counter_ns()
            self._sink.done(
                RawRecord(
                    start_ns=now_ns,
                    end_ns=now_ns,
                    error=error_details(error),
                    worker_id=worker.name,
                ),
                session_num=worker.number - len(self._workers) * (number + 1),
                x_request_id="",
                x_correlation_id="",
                conversation=UNKNOWN,
                turn_index=0,
                phase=PROFILING if worker.ready is None else worker.ready.phase,
                scheduled_ns=None,
                was_cancelled=False,
            )

    def _check(self, worker: WorkerProcess, ready: Ready) -> None:
        """See to it that what a worker sends and measures can be told together with the rest."""
        if ready.conversations != self._fingerprint:
            self._fail(
                ConfigError(
                    "the dataset is not the same in every process, though its seed is; use "
                    "--executor local, or make the dataset reproducible",
                    option="--executor",
                )
            )
        if not worker.start_ns <= ready.clock_ns <= time.perf_counter_ns():
            self._fail(
                ConfigError(
                    "perf_counter_ns is not one clock for all processes of this machine, so that "
                    "their times cannot be told together; use --executor local",
                    option="--executor",
                )
            )

    def _begin(self) -> None:
        """Begin a phase if everybody waits: the warm-up before the benchmark."""
        running = [each for each in self._workers if not each.is_over]
        if self._is_stopped or not all(each.waits for each in running):
            return
        warming = [each for each in running if each.ready and each.ready.phase == WARMUP]
        begun = warming or running
        at_ns = time.perf_counter_ns() + _HEAD_START_NS
        for worker in begun:
            worker.begin(at_ns)

    def _fail(self, error: BaseException) -> None:
        """End the run because of ``error``; the first one is raised."""
        if self._error is None:
            self._error = error
        self._is_stopped = True


def _pickled(build: BuildsLoad) -> bytes:
    """Return ``build`` as it goes to other processes.

    Raises:
        ConfigError: It cannot.
    """
    try:
        return pickle.dumps(build)
    except AIPerfError:
        raise
    except Exception as error:
        raise ConfigError(
            f"a part of the load cannot reach another process: {error}. Use --executor local",
            option="--executor",
        ) from error
