"""One finished run as ``aiperf compare`` reads it: its results, and its requests where they are.

Both files have the shape of NVIDIA AIPerf's, so a run of that is read in the same way; what only
AIPerf writes (provenance, warnings) is then missing.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from aiperf.common.models import PROFILING
from aiperf.plugins.errors import AIPerfError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SUMMARY, REQUESTS = "profile_export_aiperf.json", "profile_export.jsonl"


class ComparisonError(AIPerfError):
    """A run cannot be compared; ``path`` is the file or directory at fault."""

    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Requests:
    """The valid requests of a run, in the order in which they ended.

    ``values`` has, by tag, all values of a metric in that order; ``rows``, for a metric with one
    value for a request, the request that each belongs to. Times are seconds from the first
    request's start; ``duration_s`` is when the last one ended, failed ones too.
    """

    starts_s: Floats
    ends_s: Floats
    duration_s: float
    values: Mapping[str, Floats]
    rows: Mapping[str, NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Run:
    """A run: ``name`` is how a table calls it, ``metrics`` its statistics by tag and name."""

    name: str
    path: Path
    metrics: Mapping[str, Mapping[str, Any]]
    requests: Requests | None
    config: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    was_cancelled: bool = False


def read_run(path: Path, name: str) -> Run:
    """Return the run in an artifact directory, or of one of its two files.

    Args:
        path: A directory with ``profile_export_aiperf.json``, and with ``profile_export.jsonl`` if
            there is one; or such a JSON file, beside which the other is looked for.
        name: What to call it.

    Raises:
        ComparisonError: It cannot be read, or it is not a run's.
    """
    summary = path / SUMMARY if path.is_dir() else path
    if path.suffix == ".jsonl":
        summary = path.with_name(SUMMARY)
    requests = summary.with_name(REQUESTS) if path.suffix != ".jsonl" else path
    if not summary.is_file() and requests.is_file():
        msg = (
            f"{summary} is not there, but {requests.name} is: the run was killed. Rebuild its "
            f"results with: aiperf report {requests.parent}"
        )
        raise ComparisonError(msg, path=path)
    document = _summary(summary)
    metrics = {tag: each for tag, each in document.items() if _is_metric(each)}
    if not metrics:
        msg = f"{summary} has no metrics: it is not the JSON file of a run, or no request succeeded"
        raise ComparisonError(msg, path=path)
    is_its = path.is_dir() or path.name == SUMMARY or path.suffix == ".jsonl"
    return Run(
        name=name,
        path=path,
        metrics=metrics,
        requests=_requests(requests) if is_its and requests.is_file() else None,
        config=_mapping(document.get("input_config")),
        provenance=_mapping(document.get("provenance")),
        warnings=tuple(map(str, document.get("warnings") or ())),
        was_cancelled=bool(document.get("was_cancelled")),
    )


def _summary(path: Path) -> Mapping[str, Any]:
    try:
        document = orjson.loads(path.read_bytes())
    except OSError as error:
        msg = (
            f"cannot read {path}: {error.strerror or error}. Name the artifact directory of a "
            "finished run, or its JSON file"
        )
        raise ComparisonError(msg, path=path) from error
    except ValueError as error:
        raise ComparisonError(f"{path} is not JSON: {error}", path=path) from error
    if not isinstance(document, Mapping):
        raise ComparisonError(f"{path} is not the JSON file of a run", path=path)
    return document


def _requests(path: Path) -> Requests | None:
    """Return the valid requests of a file, ``None`` if it has none."""
    columns: dict[str, _Column] = {}
    starts, ends = array("q"), array("q")
    first, last = 0, 0
    for metadata, metrics, error in _lines(path):
        start, end = int(metadata["request_start_ns"] or 0), int(metadata["request_end_ns"])
        was_cancelled = bool(metadata.get("was_cancelled"))
        if start:
            first = min(first or start, start)
        if not was_cancelled:
            last = max(last, end)
        if error is not None or was_cancelled:
            continue
        for tag, each in metrics.items():
            column = columns.get(tag)
            if column is None:
                column = columns[tag] = _Column()
            column.add(len(ends), each["value"])
        starts.append(start)
        ends.append(end)
    if not ends:
        return None
    started, ended = (np.array(each, dtype=np.int64) for each in (starts, ends))
    order = np.argsort(ended, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    by_tag = {tag: each.in_order(place) for tag, each in columns.items() if each.values}
    return Requests(
        starts_s=(started[order] - first) / 1e9,
        ends_s=(ended[order] - first) / 1e9,
        duration_s=(last - first) / 1e9,
        values={tag: values for tag, (values, _) in by_tag.items()},
        rows={tag: rows for tag, (_, rows) in by_tag.items() if rows is not None},
    )


class _Column:
    """The values of one metric in the order of the file, and how many each request has."""

    def __init__(self) -> None:
        self.values: array[float] = array("d")
        self._rows: array[int] = array("q")
        self._counts: array[int] = array("q")

    def add(self, row: int, value: Any) -> None:
        """Take in what one request has; what is no number is not compared."""
        try:
            new = array("d", value if isinstance(value, list) else (value,))
        except TypeError:
            return
        self.values.extend(new)
        self._rows.append(row)
        self._counts.append(len(new))

    def in_order(self, place: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64] | None]:
        """Return the values in the order in which their requests ended.

        Args:
            place: of each request of the file in that order.

        Returns:
            The values, and the request of each; ``None`` for a metric with several for one.
        """
        values, counts = np.frombuffer(self.values), np.frombuffer(self._counts, np.int64)
        rows = place[np.frombuffer(self._rows, np.int64)]
        is_single = bool((counts == 1).all())
        if (np.diff(rows) < 0).any():
            rows = rows if is_single else np.repeat(rows, counts)
            order = np.argsort(rows, kind="stable")
            values, rows = values[order], rows[order]
        return values, rows if is_single else None


def _lines(path: Path) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any], Any]]:
    """Yield the metadata, the metrics and the error of each request that was measured.

    Raises:
        ComparisonError: The file cannot be read, or a line is none of a run's. The last line may
            be cut off: the run was killed.
    """
    number = 0
    try:
        with path.open("rb") as file:
            for line in file:
                number += 1
                if not line.endswith(b"\n"):
                    return
                entry = orjson.loads(line)
                metadata = entry["metadata"]
                if metadata.get("benchmark_phase", PROFILING) == PROFILING:
                    yield metadata, entry.get("metrics") or {}, entry.get("error")
    except OSError as error:
        msg = f"cannot read {path}: {error.strerror or error}"
        raise ComparisonError(msg, path=path) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        msg = (
            f"{path}, line {number}: it is not the record of a request "
            f"({type(error).__name__}: {error})"
        )
        raise ComparisonError(msg, path=path) from error


def _is_metric(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("unit"), str)
        and isinstance(value.get("avg"), int | float)
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
