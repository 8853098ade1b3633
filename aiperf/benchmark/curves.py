"""How many requests were under way at each moment of a run, and how fast tokens went."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from aiperf.benchmark.weighted import Weighted

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from aiperf.common.over_time import OverTime
    from aiperf.common.record_table import RecordTable

    Floats = NDArray[np.float64]

_NS_PER_MS = 1e6
_NS_PER_SECOND = 1e9
_AT_ONCE = 1 << 11
"""About so many requests end in a part of the run that is looked at as one."""

_LEAST_SPEED = 1e-6
"""Tokens per second; less is what rounding has left, as one token would take days."""

_PREFILLING, _DECODING, _READ, _WRITTEN, _HELD = range(5)
"""The rows of a part: requests before and after their first token, tokens per second that are read
and written, tokens held."""


class Curves:
    """The curves of the valid requests of a run, computed when the first one is asked for.

    A request is before its first token from its start on, and after it until its last content. Its
    tokens are taken to be read, and after the first one written, at an even speed; the input is
    held from start to end, the output from the first token on. About fifty bytes of memory for each
    request while they are computed.

    Args:
        records: The requests.
        duration_s: How long the run was, from the start of the first request on.
    """

    def __init__(self, records: RecordTable, duration_s: float) -> None:
        self._records = records
        self._end = duration_s * _NS_PER_SECOND
        self._found: dict[tuple[str, bool], OverTime] | None = None

    def over_time(self, curve: str, *, active: bool) -> OverTime | None:
        """Return the distribution of a curve; see ``RunTotals.over_time``."""
        if self._found is None:
            self._found = self._compute()
        return self._found.get((curve, active))

    def _compute(self) -> dict[tuple[str, bool], OverTime]:
        import numpy as np  # noqa: PLC0415 - heavy: no run pays for it before it has results

        records = self._records
        if "request_latency" not in records.tags or self._end <= 0:
            return {}
        requests = _Requests(records)
        weighted: dict[tuple[str, bool], Weighted] = {}
        for reading in range(Weighted.READINGS):
            for held, rows in requests.parts(self._end):
                for name, values, is_active in _named(rows, requests):
                    if is_active is None:
                        weighted.setdefault((name, False), Weighted()).read(reading, values, held)
                    elif np.any(is_active):
                        weighted.setdefault((name, True), Weighted()).read(
                            reading, values[is_active], held[is_active]
                        )
        return {key: each.over_time() for key, each in weighted.items() if each.has_any}


class _Requests:
    """When the valid requests of a run came to each of their phases, and their tokens.

    ``times`` are nanoseconds since the first start: of the start, the first token where there are
    streams, and the end.
    """

    def __init__(self, records: RecordTable) -> None:
        import numpy as np  # noqa: PLC0415 - as above

        starts, latency = records.start_ns, records.column("request_latency")
        rows = np.flatnonzero(~np.isnan(latency) & (starts > 0))
        start = (starts[rows] - starts[starts > 0].min()).astype(np.float64)
        end = start + latency[rows] * _NS_PER_MS
        self.times = [start, end]
        self.streamed = "time_to_first_token" in records.tags
        if self.streamed:
            first = start + records.column("time_to_first_token")[rows] * _NS_PER_MS
            np.copyto(first, end, where=np.isnan(first))
            self.times.insert(1, first)
        tags = ("input_sequence_length", "output_sequence_length")
        self.has_tokens = all(tag in records.tags for tag in tags)
        self._orders = [np.argsort(each, kind="stable").astype(np.int32) for each in self.times]
        self._read, self._written = (
            np.nan_to_num(records.column(tag)[rows], copy=False).astype(np.float32)
            if self.has_tokens
            else np.zeros(0, dtype=np.float32)
            for tag in tags
        )

    def parts(self, end: float) -> Iterator[tuple[Floats, NDArray[np.float64]]]:
        """Yield the run in parts: how long each column of the rows held, in ns, and the rows.

        ``end`` is when the run ended.
        """
        import numpy as np  # noqa: PLC0415 - as above

        bounds = [*self.times[-1][self._orders[-1][_AT_ONCE::_AT_ONCE]].tolist(), math.inf]
        done = [0] * len(self.times)
        time, values = 0.0, np.zeros(5)
        for bound in bounds:
            times, changes = [np.array([time])], [values[:, None]]
            for phase, (each, order) in enumerate(zip(self.times, self._orders, strict=True)):
                until = int(np.searchsorted(each, bound, side="right", sorter=order))
                rows = order[done[phase] : until]
                done[phase] = until
                times.append(each[rows])
                changes.append(self._changes(phase, rows))
            every = np.concatenate(times)
            by_time = np.argsort(every, kind="stable")
            at = every[by_time]
            rows_at = np.cumsum(np.concatenate(changes, axis=1)[:, by_time], axis=1)
            _settle(rows_at)
            held = np.diff(at, append=max(end, at[-1]) if bound == math.inf else at[-1])
            has = held > 0
            yield held[has], rows_at[:, has]
            time, values = float(at[-1]), rows_at[:, -1].copy()

    def _changes(self, phase: int, rows: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return what these requests change when they come to a phase: a column for each."""
        import numpy as np  # noqa: PLC0415 - as above

        found = np.zeros((5, len(rows)))
        is_first, is_last = phase == 0, phase == len(self.times) - 1
        if is_first or not is_last or not self.streamed:
            found[_PREFILLING] = 1.0 if is_first else -1.0
        if self.streamed and not is_first:
            found[_DECODING] = -1.0 if is_last else 1.0
        if not (self.streamed and self.has_tokens):
            return found
        read = self._read[rows].astype(np.float64)
        written = self._written[rows].astype(np.float64)
        start, first, end = (each[rows] for each in self.times)
        if is_first:
            found[_READ], found[_HELD] = _rate(read, first - start), read
        elif is_last:
            found[_WRITTEN] = -_rate((written - 1).clip(0), end - first)
            found[_HELD] = -read - written
        else:
            found[_READ] = -_rate(read, first - start)
            found[_WRITTEN] = _rate((written - 1).clip(0), end - first)
            found[_HELD] = written
        return found


