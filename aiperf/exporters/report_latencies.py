"""The report's plots of how latencies are distributed over all requests of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from aiperf.exporters.report_series import centres, percentile_curve, value_edges
from aiperf.pages.charts import (
    ACCENT,
    BAD,
    SECOND,
    SOFT,
    THIRD,
    Chart,
    axis,
    bars,
    line,
    table_rows,
    upright,
)
from aiperf.pages.numbers import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from aiperf.common.models import Statistics

    Floats = NDArray[np.float64]

_MARKED = ((50, THIRD, "solid"), (90, SECOND, "dash"), (99, BAD, "dot"))
_SHARES = (50.0, 90.0, 99.0, 99.9, 99.99, 99.999)
_NEAR = 0.08
_LABEL_PX = 12


def distribution_charts(
    statistics: Mapping[str, Statistics], values: Mapping[str, Floats]
) -> Iterator[Chart]:
    """Yield, for each metric in ``values``, its histogram and its value at each percentile.

    Args:
        statistics: The metrics' statistics, by tag.
        values: Their values for each request, NaN where there is none.
    """
    for tag, each in values.items():
        found = each[np.isfinite(each)]
        if len(found):
            yield _histogram(statistics[tag], found)
            yield _percentiles(statistics[tag], found)


def _histogram(metric: Statistics, values: Floats) -> Chart:
    edges, beyond = value_edges(values)
    numbers = np.histogram(values, edges)[0].astype(np.float64)
    marked = [
        (metric.percentiles[p], p, color, dash)
        for p, color, dash in _MARKED
        if p in metric.percentiles
    ]
    shapes, texts = _marks(marked, float(edges[-1] - edges[0]))
    note = (
        f"How many of {len(values):,} requests had which {metric.header.lower()}, with lines at "
        + ", ".join(f"p{p} = {number(at)} {metric.unit}" for at, p, *_ in marked)
        + "."
    )
    if beyond:
        note += (
            f" {beyond:,} above {number(float(edges[-1]))} {metric.unit} (at most "
            f"{number(metric.max)} {metric.unit}) are not drawn."
        )
    return Chart(
        key=f"{metric.tag}-histogram",
        title=metric.header,
        note=note,
        traces=[bars("requests", centres(edges), np.diff(edges) * 0.94, numbers, SOFT)],
        layout={
            "xaxis": axis(f"{metric.header} ({metric.unit})"),
            "yaxis": axis("Requests"),
            "shapes": shapes,
            "annotations": texts,
            "showlegend": False,
        },
        columns=(f"from ({metric.unit})", f"to ({metric.unit})", "requests"),
        rows=table_rows(edges[:-1], edges[1:], numbers),
    )


def _marks(
    marked: Iterable[tuple[float, int, str, str]], reach: float
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return a line and a label for each percentile; labels too near to each other are stacked."""
    shapes, texts = [], []
    last, raised = -np.inf, 0
    for at, percentile, color, dash in marked:
        shape, text = upright(at, f"p{percentile}", color, dash)
        raised = raised + 1 if at - last < _NEAR * reach else 0
        text["yshift"] = _LABEL_PX * raised
        last = at
        shapes.append(shape)
        texts.append(text)
    return shapes, texts


def _percentiles(metric: Statistics, values: Floats) -> Chart:
    shares, curve = percentile_curve(values)
    ticks = [each for each in _SHARES if each / 100 <= shares[-1] + 1e-9]
    percents = 100 * shares
    trace: dict[str, Any] = line("", 1 / (1 - shares), curve, ACCENT)
    trace |= {
        "customdata": np.round(percents, 4),
        "hovertemplate": "p%{customdata}: %{y} " + metric.unit + "<extra></extra>",
    }
    return Chart(
        key=f"{metric.tag}-percentiles",
        title=f"{metric.header} by percentile",
        note=(
            f"That many percent of the requests had at most this {metric.header.lower()}. The axis "
            "is stretched towards 100 %, to show the slowest requests. It ends where only the "
            f"slowest one is left: {number(metric.max)} {metric.unit}."
        ),
        traces=[trace],
        layout={
            "xaxis": axis(
                "Percentile (%)",
                type="log",
                tickvals=[1, *(1 / (1 - each / 100) for each in ticks)],
                ticktext=["0", *(f"{each:g}" for each in ticks)],
            ),
            "yaxis": axis(f"{metric.header} ({metric.unit})", rangemode="tozero"),
            "showlegend": False,
            "margin": {"t": 12},
        },
        columns=("percentile (%)", f"{metric.header} ({metric.unit})"),
        rows=[(f"{p:.4g}", number(v)) for p, v in zip(percents, curve, strict=True)],
    )
