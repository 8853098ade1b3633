"""A number that one process counts up and others read at any time, even when it has died."""

from __future__ import annotations

import mmap
from pathlib import Path

_SIZE = 8


class SharedCount:
    """A count in the memory of a file, 0 at first.

    Args:
        path: The file, which is made if it is not there.
    """

    def __init__(self, path: str) -> None:
        Path(path).touch()
        with Path(path).open("r+b") as file:
            file.truncate(_SIZE)
            self._memory = mmap.mmap(file.fileno(), _SIZE)
        self._numbers = memoryview(self._memory).cast("q")

    @property
    def value(self) -> int:
        """How many there are."""
        return self._numbers[0]

    def add_one(self) -> None:
        """Count one more; by one process alone."""
        self._numbers[0] += 1

    def close(self) -> None:
        """Give the memory back."""
        self._numbers.release()
        self._memory.close()
