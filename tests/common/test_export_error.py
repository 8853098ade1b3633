"""The error of every exporter."""

from __future__ import annotations

import errno
import pickle
from pathlib import Path

from aiperf.common.errors import ExportError, cannot_write
from aiperf.plugins.errors import AIPerfError

PATH = Path("artifacts/file.json")


def test_it_names_the_file_the_reason_and_the_next_step():
    """A person can act on the message alone."""
    error = cannot_write(PATH, OSError(errno.ENOSPC, "No space left on device"))
    assert isinstance(error, AIPerfError)
    assert error.path == PATH
    assert str(error) == (
        f"cannot write {PATH}: No space left on device. Free some space or make the directory "
        "writable, or choose another one with --output-artifact-dir"
    )


def test_a_reason_without_text_is_still_a_reason():
    """An error without a message is called by its class."""
    assert "TimeoutError" in str(cannot_write(PATH, TimeoutError()))


def test_it_survives_pickling():
    """A worker can hand it to its parent."""
    copy = pickle.loads(pickle.dumps(ExportError("text", path=PATH)))
    assert (type(copy), str(copy), copy.path) == (ExportError, "text", PATH)
