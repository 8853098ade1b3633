"""The signals that end a run, with what was measured kept."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType


def ending_signals() -> list[int]:
    """Return the numbers: of Ctrl-C, of a request to end, of a terminal that goes away."""
    numbers: list[int] = [signal.SIGINT, signal.SIGTERM]
    # Windows has none, and nohup lets a run outlive its terminal.
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:
        numbers.append(hangup)
    return numbers


@contextmanager
def told_of_signals(stop: Callable[[int], None]) -> Iterator[None]:
    """Call ``stop`` with the number of a signal that is to end a run; a second acts as usual.

    The handlers are Python's and not a loop's, which has them only while it runs: none is lost
    before the block ends. Outside the main thread there are no signals; whoever runs it there stops
    it.
    """
    before: dict[int, Any] = {}

    def handle(number: int, _: FrameType | None) -> None:
        signal.signal(number, before.pop(number))
        stop(number)

    if threading.current_thread() is threading.main_thread():
        for number in ending_signals():
            before[number] = signal.getsignal(number)  # known before the first one comes
            signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
