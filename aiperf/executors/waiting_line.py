"""A line of those who may not start yet: who came first starts first."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class WaitingLine:
    """Lets on who waits for a condition, one after the other, in the order of their coming."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._length = 0
        self._first: asyncio.Future[None] | None = None

    def is_empty(self) -> bool:
        """Return whether nobody waits."""
        return not self._length

    async def wait(self, may_go_on: Callable[[], bool]) -> None:
        """Wait behind everybody who waits already, and then until ``may_go_on()``."""
        self._length += 1
        try:
            async with self._turn:
                while not may_go_on():
                    self._first = asyncio.get_running_loop().create_future()
                    await self._first
        finally:
            self._length -= 1

    def look(self, _steps: int = 1) -> None:
        """Let the first in line look again."""
        if self._first is not None and not self._first.done():
            self._first.set_result(None)