def _rate(tokens: Floats, ns: Floats) -> Floats:
    """Return tokens per second, 0 for those that took no time."""
    import numpy as np  # noqa: PLC0415 - as above

    return np.divide(tokens * _NS_PER_SECOND, ns, out=np.zeros_like(ns), where=ns > 0)


def _settle(rows: NDArray[np.float64]) -> None:
    """Make what rounding has left of a speed nothing."""
    for speed, count in ((_READ, _PREFILLING), (_WRITTEN, _DECODING)):
        rows[speed][(rows[count] < 0.5) | (rows[speed] < _LEAST_SPEED)] = 0.0  # noqa: PLR2004 - whole numbers


def _named(
    rows: NDArray[np.float64], requests: _Requests
) -> Iterator[tuple[str, Floats, NDArray[np.bool_] | None]]:
    """Yield each curve by name: for all time, and of a speed also where its requests are."""
    count = rows[_PREFILLING] + rows[_DECODING]
    yield "concurrency", count, None
    if not requests.streamed:
        return
    yield "prefill_concurrency", rows[_PREFILLING], None
    yield "decode_concurrency", rows[_DECODING], None
    if not requests.has_tokens:
        return
    yield "tokens_in_flight", rows[_HELD], None
    for name, speed, users in (
        ("prefill_throughput", rows[_READ], rows[_PREFILLING]),
        ("decode_throughput", rows[_WRITTEN], rows[_DECODING]),
        ("total_throughput", rows[_READ] + rows[_WRITTEN], count),
    ):
        of_each = speed / users.clip(1.0)
        for mask in (None, users > 0.5):  # noqa: PLR2004 - whole numbers
            yield name, speed, mask
            if users is not count:
                yield f"{name}_per_user", of_each, mask
