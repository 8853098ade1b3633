"""HTML tables of the report. Text is escaped by its type: only ``Markup`` is taken as HTML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from aiperf.exporters.report_numbers import MISSING, largest, number, whole_or_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aiperf.common.models import ErrorCount, Statistics
    from aiperf.exporters.report_charts import Chart

_PERCENTILES = (50, 75, 90, 95, 99)
_HEADER = ("avg", "min", *(f"p{p}" for p in _PERCENTILES), "max", "std", "count")
_MOST_ERRORS = 100

_TABLE = Markup(
    '<div class="scroll{shape}" tabindex="0" role="region" aria-label="{label}"><table>'
    "<caption>{label}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>\n"
)
_COLUMN = Markup('<th scope="col">{}</th>')
_TEXT_COLUMN = Markup('<th scope="col" class="text">{}</th>')
_ROW = Markup("<tr>{}</tr>\n")
_ROW_NAME = Markup('<th scope="row">{}</th>')
_NAME_AND_UNIT = Markup('<th scope="row">{} <span class="unit">({})</span></th>')
_CELL = Markup("<td>{}</td>")
_TEXT_CELL = Markup('<td class="text">{}</td>')


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
        cells = [_CELL.format(number(value, like)) for value in values]
        cells.append(_CELL.format(f"{each.count:,}"))
        rows.append([_NAME_AND_UNIT.format(each.header, each.unit), *cells])
    return _table("Metrics of requests", ("metric", *_HEADER), rows) if rows else Markup()


def single_values_table(statistics: Iterable[Statistics]) -> Markup:
    """Return the metrics of the run as a whole."""
    rows = [
        [_NAME_AND_UNIT.format(each.header, each.unit), _CELL.format(whole_or_number(each.avg))]
        for each in statistics
        if each.min is None
    ]
    return _table("Metrics of the run", ("metric", "value"), rows, shape=" narrow")


def error_table(errors: Sequence[ErrorCount]) -> Markup:
    """Return each kind of error with its count, the most frequent first."""
    ordered = sorted(errors, key=lambda each: -each.count)
    rows = [
        [
            _ROW_NAME.format(each.error.type),
            _CELL.format(MISSING if each.error.code is None else each.error.code),
            _CELL.format(f"{each.count:,}"),
            _TEXT_CELL.format(each.error.message),
        ]
        for each in ordered[:_MOST_ERRORS]
    ]
    left = len(ordered) - _MOST_ERRORS
    label = "Errors by kind" + (f"; {left:,} more kinds are in the JSON file" if left > 0 else "")
    return _table(label, ("type", "code", "requests", "message"), rows, text_from=3)


def chart_table(chart: Chart) -> Markup:
    """Return the numbers that a chart draws."""
    rows = [
        [Markup("<td>") + Markup("</td><td>").join(row) + Markup("</td>")] for row in chart.rows
    ]
    return _table(chart.title, chart.columns, rows)


def nested_table(label: str, values: Mapping[str, Any]) -> Markup:
    """Return every value of a nested mapping, under its path as ``a.b.c``."""
    rows = [[_ROW_NAME.format(name), _TEXT_CELL.format(text)] for name, text in flattened(values)]
    return _table(label, ("name", "value"), rows, text_from=1)


def records_table(label: str, columns: Sequence[str], items: Iterable[Any]) -> Markup:
    """Return a row for each mapping in ``items``; other items are left out."""
    rows = [
        [_TEXT_CELL.format(_as_text(each.get(name))) for name in columns]
        for each in items
        if isinstance(each, Mapping)
    ]
    return _table(label, columns, rows, text_from=0)


def flattened(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each value that is no mapping."""
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from flattened(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", _as_text(value)


def _table(
    label: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Markup]],
    text_from: int = 99,
    shape: str = "",
) -> Markup:
    head = Markup().join(
        (_TEXT_COLUMN if index >= text_from else _COLUMN).format(column)
        for index, column in enumerate(columns)
    )
    body = Markup().join(_ROW.format(Markup().join(row)) for row in rows)
    return _TABLE.format(label=label, head=head, body=body, shape=shape)


def _as_text(value: Any) -> str:
    """Return text as it is, nothing as a dash, and anything else as JSON."""
    if value is None:
        return MISSING
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
