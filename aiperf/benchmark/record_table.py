"""The finished requests of a run as a table: a row for each, a column for each metric."""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING, Any

from aiperf.benchmark.spilled_values import CHUNK, SpilledValues

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

VALID, FAILED, CANCELLED = 0, 1, 2
"""How a request can have ended, as the table has it."""


_NONE: array[float] = array("d")


class Table:
    """The :class:`~aiperf.common.record_table.RecordTable` of a run, filled as requests end.

    Seventeen bytes for each request, and eight for each metric with one value. The values of a
    metric with several for each request go to a file once there are many; see
    :class:`~aiperf.benchmark.spilled_values.SpilledValues`. A column begins with its first value,
    so one that has none costs nothing. Rows are added only while nobody holds an array of it.

    Args:
        directory: where such a file is; ``None`` keeps everything in memory.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory
        self._start_ns: array[int] = array("q")
        self._end_ns: array[int] = array("q")
        self._outcome: array[int] = array("B")
        self._columns: dict[str, array[float]] = {}
        self._lists: dict[str, tuple[SpilledValues, array[int]]] = {}
        self._usual: tuple[str, ...] = ()
        self._appends: list[Callable[[Any], None]] = []
        self._usual_row = -1

    # -- filled ---------------------------------------------------------------------------------

    def begin(self, start_ns: int, end_ns: int, outcome: int) -> None:
        """Begin the row of a request that has ended."""
        self._start_ns.append(start_ns)
        self._end_ns.append(end_ns)
        self._outcome.append(outcome)

    def add(
        self,
        start_ns: int,
        end_ns: int,
        outcome: int,
        values: Mapping[str, float | list[float]],
    ) -> None:
        """Add the row of a request that has ended, with its values by tag."""
        row = len(self._outcome)
        self.begin(start_ns, end_ns, outcome)
        tags = tuple(values)
        is_usual = tags == self._usual
        if is_usual and row == self._usual_row:
            self._usual_row += 1
            try:
                for append, value in zip(self._appends, values.values(), strict=True):
                    append(value)
            except TypeError:  # a list where there was one value until now, or the other way round
                is_usual, self._usual_row = False, -1
            else:
                return
        for tag, value in values.items():
            kept = self._lists[tag][1] if tag in self._lists else self._columns.get(tag, ())
            if len(kept) > row:  # it was appended before another one was not
                continue
            if type(value) is list:
                self.put_list(tag, array("d", value))
            else:
                self.put(tag, value)  # type: ignore[arg-type]  # it is no list, so it is a number
        self._usual = tags
        if is_usual and tags:  # as the row before it
            self._appends = [self._append_to(tag) for tag in tags]
            self._usual_row = row + 1

    def _append_to(self, tag: str) -> Callable[[Any], None]:
        """Return what appends to a metric of which every row has a value until now."""
        if tag not in self._lists:
            return self._columns[tag].append
        spilled, counts = self._lists[tag]

        def append(values: list[float]) -> None:
            kept = array("d", values)
            counts.append(len(kept))
            spilled.extend(kept)

        return append

    def put(self, tag: str, value: float) -> None:
        """Give the last row its value of a metric."""
        if tag in self._lists:
            self.put_list(tag, array("d", (value,)))
            return
        column = self._columns.get(tag)
        if column is None:
            column = self._columns[tag] = array("d")
        row = len(self._outcome) - 1
        if len(column) != row:
            column.extend(array("d", (math.nan,)) * (row - len(column)))
        column.append(value)

    def put_list(self, tag: str, values: array[float]) -> None:
        """Give the last row its values of a metric that has several."""
        kept = self._lists.get(tag)
        if kept is None:
            kept = self._lists[tag] = self._begin_list(tag)
        spilled, counts = kept
        row = len(self._outcome) - 1
        if len(counts) != row:
            counts.extend(array("I", (0,)) * (row - len(counts)))
        counts.append(len(values))
        spilled.extend(values)

    def drop(self, tag: str) -> None:
        """Forget a metric."""
        self._usual_row = -1
        self._columns.pop(tag, None)
        self._lists.pop(tag, None)

    def _begin_list(self, tag: str) -> tuple[SpilledValues, array[int]]:
        """Return the place of a metric's lists; it may have had single values until now."""
        spilled, counts = SpilledValues(self._directory), array("I")
        for value in self._columns.pop(tag, ()):
            is_one = not math.isnan(value)
            counts.append(is_one)
            if is_one:
                spilled.extend(array("d", (value,)))
        return spilled, counts

    # -- read -----------------------------------------------------------------------------------

    def __len__(self) -> int:
        """Return how many requests there are."""
        return len(self._outcome)

    @property
    def start_ns(self) -> NDArray[np.int64]:
        """When each started, by ``perf_counter_ns``; 0 if it never did."""
        import numpy as np  # noqa: PLC0415 - heavy: no run pays for it before it has results

        return np.frombuffer(self._start_ns, dtype=np.int64)

    @property
    def end_ns(self) -> NDArray[np.int64]:
        """When each ended, by ``perf_counter_ns``."""
        import numpy as np  # noqa: PLC0415 - as above

        return np.frombuffer(self._end_ns, dtype=np.int64)

    @property
    def outcome(self) -> NDArray[np.uint8]:
        """How each ended: 0 valid, 1 failed, 2 cancelled."""
        import numpy as np  # noqa: PLC0415 - as above

        return np.frombuffer(self._outcome, dtype=np.uint8)

    @property
    def tags(self) -> tuple[str, ...]:
        """The metrics with one value for a request; only those that have any."""
        return tuple(self._columns)

    @property
    def list_tags(self) -> tuple[str, ...]:
        """The metrics with several values for a request; only those that have any."""
        return tuple(self._lists)

    def column(self, tag: str) -> NDArray[np.float64]:
        """Return a metric's value for each row, NaN where there is none.

        Raises:
            KeyError: it is not in :attr:`tags`.
        """
        import numpy as np  # noqa: PLC0415 - as above

        values = self._columns[tag]
        if len(values) == len(self):
            return np.frombuffer(values, dtype=np.float64)
        whole = np.full(len(self), np.nan)
        whole[: len(values)] = np.frombuffer(values, dtype=np.float64)
        return whole

    def lists(self, tag: str) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """Return all values of a metric that has several for a request, and the row of each.

        Raises:
            KeyError: it is not in :attr:`list_tags`.
        """
        import numpy as np  # noqa: PLC0415 - as above

        values, counts = self._lists[tag]
        return values.all(), np.repeat(np.arange(len(counts)), np.frombuffer(counts, np.uintc))

    def since(self, row: int, tag: str) -> list[float]:
        """Return the values that the rows from ``row`` on have of a metric with one value.

        Copies, and imports nothing, so that it may be asked while the run goes on.
        """
        return [value for value in self._columns.get(tag, _NONE)[row:] if value == value]  # noqa: PLR0124 - NaN is not

    def has(self, tag: str) -> bool:
        """Say whether a metric of either kind has a value."""
        return tag in self._columns or tag in self._lists

    def chunks(self, tag: str) -> Iterator[NDArray[np.float64]]:
        """Yield all values of a metric of either kind; a chunk is good until the next one."""
        if tag in self._lists:
            yield from self._lists[tag][0].chunks()
            return
        import numpy as np  # noqa: PLC0415 - as above

        column = self._columns.get(tag, array("d"))
        for start in range(0, len(column), CHUNK):
            chunk = np.frombuffer(column, dtype=np.float64)[start : start + CHUNK]
            yield chunk[~np.isnan(chunk)]

    @property
    def failures(self) -> dict[str, OSError]:
        """Why the values of some metrics are in memory, by tag."""
        return {
            tag: values.failure
            for tag, (values, _) in self._lists.items()
            if values.failure is not None
        }
