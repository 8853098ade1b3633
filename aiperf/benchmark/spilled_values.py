"""A long row of values that memory need not hold: the older ones are in a file without a name."""

from __future__ import annotations

import os
import tempfile
import weakref
from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

HELD = 1 << 15
"""So many values (256 KiB) are in memory at a time; a run that has fewer touches no file."""
CHUNK = 1 << 18
"""So many values (2 MiB) are read at a time."""

_SIZE = 8


class SpilledValues:
    """Float64 values in the order in which they were added.

    Where the file cannot be written, the values stay in memory and :attr:`failure` says why.

    Args:
        directory: where the file is; ``None`` keeps everything in memory.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self.failure: OSError | None = None
        """Why the values are in memory after all."""
        self._directory = directory
        self._held: array[float] = array("d")
        self._file: int | None = None
        self._written = 0

    def __len__(self) -> int:
        """Return how many values there are."""
        return self._written + len(self._held)

    def extend(self, values: array[float]) -> None:
        """Add ``values``."""
        self._held.extend(values)
        if len(self._held) >= HELD and self._directory is not None and self.failure is None:
            self._spill(self._directory)

    def chunks(self, most: int = CHUNK) -> Iterator[NDArray[np.float64]]:
        """Yield all values, at most ``most`` at a time; a chunk is good until the next one."""
        import numpy as np  # noqa: PLC0415 - heavy: no run pays for it before it has results

        if self._file is not None:
            buffer = np.empty(min(most, self._written), dtype=np.float64)
            view = buffer.data.cast("B")
            for start in range(0, self._written, most):
                count = min(most, self._written - start)
                _read_whole(self._file, view[: count * _SIZE], start * _SIZE)
                yield buffer[:count]
        for start in range(0, len(self._held), most):
            yield np.frombuffer(self._held, dtype=np.float64)[start : start + most]

    def all(self) -> NDArray[np.float64]:
        """Return all values at once: eight bytes each in memory."""
        import numpy as np  # noqa: PLC0415 - as above

        values = np.empty(len(self), dtype=np.float64)
        start = 0
        for chunk in self.chunks():
            values[start : start + len(chunk)] = chunk
            start += len(chunk)
        return values

    def _spill(self, directory: Path) -> None:
        """Move what memory holds to the end of the file."""
        try:
            if self._file is None:
                with tempfile.TemporaryFile(dir=directory, buffering=0) as file:
                    self._file = os.dup(file.fileno())
                weakref.finalize(self, os.close, self._file)
            left = memoryview(self._held.tobytes())
            place = self._written * _SIZE
            while left:
                count = os.pwrite(self._file, left, place)
                place += count
                left = left[count:]
        except OSError as error:
            self.failure = error
            return
        self._written += len(self._held)
        self._held = array("d")


def _read_whole(file: int, into: memoryview, place: int) -> None:
    """Fill ``into`` from ``place`` on.

    Raises:
        OSError: the file cannot be read, or ends before that.
    """
    while into:
        count = os.preadv(file, [into], place)
        if not count:
            raise OSError(None, "the temporary file of a metric's values was cut off")
        into = into[count:]
        place += count
