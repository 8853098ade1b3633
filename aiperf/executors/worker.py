"""One of the processes that generate a load together; see :mod:`aiperf.executors.processes`."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import shutil
import signal
import time
import zlib
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from aiperf.common.errors import AIPerfError, WorkerError
from aiperf.common.garbage import rare_collections
from aiperf.common.loop_watch import LoopReading, LoopWatch
from aiperf.executors.local import LocalExecutor
from aiperf.executors.record_files import Ended, RecordWriter, values_of
from aiperf.executors.shared_count import SharedCount

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiperf.common.config import LoadConfig
    from aiperf.common.models import Conversation, RawRecord
    from aiperf.common.protocols import BuildsLoad, LoadParts, RecordSink
    from aiperf.executors.load_phase import LoadPhase

_NS = 1e9


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is to do; ``build`` is pickled."""

    number: int
    load: LoadConfig
    build: bytes
    directory: str
    loop_factory: Callable[[], asyncio.AbstractEventLoop]

    @property
    def name(self) -> str:
        """The worker's name, in records and of its files."""
        return f"worker_{self.number}"

    @property
    def count_path(self) -> str:
        """The file of the count of its requests."""
        return os.path.join(self.directory, f"{self.name}.sent")  # noqa: PTH118 - a plain string


@dataclass(frozen=True, slots=True)
class Ready:
    """A worker waits for the beginning of a phase; it has these conversations and this clock."""

    phase: str
    conversations: int
    clock_ns: int


@dataclass(frozen=True, slots=True)
class Begin:
    """The phase begins at this ``perf_counter_ns``, in all workers."""

    at_ns: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Cancel what is under way."""


@dataclass(frozen=True, slots=True)
class Over:
    """A worker has done its part, or could not because of ``error``."""

    reading: LoopReading | None = None
    error: BaseException | None = None


def main(descriptor: int) -> None:
    """Generate a share of the load; the main function of the process.

    Args:
        descriptor: That of the connection to the process that started this one, whose end is the
            end of this one. What to do comes first.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started this one says when it ends
    connection = Connection(descriptor)
    try:
        task: Task = connection.recv()
    except EOFError:
        return
    sent = SharedCount(task.count_path)
    try:
        build: BuildsLoad = pickle.loads(task.build)  # noqa: S301 - it is what started this process
        parts = build(task.load)
        with rare_collections(), asyncio.Runner(loop_factory=task.loop_factory) as runner:
            over = runner.run(_generate(task, parts, connection, sent))
    except BaseException as error:  # noqa: BLE001 - whoever waits is told
        over = Over(error=_portable(error))
    with contextlib.suppress(OSError):  # nobody is there any more
        connection.send(over)


async def _generate(
    task: Task, parts: LoadParts, connection: Connection, sent: SharedCount
) -> Over:
    """Generate the load and return how that went."""
    writer = RecordWriter(task.directory, task.name)
    sink = _WritingSink(writer, sent, parts.conversations)
    executor = _Worker(
        load=task.load,
        build=lambda: parts,
        sink=sink,
        connection=connection,
        conversations=fingerprint(parts.conversations),
    )
    sink.on_error = executor.stop
    watch = LoopWatch(has_begun=lambda: sent.value > 0)
    loop = asyncio.get_running_loop()

    def listen() -> None:
        try:
            executor.hear(connection.recv())
        except (EOFError, OSError):  # nobody is there any more
            shutil.rmtree(task.directory, ignore_errors=True)
            os._exit(1)

    loop.add_reader(connection.fileno(), listen)
    watch.start()
    try:
        await executor.run()
    finally:
        loop.remove_reader(connection.fileno())
        watch.stop()
        sink.close()
    if sink.error is not None:
        raise WorkerError(
            f"worker {task.number} of the load cannot write its records to {task.directory}: "
            f"{sink.error.strerror}. Free some space, or let TMPDIR name another directory"
        )
    return Over(watch.reading())


