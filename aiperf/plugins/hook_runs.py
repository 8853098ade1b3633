"""Ends a hook that waits for a thread which calls the hook again, and so on without end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aiperf.plugins.forks import fork_safe_lock

if TYPE_CHECKING:
    from collections.abc import Callable

MOST: Final = 500
"""Calls of one implementation at once. Threads that happen to look things up at the same time are
fewer; a circle has as many as the machine has room for."""


class _Runs:
    """The calls of one implementation that are under way."""

    __slots__ = ("count", "is_circular")

    def __init__(self) -> None:
        self.count = 0
        self.is_circular = False


class HookRuns:
    """The calls of hook implementations that are under way, in all threads."""

    def __init__(self) -> None:
        self._lock = fork_safe_lock()
        self._runs: dict[object, _Runs] = {}

    def call(self, implementation: object, function: Callable[[], Any], hook: str) -> Any:
        """Call ``function``, which is what ``implementation`` does, and return what it returns.

        Raises:
            RuntimeError: it calls itself through threads; every call of the circle ends with this
                error, whatever the hook makes of the innermost one.
        """
        with self._lock:
            runs = self._runs.setdefault(implementation, _Runs())
            runs.count += 1
            runs.is_circular = runs.is_circular or runs.count > MOST
        try:
            result = None if runs.is_circular else function()
            if runs.is_circular:
                raise RuntimeError(
                    f"hook {hook!r} waits for a thread of its own that looks something up in the "
                    "factory which the hook registers with. Return the entries only"
                )
            return result
        finally:
            with self._lock:
                runs.count -= 1
                if not runs.count:
                    self._runs.pop(implementation, None)
