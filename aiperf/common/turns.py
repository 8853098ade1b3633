"""Lets one thread at a time make each thing, and refuses a circle that could never end."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aiperf.plugins.errors import FactoryCreationError

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator


class Turns:
    """Who makes what, and who waits for it; one for all singletons of a process.

    A lock for each singleton would do, but for two that need each other: made by two threads at
    once, each would wait for the other without end.
    """

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Begin anew, in a child whose parent forked while another thread made something."""
        self._condition = threading.Condition(threading.Lock())
        self._makers: dict[Hashable, int] = {}
        self._waiting: dict[int, Hashable] = {}

    @contextmanager
    def turn(self, key: Hashable, name: str) -> Iterator[None]:
        """Wait until nobody makes ``key``, and keep others from it inside the block.

        Raises:
            FactoryCreationError: whoever makes it waits, itself or through others, for this thread.
        """
        this_thread = threading.get_ident()
        with self._condition:
            while key in self._makers:
                if self._waits_for(self._makers[key], this_thread):
                    raise FactoryCreationError(
                        f"{name} is needed to make itself: its constructor asks for it, or for "
                        "something whose constructor does. Take one of the calls out of the "
                        "constructors."
                    )
                self._waiting[this_thread] = key
                try:
                    self._condition.wait()
                finally:
                    del self._waiting[this_thread]
            self._makers[key] = this_thread
        try:
            yield
        finally:
            with self._condition:
                self._makers.pop(key, None)  # it is gone in a child that was forked meanwhile
                self._condition.notify_all()

    def _waits_for(self, thread: int | None, other: int) -> bool:
        while thread is not None and thread != other:
            thread = self._makers.get(self._waiting.get(thread))
        return thread is not None


turns = Turns()
if hasattr(os, "register_at_fork"):  # not on every platform
    os.register_at_fork(after_in_child=turns.renew)