class _WritingSink:
    """A ``RecordSink`` that writes what has ended in a turn of the loop when that is over."""

    def __init__(
        self, writer: RecordWriter, sent: SharedCount, conversations: Sequence[Conversation]
    ) -> None:
        self._writer = writer
        self._sent = sent
        self._known = {each.conversation_id: each for each in conversations}
        self._ended: list[Ended] = []
        self.error: OSError | None = None
        self.on_error: Callable[[], None] = _ignore

    def sent(self) -> None:
        """Count it where the other process sees it."""
        self._sent.add_one()

    def done(
        self,
        raw: RawRecord,
        *,
        session_num: int,
        x_request_id: str,
        x_correlation_id: str,
        conversation: Conversation,
        turn_index: int,
        phase: str,
        scheduled_ns: int | None,
        was_cancelled: bool,
    ) -> None:
        """Keep it until the end of this turn of the loop."""
        if not self._ended:
            asyncio.get_running_loop().call_soon(self.flush)
        name = conversation.conversation_id
        answers: tuple[str | None, ...] = ()
        if turn_index and conversation is not self._known[name]:
            answers = tuple(turn.answer for turn in conversation.turns[:turn_index])
        self._ended.append(
            Ended(
                values_of(raw),
                session_num,
                x_request_id,
                x_correlation_id,
                name,
                answers,
                turn_index,
                phase,
                scheduled_ns,
                was_cancelled,
            )
        )

    def flush(self) -> None:
        """Write everything that has ended; once that has failed, nothing any more."""
        if self._ended and self.error is None:
            ended, self._ended = self._ended, []
            try:
                self._writer.write(ended)
            except OSError as error:
                self.error = error
                self.on_error()

    def close(self) -> None:
        """Write the rest."""
        self.flush()
        self._writer.close()


class _Worker(LocalExecutor):
    """Generates a share of the load, each phase of which begins when it is told."""

    def __init__(
        self,
        *,
        load: LoadConfig,
        build: Callable[[], LoadParts],
        sink: RecordSink,
        connection: Connection,
        conversations: int,
    ) -> None:
        super().__init__(load=load, build=build, sink=sink)
        self._writing: Any = sink
        self._connection = connection
        self._conversations = conversations
        self._begin: asyncio.Future[int | None] | None = None

    def hear(self, message: Begin | Stop) -> None:
        """Do what the process says that has the whole."""
        if isinstance(message, Stop):
            self.stop()
        if self._begin is not None and not self._begin.done():
            self._begin.set_result(message.at_ns if isinstance(message, Begin) else None)

    async def _run_phase(self, phase: LoadPhase) -> None:
        """Run a phase from the moment on at which all begin it."""
        if self._is_stopped:
            return
        self._writing.flush()
        self._begin = asyncio.get_running_loop().create_future()
        self._connection.send(Ready(phase.name, self._conversations, time.perf_counter_ns()))
        begin_ns = await self._begin
        if begin_ns is None:
            return
        await asyncio.sleep((begin_ns - time.perf_counter_ns()) / _NS)
        phase.begin_at(begin_ns)
        await super()._run_phase(phase)


def _ignore() -> None:
    """Stand in for what is not there yet."""


def fingerprint(conversations: Sequence[Conversation]) -> int:
    """Return a number that differs, most likely, from that of other conversations."""
    found = 0
    for each in conversations:
        found = zlib.crc32(each.conversation_id.encode("utf-8", "surrogatepass"), found)
        for turn in each.turns:
            for text in turn.texts:
                found = zlib.crc32(text.encode("utf-8", "surrogatepass"), found)
    return found


def _portable(error: BaseException) -> BaseException:
    """Return ``error``, or what stands for it where it does not pickle."""
    if isinstance(error, Exception):
        try:
            return pickle.loads(pickle.dumps(error))  # type: ignore[no-any-return]  # noqa: S301 - just pickled
        except Exception:  # noqa: BLE001, S110 - any class may fail at that in its own way
            pass
    kind = type(error).__name__
    failure: AIPerfError = WorkerError(
        f"a process that generates the load failed with {kind}: {error}. Correct the part that "
        "raised it, or find it with --executor local"
    )
    return failure
