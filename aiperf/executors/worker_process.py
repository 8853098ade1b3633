"""A worker, seen from the process that starts it."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from multiprocessing import Pipe

from aiperf.common.errors import WorkerError
from aiperf.executors.record_files import RecordReader
from aiperf.executors.shared_count import SharedCount
from aiperf.executors.worker import Begin, Over, Ready, Stop, Task

_PATIENCE_S = 5.0


class WorkerProcess:
    """Starts a process for ``task``, and follows what it does.

    It has this one's ``sys.path`` and warnings, and nothing of its main module.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self.number = task.number
        self.name = task.name
        self.reader = RecordReader(task.directory, task.name)
        self.sent = SharedCount(task.count_path)
        self.announced = 0
        self.taken = 0
        self.over: Over | None = None
        self.is_over = False
        self.waits = False
        self.ready: Ready | None = None
        """The phase that it waits for, or is in."""
        self.start_ns = time.perf_counter_ns()
        self._has_begun = False
        self._stopped_at: float | None = None
        self._connection, theirs = Pipe()
        with theirs:
            code = (
                f"import sys; sys.path[:] = {sys.path!r}; from aiperf.executors.worker "
                f"import main; main({theirs.fileno()})"
            )
            warnings = [f"-W{each}" for each in sys.warnoptions]
            self._process = subprocess.Popen(  # noqa: S603 - it is this very program
                [sys.executable, *warnings, "-P", "-c", code],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C in a terminal is for who started it
            )

    def instruct(self) -> None:
        """Tell it what to do; it may take a moment until it listens."""
        self._tell(self._task)

    def begin(self, at_ns: int) -> None:
        """Let it begin the phase that it waits for."""
        self._has_begun, self.waits = True, False
        self._tell(Begin(at_ns))

    def stop(self) -> None:
        """Let it cancel what is under way; one that does not do so for seconds is killed."""
        now = time.monotonic()
        if self._stopped_at is None:
            self._stopped_at = now
            if self._has_begun:
                self._tell(Stop())
            else:  # it may not listen yet, and has nothing to lose
                self.over = self.over or Over()
                self._process.terminate()
        elif now - self._stopped_at > _PATIENCE_S and not self.is_over:
            self._process.kill()

    def messages(self) -> list[Ready | Over]:
        """Return what it said since; afterwards ``is_over`` says whether it has ended."""
        found: list[Ready | Over] = []
        try:
            while not self.is_over and self._connection.poll():
                message: Ready | Over = self._connection.recv()
                if isinstance(message, Ready):
                    self.ready, self.waits = message, True
                found.append(message)
        except (EOFError, OSError):
            self.is_over = True
        return found

    def death(self) -> WorkerError:
        """Return the error that says how it died."""
        code: int | None = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._process.wait(_PATIENCE_S)
        how = "exited" if code is None or code >= 0 else f"was killed by {_name_of(-code)}"
        return WorkerError(
            f"worker {self.number} of the load, process {self.pid}, {how} before it had ended; its "
            "requests that were under way failed with it, and the run was stopped. See whether "
            "there was enough memory, or use --workers-max for fewer"
        )

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def end(self) -> None:
        """Make sure that the process is gone."""
        self._connection.close()
        self.reader.close()
        self.sent.close()
        if not self.is_over:
            self._process.terminate()
        try:
            self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _tell(self, message: Task | Begin | Stop) -> None:
        with contextlib.suppress(OSError):  # it has ended, and needs none
            self._connection.send(message)


def _name_of(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
