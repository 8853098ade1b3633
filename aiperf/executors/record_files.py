"""Records on their way from the process that measured them to the one that works them off.

They go through files, which are written as the records come and deleted as they are read. So a
writer never waits for its reader, neither holds what the other has not come to, and what a process
had written is there when it has been killed.
"""

from __future__ import annotations

import os
import pickle
from dataclasses import fields
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from aiperf.common.models import RawRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIZE = 8
"""Bytes in front of each batch that say how long it is."""
_FULL = 32 * 1024 * 1024
"""Bytes after which a file is followed by another."""

values_of = attrgetter(*(each.name for each in fields(RawRecord)))
"""The values of a raw record, in the order of its fields, which pickle faster than it does."""


class Ended(NamedTuple):
    """A request that has ended, as it travels.

    ``raw`` are the values of its raw record, ``answers`` those to the turns before it, or nothing
    if they are the dataset's.
    """

    raw: tuple[Any, ...]
    session_num: int
    x_request_id: str
    x_correlation_id: str
    conversation_id: str
    answers: tuple[str | None, ...]
    turn_index: int
    phase: str
    scheduled_ns: int | None
    was_cancelled: bool


def _path(directory: str, name: str, number: int) -> Path:
    return Path(directory, f"{name}.{number}")


class RecordWriter:
    """Writes batches of records.

    Args:
        directory: Where.
        name: What the files are called, before their numbers.
    """

    def __init__(self, directory: str, name: str) -> None:
        self._directory, self._name = directory, name
        self._number = 0
        self._written = 0
        self._file = self._open()

    def write(self, batch: Sequence[Ended]) -> None:
        """Write one batch; nobody is waited for.

        Raises:
            OSError: The disk is full, or refuses for another reason.
        """
        if self._written >= _FULL:
            full, self._number, self._written = self._file, self._number + 1, 0
            self._file = self._open()
            full.close()
        data = pickle.dumps([tuple(each) for each in batch], pickle.HIGHEST_PROTOCOL)
        data = len(data).to_bytes(_SIZE, "big") + data
        self._written += len(data)
        view = memoryview(data)
        while view:
            view = view[os.write(self._file.fileno(), view) :]

    def close(self) -> None:
        """Write no more."""
        self._file.close()

    def _open(self) -> BinaryIO:
        return _path(self._directory, self._name, self._number).open("xb", buffering=0)


class RecordReader:
    """Reads the batches of a :class:`RecordWriter`, whoever is first."""

    def __init__(self, directory: str, name: str) -> None:
        self._directory, self._name = directory, name
        self._number = 0
        self._file: BinaryIO | None = None
        self._buffer = b""

    def read(self) -> list[Ended]:
        """Return the next batch; nothing if none is there, or only a part of one."""
        batch = self._next()
        if batch is None and _path(self._directory, self._name, self._number + 1).exists():
            batch = self._next()  # what may have been written before the next file was made
            if batch is None:
                self.close()
                _path(self._directory, self._name, self._number).unlink()
                self._number += 1
                batch = self._next()
        return [] if batch is None else [Ended(*each) for each in batch]

    def close(self) -> None:
        """Read no more."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _next(self) -> list[tuple[Any, ...]] | None:
        if self._file is None:
            path = _path(self._directory, self._name, self._number)
            if not path.exists():
                return None
            self._file = path.open("rb", buffering=0)
        if len(self._buffer) < _SIZE:
            self._buffer += self._file.read(_SIZE - len(self._buffer)) or b""
            if len(self._buffer) < _SIZE:
                return None
        missing = _SIZE + int.from_bytes(self._buffer[:_SIZE], "big") - len(self._buffer)
        while missing > 0:
            found = self._file.read(missing)
            if not found:
                return None
            self._buffer += found
            missing -= len(found)
        data, self._buffer = self._buffer[_SIZE:], b""
        batch: list[tuple[Any, ...]] = pickle.loads(data)  # noqa: S301 - our own process wrote it
        return batch
