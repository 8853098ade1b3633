"""Runs a command of somebody else's, with its output kept and an end to its time."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from time import perf_counter
from typing import TYPE_CHECKING, Final

from aiperf.plugins.errors import AIPerfError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_TAIL_BYTES: Final = 4096
_GRACE_S: Final = 2.0
"""Seconds between asking a process to end and ending it."""


class CommandError(AIPerfError):
    """A command cannot be started at all; ``command`` is its first word."""

    command: str = ""


class EndKind(StrEnum):
    """How a process ended."""

    EXITED = "exited"
    KILLED = "killed"
    TIMED_OUT = "timed-out"


@dataclass(frozen=True, slots=True)
class Ending:
    """How one run of a command ended.

    ``status`` is its exit status, or the number of the signal that killed it; ``None`` if it was
    stopped because its time was over. ``seconds`` is how long it took.
    """

    kind: EndKind
    status: int | None
    seconds: float

    @property
    def is_good(self) -> bool:
        """Whether the exit status was 0."""
        return self.kind is EndKind.EXITED and self.status == 0

    def is_like(self, other: Ending) -> bool:
        """Say whether another run ended the same way."""
        return (self.kind, self.status) == (other.kind, other.status)

    def __str__(self) -> str:
        """Say it after "the command"."""
        if self.is_good:
            return "passes"
        if self.kind is EndKind.EXITED:
            return f"fails with exit status {self.status}"
        if self.kind is EndKind.TIMED_OUT:
            return f"does not end within {self.seconds:.1f} s"
        return f"is killed by {_signal_name(self.status or 0)}"


def run_command(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    log: Path,
    timeout: float | None,
) -> Ending:
    """Run ``command`` to its end, with nothing to read and all of its output in ``log``.

    Whatever ends the waiting early ends the command, too, with every process that it started.

    Args:
        command: the command and its arguments.
        environment: its environment variables.
        log: the file for its output, standard error included.
        timeout: seconds after which it is ended; ``None`` for no limit.

    Raises:
        CommandError: there is no such command, or the system cannot run it.
    """
    started = perf_counter()
    with log.open("wb") as output, _signals_held_back() as came:
        try:
            process = subprocess.Popen(  # noqa: S603 - running it is what this is for
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise CommandError(
                f"The command {command[0]!r} cannot be run: {reason}. Write it as you would in a "
                "shell, after '--'.",
                command=command[0],
            ) from error
    try:
        for number in came:
            signal.raise_signal(number)
        status = process.wait(timeout)
    except subprocess.TimeoutExpired:
        return Ending(EndKind.TIMED_OUT, None, perf_counter() - started)
    finally:
        if process.returncode is None:
            _end(process)
    seconds = perf_counter() - started
    if status < 0:
        return Ending(EndKind.KILLED, -status, seconds)
    return Ending(EndKind.EXITED, status, seconds)


def last_lines(log: Path, count: int) -> tuple[str, ...]:
    """Return the last lines of a command's output that are not blank."""
    with log.open("rb") as output:
        size = output.seek(0, os.SEEK_END)
        output.seek(max(0, size - _TAIL_BYTES))
        text = output.read().decode("utf-8", "replace")
    lines = [line.rstrip() for line in text.splitlines()]
    return tuple([line for line in lines if line][-count:])


@contextmanager
def _signals_held_back() -> Iterator[list[int]]:
    """Keep Ctrl-C and SIGTERM, as a list, while a process is started that would outlive them."""
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield came
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    handlers = [signal.signal(number, lambda number, _: came.append(number)) for number in numbers]
    try:
        yield came
    finally:
        for number, handler in zip(numbers, handlers, strict=True):
            signal.signal(number, handler)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started, at first politely."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_S)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
