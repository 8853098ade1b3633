"""``run.log``: what the run did and what it warned of, with times, beside its artifacts.

While the run goes on, the file says that the directory is taken, too.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from typing import TYPE_CHECKING, Final, TextIO

from aiperf.benchmark.held_file import hold
from aiperf.common.errors import ExportError, cannot_write

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME: Final = "run.log"

_LAYOUT = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")


def is_going_on(directory: Path) -> bool:
    """Return whether a run is writing into ``directory`` at this moment."""
    try:
        with (directory / FILE_NAME).open(encoding="utf-8") as file:
            return not hold(file)
    except OSError:
        return False


def taken(directory: Path) -> ExportError:
    """Return the error for a directory that a run is writing into."""
    return ExportError(
        f"another run is writing into {directory}. Wait until it has ended, or choose another "
        "directory with --output-artifact-dir",
        path=directory / FILE_NAME,
    )


class RunLog:
    """Writes what AIPerf's loggers say inside the ``with`` block to the run's log.

    Warnings of the plugin registry still go to standard error as well.

    Args:
        directory: Where the run writes; no second run may write there until the block has ended.
        verbose: Whether all goes to standard error as well.
    """

    def __init__(self, directory: Path, *, verbose: bool = False) -> None:
        self._path = directory / FILE_NAME
        self._verbose = verbose
        self._handlers: list[logging.Handler] = []
        self._lines: _Lines | None = None
        self._logger = logging.getLogger("aiperf")
        self._level = self._logger.level

    @property
    def failure(self) -> ExportError | None:
        """Why the file has not all lines, ``None`` if it has."""
        error = self._lines.error if self._lines is not None else None
        return None if error is None else cannot_write(self._path, error)

    def __enter__(self) -> logging.Logger:
        """Return the logger of the run itself.

        Raises:
            ExportError: The file cannot be written, or another run writes into the directory.
        """
        self._lines = _Lines(self._opened())
        self._handlers = [self._lines]
        if self._verbose:
            self._handlers.append(logging.StreamHandler())
        for handler in self._handlers:
            handler.setFormatter(_LAYOUT)
            self._logger.addHandler(handler)
        self._level = self._logger.level
        self._logger.setLevel(logging.INFO)
        return logging.getLogger("aiperf.benchmark")

    def __exit__(self, *_: object) -> None:
        """Close the file, which lets the directory go."""
        self._logger.setLevel(self._level)
        for handler in self._handlers:
            self._logger.removeHandler(handler)
            handler.close()

    def _opened(self) -> TextIO:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = self._path.open("a", encoding="utf-8")
        except OSError as error:
            raise cannot_write(self._path, error) from error
        if not hold(file):
            file.close()
            raise taken(self._path.parent)
        file.truncate(0)
        return file


class _Lines(logging.StreamHandler[TextIO]):
    """Writes lines to a file until that fails; the failure is kept, and nothing is printed."""

    def __init__(self, file: TextIO) -> None:
        super().__init__(file)
        self.error: OSError | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        if self.error is None:
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Keep why a line could not be written."""
        error = sys.exception()
        if isinstance(error, OSError):
            self.error = error
        else:
            super().handleError(record)

    def close(self) -> None:
        """Close the file; what could not be written is known."""
        super().close()
        with contextlib.suppress(OSError):
            self.stream.close()
