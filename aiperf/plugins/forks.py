"""Locks that are free in a forked child, where the thread that held one does not exist."""

from __future__ import annotations

import os
from _weakrefset import WeakSet  # weakref's own; weakref takes three times as long to import
from typing import Final

from aiperf.plugins.locks import RLock

_locks: Final[WeakSet[RLock]] = WeakSet()
_forking: Final = RLock()
_held: Final[list[RLock]] = []


def fork_safe_lock() -> RLock:
    """Return a new lock; a fork waits until it is free, so that what it guards is whole."""
    lock = RLock()
    with _forking:
        _locks.add(lock)
    return lock


def _hold() -> None:
    _forking.acquire()
    for lock in _locks:
        lock.acquire()
        _held.append(lock)


def _free() -> None:
    while _held:
        _held.pop().release()
    _forking.release()


if hasattr(os, "register_at_fork"):  # pragma: no branch - the tests run where it is, forks or not
    os.register_at_fork(before=_hold, after_in_parent=_free, after_in_child=_free)
