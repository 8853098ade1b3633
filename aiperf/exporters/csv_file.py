"""Writes ``profile_export_aiperf.csv``: the results of a run for a spreadsheet.

Three sections, each with its own header and a blank line between them: the distributions, the
single values (both as in NVIDIA AIPerf's file, plus a ``count`` column), and what produced them
(``Provenance,Value``). A reader that knows nothing of sections skips the blank lines and sees the
later rows as short ones.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from aiperf._version import __version__
from aiperf.common.files import make_directory_for, remove, write_whole
from aiperf.exporters.csv_number import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiperf.common.config import OutputConfig
    from aiperf.common.models import RequestRecord, RunResult, Statistics
    from aiperf.common.protocols import RunContext

NAME, ENDING = "profile_export_aiperf", ".csv"

_PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)
_COLUMNS = ("avg", "min", "max", "sum", *(f"p{p}" for p in _PERCENTILES), "std", "count")
_UNITS_LEFT_OUT = {"count", "requests"}


class CSVExporter:
    """Writes the summary of a run for spreadsheets."""

    wants_records: ClassVar[bool] = False

    def __init__(self, *, config: OutputConfig) -> None:
        self._path = config.file(NAME, ENDING)

    def start(self, context: RunContext) -> None:  # noqa: ARG002 - all of it is in the result too
        """Make sure that there is a place to write to, without an earlier run's file.

        It would stand beside the requests of this run if this one is killed.

        Raises:
            ExportError: There is none.
        """
        make_directory_for(self._path)
        remove(self._path)

    def record(self, record: RequestRecord) -> None:
        """Do nothing: the summary has no single requests."""

    def finish(self, result: RunResult) -> str:
        """Write the file and return its path.

        Raises:
            ExportError: It could not be written.
        """
        text = "\r\n".join(section for section in _sections(result) if section)
        write_whole(self._path, text.encode(errors="backslashreplace"))
        return str(self._path)


def _sections(result: RunResult) -> Iterator[str]:
    """Yield the sections; one without rows is empty."""
    ordered = sorted(result.statistics, key=lambda each: each.tag)
    yield _section(
        ("Metric", *_COLUMNS),
        [(_name(each), *_distribution(each)) for each in ordered if each.min is not None],
    )
    yield _section(
        ("Metric", "Value"),
        [(_name(each), number(each.avg)) for each in ordered if each.min is None],
    )
    yield _section(("Provenance", "Value"), list(_provenance(result.provenance)))


def _section(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return one section as CSV text, or nothing if it has no rows."""
    if not rows:
        return ""
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue()


def _name(statistics: Statistics) -> str:
    """Return a metric's name with its unit, where the name does not already say it."""
    if statistics.unit in _UNITS_LEFT_OUT:
        return statistics.header
    return f"{statistics.header} ({statistics.unit})"


def _distribution(statistics: Statistics) -> tuple[str, ...]:
    """Return the cells of a distribution, in the order of the columns."""
    return (
        number(statistics.avg),
        number(statistics.min),
        number(statistics.max),
        number(statistics.sum),
        *(number(statistics.percentiles.get(p)) for p in _PERCENTILES),
        number(statistics.std),
        str(statistics.count),
    )


def _provenance(provenance: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield a row for each value, and for each item of a value that has some, named ``a.b``."""
    for name, value in {"aiperf_version": __version__, **provenance}.items():
        if isinstance(value, Mapping) and value:
            yield from ((f"{name}.{key}", _cell(each)) for key, each in value.items())
        elif isinstance(value, list | tuple) and value:
            yield from ((f"{name}.{index}", _cell(each)) for index, each in enumerate(value))
        else:
            yield name, _cell(value)


def _cell(value: Any) -> str:
    """Return text as it is and anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, default=str)
