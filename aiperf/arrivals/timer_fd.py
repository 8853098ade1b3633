"""Linux's timers that count in nanoseconds, as file descriptors that become readable.

See https://man7.org/linux/man-pages/man2/timerfd_create.2.html. Python has them since 3.13; before
that, they are called in the C library.
"""

from __future__ import annotations

import os
import sys
import time

_CLOCK = "clock_gettime(CLOCK_MONOTONIC)"
_ABSOLUTE = 1
_NS = 1_000_000_000


def create() -> int | None:
    """Return a new timer, ``None`` where there are none that ``perf_counter_ns`` is the time of."""
    if sys.platform != "linux" or time.get_clock_info("perf_counter").implementation != _CLOCK:
        return None
    flags = os.O_NONBLOCK | os.O_CLOEXEC
    try:
        if sys.version_info >= (3, 13):
            return os.timerfd_create(time.CLOCK_MONOTONIC, flags=flags)
        fd: int = _libc().timerfd_create(time.CLOCK_MONOTONIC, flags)
    except (OSError, AttributeError):
        return None
    return fd if fd >= 0 else None


def set_time(fd: int, due_ns: int) -> None:
    """Let the timer be readable at ``due_ns``, a reading of ``perf_counter_ns``, and only then.

    Raises:
        OSError: the operating system refuses.
    """
    if sys.version_info >= (3, 13):
        os.timerfd_settime_ns(fd, flags=_ABSOLUTE, initial=due_ns)
    else:
        import ctypes  # noqa: PLC0415 - heavy, and for old versions only

        spec = (ctypes.c_long * 4)(0, 0, *divmod(due_ns, _NS))
        if _libc().timerfd_settime(fd, _ABSOLUTE, ctypes.byref(spec), None):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))


if sys.version_info < (3, 13):
    from functools import cache
    from typing import Any

    @cache
    def _libc() -> Any:
        import ctypes  # noqa: PLC0415 - as above

        return ctypes.CDLL(None, use_errno=True)
