"""Prints the results of a run as tables on standard output."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, ClassVar

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from aiperf.common.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import TextIO

    from rich.console import RenderableType

    from aiperf.common.config import OutputConfig
    from aiperf.common.models import ErrorCount, RequestRecord, RunResult, Statistics
    from aiperf.common.protocols import RunContext

_COLUMNS = ("avg", "min", "max", "p99", "p90", "p75", "p50", "std")
_DISPENSABLE = ("p75", "std", "p90", "min", "max", "p50", "p99")
"""The columns that a narrow terminal does without, the first one first."""
_WIDTH_OF_A_FILE = 160
_MOST_ERRORS = 20


class ConsoleExporter:
    """Prints the metrics, the errors, the warnings and where the artifacts are."""

    wants_records: ClassVar[bool] = False

    def __init__(self, *, config: OutputConfig) -> None:
        self._directory = config.artifact_dir
        self._is_wanted = config.show == "tables"

    def start(self, context: RunContext) -> None:
        """Do nothing: everything is printed at the end."""

    def record(self, record: RequestRecord) -> None:
        """Do nothing: the tables have no single requests."""

    def finish(self, result: RunResult) -> None:
        """Print the results.

        Raises:
            ExportError: Standard output cannot be written to.
        """
        # Rendered first and written by ourselves: rich ends the process at a broken pipe, which
        # would take the other exporters' artifacts with it. While it renders it writes an empty
        # text, which some files refuse, too.
        stream = sys.stdout
        if stream is None or not self._is_wanted:  # a process may be started without one
            return
        try:
            stream.write(self._render(result, stream))
            stream.flush()
        except OSError as error:
            msg = (
                f"cannot print the results: {error.strerror or error}. "
                f"Files that were written are in {self._directory}"
            )
            raise ExportError(msg) from error

    def _render(self, result: RunResult, stream: TextIO) -> str:
        """Return the text as ``stream`` can show it: its width, its colors, its encoding."""
        console = Console(file=stream)
        if not console.is_terminal and "COLUMNS" not in os.environ:
            console.width = _WIDTH_OF_A_FILE
        parts = list(self._parts(result, console))
        # A number that is cut to fit would be a wrong number; a line that is too long is only ugly.
        tables = [part for part in parts if isinstance(part, Table)]
        console.width = max([console.width, *(_least_width(table, console) for table in tables)])
        with console.capture() as capture:
            for part in parts:
                console.print()
                console.print(part, soft_wrap=isinstance(part, Text))
        encoding = stream.encoding or "utf-8"
        return capture.get().encode(encoding, "backslashreplace").decode(encoding)

    def _parts(self, result: RunResult, console: Console) -> Iterable[RenderableType]:
        """Yield what is printed, in order."""
        if result.was_cancelled:
            yield Text("The run was cancelled; these are the results until then.", style="yellow")
        if result.statistics:
            yield _metrics_that_fit([s for s in result.statistics if not s.secondary], console)
        else:
            yield Text("There are no results: no request succeeded.", style="yellow")
        if result.errors:
            yield _errors(result.errors)
        for warning in result.warnings:
            yield Text(f"Warning: {_printable(warning)}", style="yellow")
        yield Text(f"Artifacts: {_printable(str(self._directory))}")


def _metrics_that_fit(statistics: Iterable[Statistics], console: Console) -> Table:
    """Return the table of metrics with as many columns as ``console`` has room for."""
    table = _metrics(statistics, ())
    for count in range(1, len(_DISPENSABLE) + 1):
        if _least_width(table, console) <= console.width:
            break
        table = _metrics(statistics, _DISPENSABLE[:count])
        table.caption = f"The files, and a wider terminal, have {', '.join(_DISPENSABLE[:count])}."
    return table


def _metrics(statistics: Iterable[Statistics], left_out: Collection[str]) -> Table:
    """Return the table of metrics without the columns ``left_out``."""
    columns = [name for name in _COLUMNS if name not in left_out]
    table = Table(title="AIPerf | Metrics")
    table.add_column("Metric", justify="right", style="cyan")
    for name in columns:
        table.add_column(name, justify="right", style="green", no_wrap=True)
    for each in statistics:
        values = {
            "avg": each.avg,
            "min": each.min,
            "max": each.max,
            "std": each.std,
            **{f"p{percent}": value for percent, value in each.percentiles.items()},
        }
        metric = Text(_printable(f"{each.header} ({each.unit})"))
        table.add_row(metric, *(_number(values.get(name)) for name in columns))
    return table


def _errors(errors: tuple[ErrorCount, ...]) -> Table:
    """Return the table of errors, the most frequent first."""
    ordered = sorted(errors, key=lambda each: -each.count)
    left = len(ordered) - _MOST_ERRORS
    caption = f"and {left} more kinds; all are in the JSON file" if left > 0 else None
    table = Table(title="AIPerf | Error Summary", title_style="red", caption=caption)
    table.add_column("Code", justify="right", style="yellow", no_wrap=True)
    table.add_column("Type", justify="right", style="yellow", overflow="fold")
    table.add_column("Message", style="yellow", overflow="fold")
    table.add_column("Count", justify="right", style="yellow", no_wrap=True)
    for each in ordered[:_MOST_ERRORS]:
        table.add_row(
            "N/A" if each.error.code is None else str(each.error.code),
            Text(_printable(each.error.type)),
            Text(_printable(each.error.message)),
            f"{each.count:,}",
        )
    return table


def _number(value: float | None) -> Text:
    """Return a number with two decimals."""
    return Text("N/A", style="dim") if value is None else Text(f"{value:,.2f}")


def _printable(text: str) -> str:
    """Return ``text`` on one line, without characters that would command the terminal."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def _least_width(table: Table, console: Console) -> int:
    """Return how many columns of a terminal ``table`` takes at least."""
    unlimited = console.options.update(max_width=sys.maxsize)
    return Measurement.get(console, unlimited, table).minimum
