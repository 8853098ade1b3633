"""The registry's warnings: one line each, each told once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _thread import RLock


class Notices:
    """Logs to ``aiperf.plugins``; the same line a second time only if asked to."""

    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self.told: set[str] = set()

    def warn(self, message: str) -> None:
        """Log a warning, in one line, unless it has been logged before."""
        message = " ".join(message.split())
        with self._lock:
            if message in self.told:
                return
            self.told.add(message)
        self.log(message)

    def log(self, message: str) -> None:
        """Log a warning."""
        import logging  # noqa: PLC0415 - a quarter of the start-up, and seldom needed

        logging.getLogger("aiperf.plugins").warning("%s", message)
