"""A file that one process at a time may hold, until it closes it or ends, however it ends."""

from __future__ import annotations

from typing import IO


def hold(file: IO[str]) -> bool:
    """Hold ``file`` while it is open; return ``False`` if somebody else does.

    Where the platform or the file system has no locks, everybody may.
    """
    try:
        import fcntl  # noqa: PLC0415 - not on every platform
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
