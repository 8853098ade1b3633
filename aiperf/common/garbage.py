"""Keeps the garbage collector from holding up the requests of a run."""

from __future__ import annotations

import contextlib
import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_THRESHOLDS = (20_000, 20, 100)


@contextlib.contextmanager
def rare_collections() -> Iterator[None]:
    """Look for cycles rarely, and never among what is there now.

    A record of a request is in no cycle, so that there is little to find, and a full collection
    over all modules and prepared requests takes tens of milliseconds, which would be in the
    latencies. Whoever switched collections off has them stay off.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
