"""Numbers the requests for an inference, whatever they come over, and says which of them fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.server.randomness import FAILURES, draw

if TYPE_CHECKING:
    from aiperf.server.settings import ServerSettings

FAILURE = "This request fails, as --error-rate asks."


class Numbering:
    """Counts from 0, in the order of arrival."""

    def __init__(self, settings: ServerSettings) -> None:
        self._seed = settings.seed
        self._fails_below = int(settings.error_rate * 2**64)
        self._count = 0

    def next(self) -> int:
        """Return the number of a request that has arrived."""
        number = self._count
        self._count += 1
        return number

    def fails(self, number: int) -> bool:
        """Return whether the request is one of those that the error rate lets fail."""
        return bool(self._fails_below) and draw(self._seed, FAILURES, number) < self._fails_below
