"""Room for many connections: a process may open more files than it may by default."""

from __future__ import annotations

import contextlib

_OTHERS = 128
"""Files that are open besides the connections: artifacts, plugins, the embedded server's pipes."""


def allow_open_files(connections: int) -> None:
    """Raise this process's soft limit of open files as far as ``connections`` need, and it may.

    Processes that it starts inherit the limit. Where it may not, connections fail one by one, and
    each failure says so.
    """
    try:
        import resource  # noqa: PLC0415 - not on every platform
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _OTHERS
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    with contextlib.suppress(ValueError, OSError):  # some systems have a lower limit than they say
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
