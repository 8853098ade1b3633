"""A plot of the report: what plotly draws, and the same in words and as a table.

A figure is plain data in the form of https://plotly.com/javascript/reference/; plotly's Python
classes, which check it, are not imported. A colour is the name of one of the page's, such as
``var(--accent)``: the page's script puts the colour of the light or the dark theme in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from aiperf.pages.numbers import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ACCENT, SECOND, THIRD, BAD, SOFT = (
    f"var(--{name})" for name in ("accent", "second", "third", "bad", "soft")
)

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Chart:
    """One plot.

    ``note`` says what is drawn, in sentences; ``columns`` and ``rows`` are the table for those who
    cannot see it.
    """

    key: str
    title: str
    note: str
    traces: Sequence[dict[str, Any]]
    layout: dict[str, Any]
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]

    def figure(self) -> dict[str, Any]:
        """Return what plotly takes, JSON-ready but for numpy's arrays."""
        return {"data": list(self.traces), "layout": self.layout}


def axis(title: str, **more: Any) -> dict[str, Any]:
    """Return an axis; ``title`` ends with the unit."""
    return {"title": {"text": title}, **more}


def over_time(title: str, duration_s: float, *, legend: bool, **more: Any) -> dict[str, Any]:
    """Return the layout of a plot of ``title`` over the run's time, from its begin to its end."""
    margin = 0.01 * duration_s
    return {
        "xaxis": axis("Time since the run began (s)", range=[-margin, duration_s + margin]),
        "yaxis": axis(title, rangemode="tozero"),
        "hovermode": "x unified",
        "showlegend": legend,
        **({} if legend else {"margin": {"t": 12}}),
        **more,
    }


def line(name: str, x: Floats, y: Floats, color: str, **more: Any) -> dict[str, Any]:
    """Return a line; ``dash`` and ``shape`` are plotly's."""
    style = {"color": color, "width": 2}
    style |= {key: more.pop(key) for key in ("dash", "shape", "width") if key in more}
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": rounded(x),
        "y": rounded(y),
        "line": style,
        **more,
    }


def steps(name: str, edges: Floats, y: Floats, color: str, **more: Any) -> dict[str, Any]:
    """Return a level line for each bin."""
    return line(name, edges, np.append(y, y[-1]), color, shape="hv", **more)


def dots(name: str, x: Floats, y: Floats, color: str, **more: Any) -> dict[str, Any]:
    """Return a dot for each value."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": rounded(x),
        "y": rounded(y),
        "marker": {"color": color, "size": 5, "opacity": 0.65},
        "cliponaxis": False,
        **more,
    }


def bars(name: str, x: Floats, widths: Floats, y: Floats, color: str) -> dict[str, Any]:
    """Return a bar for each bin, ``x`` its middle."""
    return {
        "type": "bar",
        "name": name,
        "x": rounded(x),
        "width": rounded(widths),
        "y": rounded(y),
        "marker": {"color": color},
    }


def upright(x: float, label: str, color: str, dash: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return an upright line through the plot at ``x``, and the text at its upper end."""
    shape = {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": x,
        "x1": x,
        "y0": 0,
        "y1": 1,
        "line": {"color": color, "width": 1.5, "dash": dash},
    }
    text = {
        "xref": "x",
        "yref": "paper",
        "x": x,
        "y": 1,
        "yanchor": "bottom",
        "showarrow": False,
        "text": label,
        "font": {"color": color, "size": 11},
    }
    return shape, text


def rounded(values: Floats) -> Floats:
    """Return ``values`` with six significant digits, so that the file is no longer than it need."""
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.floor(np.log10(np.abs(values)))
    power = np.where(np.isfinite(power), power, 0.0)
    scale = 10.0 ** (_DIGITS - 1 - power)
    found: Floats = np.where(np.isfinite(values), np.round(values * scale) / scale, np.nan)
    return found


def table_rows(*columns: Iterable[float]) -> list[tuple[str, ...]]:
    """Return the rows of a table of numbers."""
    return [tuple(number(each) for each in row) for row in zip(*columns, strict=True)]
