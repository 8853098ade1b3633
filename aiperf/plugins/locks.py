"""Python's own reentrant lock and thread-local storage, without the rest of ``threading``.

Whoever starts threads has imported that module; discovery has no other use for it, and would wait
longer for it than for a dozen plugins.
"""

from __future__ import annotations

try:
    from _thread import RLock
    from _thread import _local as Local  # noqa: N812 - it is a class
except ImportError:  # pragma: no cover - an interpreter that has them elsewhere
    from threading import RLock
    from threading import local as Local  # noqa: N812 - it is a class

__all__ = ["Local", "RLock"]
