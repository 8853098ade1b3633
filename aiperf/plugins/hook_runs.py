"""Notices a hook that waits for a thread which calls the hook again, and so on without end."""

from __future__ import annotations

import gc
import sys
from _thread import get_ident
from typing import TYPE_CHECKING, Any, Final

from aiperf.plugins.forks import fork_safe_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MOST_WAITING: Final = 2
_MOST: Final = 100


class _Run:
    """One call of a hook implementation, and the threads that there were when it began."""

    __slots__ = ("circular", "thread", "threads")

    def __init__(self) -> None:
        self.thread = get_ident()
        threading = sys.modules.get("threading")  # whoever starts threads has imported it
        threads = threading.enumerate() if threading is not None else ()
        self.threads = frozenset(thread.ident for thread in threads)
        self.circular = False


class HookRuns:
    """The calls of hook implementations that are under way, in all threads.

    Any number of threads may call a hook at once. What gives a circle away is a thread that began
    during a call which waits, for it or for another that began during that call.
    """

    def __init__(self) -> None:
        self._lock = fork_safe_lock()
        self._runs: dict[object, list[_Run]] = {}

    def call(self, implementation: object, function: Callable[[], Any], hook: str) -> Any:
        """Call ``function``, which is what ``implementation`` does, and return what it returns.

        Raises:
            RuntimeError: it waits for threads of its own that call it; every call of the circle
                ends with this error, whatever the hook makes of the innermost one.
        """
        run = _Run()
        with self._lock:
            runs = self._runs.setdefault(implementation, [])
            above = [each for each in runs if run.thread not in each.threads]
            if above and (len(above) >= _MOST or _waiting(above) >= _MOST_WAITING):
                for each in above:
                    each.circular = True
                raise _circle(hook)
            runs.append(run)
        try:
            result = function()
        finally:
            with self._lock:
                runs.remove(run)
                if not runs:
                    self._runs.pop(implementation, None)
        if run.circular:
            raise _circle(hook)
        return result


def _waiting(runs: Sequence[_Run]) -> int:
    """Count the calls whose thread is in ``Thread.join``, ``Event.wait`` or the like."""
    collecting = gc.isenabled()
    gc.disable()  # Python 3.11 may lock up where it collects while it looks at the frames
    try:
        frames = sys._current_frames()  # noqa: SLF001 - public by its documentation
    finally:
        if collecting:
            gc.enable()
    waiting = [
        thread for thread, frame in frames.items() if frame.f_globals.get("__name__") == "threading"
    ]
    frames.clear()  # this call's own is among them
    return sum(run.thread in waiting for run in runs)


def _circle(hook: str) -> RuntimeError:
    return RuntimeError(
        f"hook {hook!r} waits for a thread of its own that looks something up in the factory which "
        "the hook registers with. Return the entries only"
    )
