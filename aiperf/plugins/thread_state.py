"""What the present thread is in the middle of: importing a plugin, calling a hook, discovering."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from aiperf.plugins.locks import Local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiperf.plugins.collection import Collector
    from aiperf.plugins.origins import Origin


class ThreadState(Local):
    """The same object shows each thread its own state.

    ``loading`` is the plugin whose module the thread imports or whose hook it calls, ``hooks`` are
    the hooks that it calls, ``collector`` gathers what the innermost of them gives, and
    ``in_round`` says whether it is in a round of discovery, and so sees what that has come to.
    ``inspected`` is the plugin that it registers, with the options of its marked attributes.
    """

    loading: Origin | None = None
    hooks: tuple[str, ...] = ()
    collector: Collector | None = None
    in_round: bool = False
    inspected: tuple[object, dict[str, Any]] | None = None

    @contextmanager
    def loading_as(self, origin: Origin) -> Iterator[None]:
        """Attribute what this thread registers inside the block to ``origin``."""
        before, self.loading = self.loading, origin
        try:
            yield
        finally:
            self.loading = before

    @contextmanager
    def collecting(self, hook: str, collector: Collector) -> Iterator[None]:
        """Gather in ``collector`` what a call of ``hook`` inside the block gives."""
        before = self.hooks, self.collector
        self.hooks, self.collector = (*self.hooks, hook), collector
        try:
            yield
        finally:
            self.hooks, self.collector = before

    @contextmanager
    def discovering(self) -> Iterator[None]:
        """Let this thread see, inside the block, what discovery has come to so far."""
        before, self.in_round = self.in_round, True
        try:
            yield
        finally:
            self.in_round = before
