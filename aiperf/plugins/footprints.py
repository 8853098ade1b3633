"""What importing a plugin changed in the interpreter, so that a failed one leaves none of it."""

from __future__ import annotations

import os
import sys
from operator import is_
from typing import TYPE_CHECKING, ClassVar

from aiperf.plugins.environment import is_ours
from aiperf.plugins.locks import RLock

if TYPE_CHECKING:
    from collections.abc import Sequence


class Footprint:
    """Takes note, from its making to :meth:`ends`, of what one plugin's import changes.

    That is what it adds to ``sys.path``, ``sys.meta_path`` and ``sys.path_hooks``, the modules of
    its own top-level package, and the variables with which people rule over plugins. Where another
    thread imports a plugin at the same time, nobody can say whose a change is, and nothing is taken
    back but the variables.
    """

    _under_way: ClassVar[set[Footprint]] = set()
    _lock: ClassVar[RLock] = RLock()

    def __init__(self, module: str) -> None:
        self._package = module.partition(".")[0]
        self._modules = set(sys.modules)  # all: to copy them is much cheaper than to look at each
        self._lists = [(each, list(each)) for each in (sys.path, sys.meta_path, sys.path_hooks)]
        self._added: list[tuple[list[object], object]] = []
        self._switches = _switches()
        with self._lock:
            self._under_way.add(self)
            self._is_shared = len(self._under_way) > 1
            if self._is_shared:
                for each in self._under_way:
                    each._is_shared = True  # noqa: SLF001 - of its own class

    def ends(self) -> list[str]:
        """Stop taking note: the import has ended, well or badly.

        Returns:
            The registry's variables that it changed; they are what they were again.
        """
        with self._lock:
            self._under_way.discard(self)
        if not self._is_shared:
            self._added = [
                (now, item)  # type: ignore[misc]  # lists of three kinds, told apart by nothing here
                for now, before in self._lists
                if not _are_the_same(now, before)
                for item in now
                if not any(item is each for each in before)
            ]
        self._lists = []
        now, before = _switches(), self._switches
        changed = sorted(name for name in now.keys() | before if now.get(name) != before.get(name))
        for name in changed:
            os.environ.pop(name, None)
            if name in before:
                os.environ[name] = before[name]
        return changed

    @property
    def is_empty(self) -> bool:
        """Whether the import added nothing but modules."""
        return not self._added

    def erase(self, *, modules: bool) -> None:
        """Take back what the import added; its modules only while nobody else can hold them."""
        for now, item in self._added:
            now[:] = [each for each in now if each is not item]
        if modules and not self._is_shared:
            for name in set(self._own_modules()) - self._modules:
                del sys.modules[name]

    def _own_modules(self) -> list[str]:
        inside = f"{self._package}."
        return [name for name in sys.modules if name == self._package or name.startswith(inside)]


def _switches() -> dict[str, str]:
    # The names alone first: each value takes as long again to decode.
    return {name: os.environ[name] for name in os.environ if is_ours(name)}


def _are_the_same(one: Sequence[object], other: Sequence[object]) -> bool:
    return len(one) == len(other) and all(map(is_, one, other))
