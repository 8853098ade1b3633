"""The tables that the console exporter prints, for any width of a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from rich.console import Console

    from aiperf.common.models import RunResult, Statistics

_COLUMNS = ("avg", "min", "max", "p99", "p90", "p75", "p50", "std")
_DISPENSABLE = ("p75", "std", "p90", "min", "max", "p50", "p99")
"""The columns that a narrow terminal does without, the first one first."""
_MOST_ERRORS = 20
_COUNTS = frozenset({"requests"})
"""Units of which there are no halves."""


def distributions_that_fit(statistics: Iterable[Statistics], console: Console) -> Table:
    """Return the table of metrics with as many columns as ``console`` has room for."""
    table = _distributions(statistics, ())
    for count in range(1, len(_DISPENSABLE) + 1):
        if least_width(table, console) <= console.width:
            break
        table = _distributions(statistics, _DISPENSABLE[:count])
        table.caption = f"The files, and a wider terminal, have {', '.join(_DISPENSABLE[:count])}."
    return table


def single_values_table(statistics: Iterable[Statistics]) -> Table:
    """Return the table of the metrics that have one value for the run."""
    table = Table(title="AIPerf | Whole Run")
    table.add_column("Metric", justify="right", style="cyan")
    table.add_column("Value", justify="right", style="green", no_wrap=True)
    for each in statistics:
        is_count = each.unit in _COUNTS and each.avg == int(each.avg)
        table.add_row(_name(each), f"{each.avg:,.0f}" if is_count else _number(each.avg))
    return table


def errors_table(result: RunResult) -> Table:
    """Return the table of errors, the most frequent first, and how many requests that is."""
    ordered = sorted(result.errors, key=lambda each: -each.count)
    table = Table(title="AIPerf | Error Summary", title_style="red", caption=_share(result))
    table.add_column("Code", justify="right", style="yellow", no_wrap=True)
    table.add_column("Type", justify="right", style="yellow", overflow="fold")
    table.add_column("Message", style="yellow", overflow="fold")
    table.add_column("Count", justify="right", style="yellow", no_wrap=True)
    for each in ordered[:_MOST_ERRORS]:
        table.add_row(
            "N/A" if each.error.code is None else str(each.error.code),
            Text(printable(each.error.type)),
            Text(printable(each.error.message)),
            f"{each.count:,}",
        )
    return table


def printable(text: str) -> str:
    """Return ``text`` on one line, without characters that would command the terminal."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def least_width(table: Table, console: Console) -> int:
    """Return how many columns of a terminal ``table`` takes at least."""
    unlimited = console.options.update(max_width=sys.maxsize)
    return Measurement.get(console, unlimited, table).minimum


def _distributions(statistics: Iterable[Statistics], left_out: Collection[str]) -> Table:
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
        table.add_row(_name(each), *(_number(values.get(name)) for name in columns))
    return table


def _share(result: RunResult) -> str:
    """Return how many of all requests failed, and how many kinds the table leaves out."""
    bad = sum(each.count for each in result.errors)
    good = next((each.avg for each in result.statistics if each.tag == "request_count"), 0.0)
    found = f"{bad:,} of {bad + good:,.0f} requests ({bad / (bad + good):.1%})"
    left = len(result.errors) - _MOST_ERRORS
    return f"{found}; and {left} more kinds; all are in the JSON file" if left > 0 else found


def _name(statistics: Statistics) -> Text:
    return Text(printable(f"{statistics.header} ({statistics.unit})"))


def _number(value: float | None) -> Text:
    """Return a number with two decimals."""
    return Text("N/A", style="dim") if value is None else Text(f"{value:,.2f}")
