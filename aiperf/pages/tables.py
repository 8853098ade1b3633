"""HTML tables. Text is escaped by its type: only ``Markup`` is taken as HTML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from aiperf.pages.numbers import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aiperf.pages.charts import Chart

_TABLE = Markup(
    '<div class="scroll{shape}" tabindex="0" role="region" aria-label="{label}"><table>'
    "<caption>{label}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>\n"
)
_COLUMN = Markup('<th scope="col">{}</th>')
_TEXT_COLUMN = Markup('<th scope="col" class="text">{}</th>')
_ROW = Markup("<tr>{}</tr>\n")
ROW_NAME = Markup('<th scope="row">{}</th>')
NAME_AND_UNIT = Markup('<th scope="row">{} <span class="unit">({})</span></th>')
CELL = Markup("<td>{}</td>")
TEXT_CELL = Markup('<td class="text">{}</td>')


def chart_table(chart: Chart) -> Markup:
    """Return the numbers that a chart draws."""
    rows = [
        [Markup("<td>") + Markup("</td><td>").join(row) + Markup("</td>")] for row in chart.rows
    ]
    return table(chart.title, chart.columns, rows)


def nested_table(label: str, values: Mapping[str, Any]) -> Markup:
    """Return every value of a nested mapping, under its path as ``a.b.c``."""
    rows = [[ROW_NAME.format(name), TEXT_CELL.format(text)] for name, text in flattened(values)]
    return table(label, ("name", "value"), rows, text_from=1)


def records_table(label: str, columns: Sequence[str], items: Iterable[Any]) -> Markup:
    """Return a row for each mapping in ``items``; other items are left out."""
    rows = [
        [TEXT_CELL.format(_as_text(each.get(name))) for name in columns]
        for each in items
        if isinstance(each, Mapping)
    ]
    return table(label, columns, rows, text_from=0)


def flattened(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each value that is no mapping."""
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from flattened(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", _as_text(value)


def table(
    label: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Markup]],
    text_from: int = 99,
    shape: str = "",
) -> Markup:
    """Return a table of cells.

    Args:
        label: What it is of.
        columns: Their names.
        rows: The cells of each, made with those above.
        text_from: The first column that has text, and not numbers.
        shape: A class of the style, after a blank.
    """
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
