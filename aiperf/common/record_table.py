"""The finished requests of a run, as reports and comparisons read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    Column: TypeAlias = NDArray[np.float64]
    """A value for each of some requests, NaN where one has none."""


class RecordTable(Protocol):
    """The finished requests of a run, warm-up left out: a row for each, in order of ending.

    Whoever writes into an array changes the table for everybody.
    """

    def __len__(self) -> int:
        """How many requests there are."""
        ...

    @property
    def start_ns(self) -> NDArray[np.int64]:
        """When each request started, by ``perf_counter_ns``; 0 if it never did."""
        ...

    @property
    def end_ns(self) -> NDArray[np.int64]:
        """When each request ended, by ``perf_counter_ns``."""
        ...

    @property
    def outcome(self) -> NDArray[np.uint8]:
        """How each request ended: 0 valid, 1 failed, 2 cancelled."""
        ...

    @property
    def tags(self) -> tuple[str, ...]:
        """The metrics with one value for a request; only those that have any in this run."""
        ...

    @property
    def list_tags(self) -> tuple[str, ...]:
        """The metrics with several values for a request; only those that have any in this run."""
        ...

    def column(self, tag: str) -> NDArray[np.float64]:
        """Return a metric's value for each row, NaN where it has none.

        Raises:
            KeyError: ``tag`` is not one of :attr:`tags`.
        """
        ...

    def lists(self, tag: str) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """Return all values of a metric that has several for a request, and the row of each.

        These are sixteen bytes of memory for each value; :meth:`chunks` needs next to none.

        Raises:
            KeyError: ``tag`` is not one of :attr:`list_tags`.
        """
        ...

    def chunks(self, tag: str) -> Iterator[NDArray[np.float64]]:
        """Yield all values of a metric of either kind, some at a time.

        A chunk is good until the next one. There is none for a tag that has no value.
        """
        ...
