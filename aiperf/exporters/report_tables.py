"""The tables of the report of a run: its metrics and its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from aiperf.pages.numbers import MISSING, largest, number, whole_or_number
from aiperf.pages.tables import CELL, NAME_AND_UNIT, ROW_NAME, TEXT_CELL, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aiperf.common.models import ErrorCount, Statistics

_PERCENTILES = (50, 75, 90, 95, 99)
_HEADER = ("avg", "min", *(f"p{p}" for p in _PERCENTILES), "max", "std", "count")
_MOST_ERRORS = 100


def distribution_table(statistics: Iterable[Statistics]) -> Markup:
    """Return the metrics that have a distribution, with all their statistics; nothing for none."""
    rows = []
    for each in statistics:
        if each.min is None:
            continue
        values = (
            each.avg,
            each.min,
            *(each.percentiles.get(p) for p in _PERCENTILES),
            each.max,
            each.std,
        )
        like = largest(values)
        cells = [CELL.format(number(value, like)) for value in values]
        cells.append(CELL.format("" if each.sum is None else f"{each.count:,}"))
        rows.append([NAME_AND_UNIT.format(each.header, each.unit), *cells])
    return table("Metrics of requests", ("metric", *_HEADER), rows) if rows else Markup()


def single_values_table(statistics: Iterable[Statistics]) -> Markup:
    """Return the metrics of the run as a whole."""
    rows = [
        [NAME_AND_UNIT.format(each.header, each.unit), CELL.format(whole_or_number(each.avg))]
        for each in statistics
        if each.min is None
    ]
    return table("Metrics of the run", ("metric", "value"), rows, shape=" narrow")


def error_table(errors: Sequence[ErrorCount]) -> Markup:
    """Return each kind of error with its count, the most frequent first."""
    ordered = sorted(errors, key=lambda each: -each.count)
    rows = [
        [
            ROW_NAME.format(each.error.type),
            CELL.format(MISSING if each.error.code is None else each.error.code),
            CELL.format(f"{each.count:,}"),
            TEXT_CELL.format(each.error.message),
        ]
        for each in ordered[:_MOST_ERRORS]
    ]
    left = len(ordered) - _MOST_ERRORS
    label = "Errors by kind" + (f"; {left:,} more kinds are in the JSON file" if left > 0 else "")
    return table(label, ("type", "code", "requests", "message"), rows, text_from=3)
