"""Room for many connections: a process may open more files than it may by default."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiperf.common.config import BenchmarkConfig

_OTHERS = 128
"""Files that are open besides the connections: artifacts, plugins, the embedded server's pipes."""
_MANY = 65_536


def most_connections(config: BenchmarkConfig) -> int:
    """Return how many connections a run can have at a time.

    In an open loop that is one for each request, unless something limits what is under way.
    """
    load = config.load
    if load.concurrency_limit is not None:
        return max(load.concurrency_limit, load.warmup_concurrency or 0)
    if config.types.arrival == "concurrency" and not config.follow_timestamps:
        return load.concurrency
    return load.request_count or load.session_count or _MANY


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
