"""The error of every exporter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.plugins.errors import AIPerfError

if TYPE_CHECKING:
    from pathlib import Path


class ExportError(AIPerfError):
    """An artifact could not be written; ``path`` is the file, ``None`` for standard output."""

    path: Path | None = None


def cannot_write(path: Path, error: OSError, **data: Any) -> ExportError:
    """Return the error that says why ``path`` could not be written, and what to do about it."""
    reason = error.strerror or str(error) or type(error).__name__
    msg = (
        f"cannot write {path}: {reason}. Free some space or make the directory writable, "
        "or choose another one with --output-artifact-dir"
    )
    return ExportError(msg, path=path, **data)
