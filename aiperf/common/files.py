"""How artifacts get onto the disk: as a whole or not at all."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from aiperf.common.errors import ExportError, cannot_write

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def make_directory_for(path: Path) -> None:
    """Create the directory that ``path`` is to be written in.

    Done before a run, so that nobody measures for an hour and finds no place for the results.

    Raises:
        ExportError: It cannot be created, or it cannot be written in.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise PermissionError(None, "The directory is not writable")
    except OSError as error:
        raise cannot_write(path, error) from error


def write_whole(path: Path, data: bytes | Iterable[bytes]) -> None:
    """Write ``data``, or its pieces, so that a reader sees the old file or the new one, no third.

    Raises:
        ExportError: The file could not be written; an older one is as it was.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as file:
                file.writelines([data] if isinstance(data, bytes) else data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error


def show(data: bytes, path: Path) -> None:
    """Write ``data``, which is in the file ``path``, to standard output, if the process has one.

    Raises:
        ExportError: Standard output cannot be written to.
    """
    if sys.stdout is None:
        return
    try:
        sys.stdout.write(data.decode())
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ExportError(f"cannot print the results: {why}. They are in {path}") from error


def remove(path: Path) -> None:
    """Remove the file that an earlier run has left, if there is one.

    Raises:
        ExportError: It cannot be removed.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error
