"""A comparison of runs as text: one table, and what to doubt below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.benchmark.comparison import Verdict
from aiperf.cli.table import right_aligned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiperf.benchmark.comparison import Comparison, Difference, Row

_MARKS = {
    Verdict.SAME: "equal",
    Verdict.BETTER: "better",
    Verdict.WORSE: "WORSE",
    Verdict.DIFFERENT: "differs",
    Verdict.NOISE: "~ noise",
    Verdict.UNSURE: "?",
}
_SIGNIFICANT = 4


def comparison_text(comparison: Comparison) -> str:
    """Return the table of metrics, what its marks mean, and the warnings."""
    lines = [right_aligned(*comparison_table(comparison), left=2), "", *explanation(comparison)]
    if comparison.warnings:
        lines += ["", *(f"Warning: {each}" for each in comparison.warnings)]
    return "\n".join(lines)


def comparison_table(comparison: Comparison) -> tuple[list[str], list[list[str]]]:
    """Return the header of the table, and its rows."""
    is_pair = len(comparison.runs) == 2  # noqa: PLR2004 - two runs have room for more columns
    return _pair(comparison) if is_pair else _many(comparison)


def _pair(comparison: Comparison) -> tuple[list[str], list[list[str]]]:
    base, other = comparison.runs
    percent = f"{100 * comparison.confidence:g} %"
    header = ["metric", "", base.name, other.name, "diff", "diff %", f"{percent} interval", ""]
    rows = []
    for row, name in _named(comparison.rows):
        (difference,) = row.differences
        rows.append(
            [
                name,
                row.statistic,
                *(_number(value) for value in row.values),
                _signed(difference.absolute) if difference else "",
                _percent(difference.relative) if difference else "",
                _interval(difference, row.values[0]),
                _MARKS[difference.verdict] if difference else "",
            ]
        )
    return header, rows


def _many(comparison: Comparison) -> tuple[list[str], list[list[str]]]:
    base, *others = comparison.runs
    header = ["metric", "", base.name]
    for run in others:
        header += [run.name, "diff %", ""]
    rows = []
    for row, name in _named(comparison.rows):
        cells = [name, row.statistic, _number(row.values[0])]
        for value, difference in zip(row.values[1:], row.differences, strict=True):
            cells += [
                _number(value),
                _percent(difference.relative) if difference else "",
                _MARKS[difference.verdict] if difference else "",
            ]
        rows.append(cells)
    return header, rows


def _named(rows: Sequence[Row]) -> Iterator[tuple[Row, str]]:
    """Yield each row with the metric's name and unit, which only its first row has."""
    last = ""
    for row in rows:
        if not (_is_equal(row) or _is_alone(row)):
            yield row, "" if row.tag == last else f"{row.tag} ({row.unit})"
            last = row.tag


def _is_equal(row: Row) -> bool:
    """Say whether all runs have the same value, which needs no row."""
    return all(each is not None and each.verdict is Verdict.SAME for each in row.differences)


def _is_alone(row: Row) -> bool:
    """Say whether there is nothing to compare: the first run, or all others, lack the value."""
    return all(each is None for each in row.differences)


def explanation(comparison: Comparison) -> Iterator[str]:
    """Yield what has no row, and what the marks mean."""
    equal = [row.tag for row in comparison.rows if _is_equal(row)]
    if equal:
        yield f"Equal in all runs: {', '.join(dict.fromkeys(equal))}."
    alone = [row.tag for row in comparison.rows if _is_alone(row)]
    if alone:
        yield f"Not in both of two runs: {', '.join(dict.fromkeys(alone))}."
    verdicts = {each.verdict for row in comparison.rows for each in row.differences if each}
    if Verdict.NOISE in verdicts:
        yield (
            f"~ noise: the {100 * comparison.confidence:g} % interval of the difference has 0 in "
            "it, so these runs do not show one."
        )
    if Verdict.UNSURE in verdicts:
        yield "?: too little is known of single requests to say how sure the difference is."
    if verdicts & {Verdict.BETTER, Verdict.WORSE, Verdict.DIFFERENT}:
        yield (
            "Intervals are from the variation within each run. Repeated runs vary more: repeat "
            "both before you believe a small difference."
        )


def _interval(difference: Difference | None, base: float | None) -> str:
    """Return the interval as percent of the first run's value, or in the unit where that is 0."""
    if difference is None or difference.interval is None:
        return ""
    low, high = difference.interval
    if not base:
        return f"[{_signed(low)}, {_signed(high)}]"
    return f"[{_percent(low / abs(base))}, {_percent(high / abs(base))}]"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{round(100 * share, 1) + 0.0:+.1f} %"


def _signed(value: float) -> str:
    text = _number(value)
    return text if value <= 0 else f"+{text}"


def _number(value: float | None) -> str:
    """Return a number with about four significant digits."""
    if value is None:
        return "-"
    if value == 0:
        return "0"
    digits = len(f"{abs(value):.0f}") if abs(value) >= 1 else 0
    return f"{value:,.{max(0, _SIGNIFICANT - digits)}f}"
