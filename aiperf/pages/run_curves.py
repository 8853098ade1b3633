"""Plots of several runs: latency against throughput, throughput, percentiles, errors.

All of it is from the runs' summaries, whose statistics are exact.
"""

from __future__ import annotations

from itertools import cycle, product
from typing import TYPE_CHECKING, Any

import numpy as np

from aiperf.pages.charts import ACCENT, BAD, THIRD, Chart, axis, rounded
from aiperf.pages.numbers import number
from aiperf.pages.shown_runs import COLOURS, groups_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aiperf.pages.shown_runs import Group, ShownRun

LATENCIES = {
    "time_to_first_token": "Time to first token",
    "inter_token_latency": "Inter-token latency",
    "request_latency": "Request latency",
}
_PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)
_DASHES = ("solid", "dash", "dot")
_MOST_NAMES = 12
_LONGEST = 24
"""Letters of a name in a plot: there is no room for more; the tables have all."""


def run_charts(runs: Sequence[ShownRun]) -> dict[str, Sequence[Chart]]:
    """Return the charts below each heading, of runs that have results."""
    measured = [run for run in runs if run.has("request_throughput")]
    if not measured:
        return {}
    groups = groups_of(measured)
    latencies = [tag for tag in LATENCIES if any(run.has(tag, "p50") for run in measured)]
    has_tokens = any(run.has("output_token_throughput") for run in measured)
    against = "output_token_throughput" if has_tokens else "request_throughput"
    curves = [_latency_curve(tag, against, groups) for tag in latencies]
    if any(run.has("output_token_throughput_per_user", "p50") for run in measured):
        curves.append(_user_curve(groups))
    bars = [_bars("request_throughput", "Requests", ("goodput", "good"), measured)]
    if has_tokens:
        bars.append(_bars("output_token_throughput", "Output tokens", None, measured))
    if any(run.value("error_request_count") > 0 for run in runs):
        bars.append(_errors(runs))
    return {
        "Latency against throughput": curves,
        "Throughput": bars,
        "Latencies by percentile": [_percentiles(tag, measured) for tag in latencies],
    }


def _latency_curve(tag: str, against: str, groups: Sequence[Group]) -> Chart:
    title = LATENCIES[tag]
    unit = _unit(groups, tag)
    what = "Output tokens (tokens/s)" if "token" in against else "Requests (requests/s)"
    traces = [
        _curve(group, f"{_of(group, groups)}{statistic}", dash, (against, "avg"), (tag, statistic))
        for group in groups
        for statistic, dash in (("p50", "solid"), ("p99", "dash"))
    ]
    runs = [run for group in groups for run in group.ordered()]
    return Chart(
        key=f"{tag}-against-throughput",
        title=f"{title} against throughput",
        note=f"The median and the 99th percentile of each run at its throughput. {_joined(groups)}",
        traces=traces,
        layout=_layout(what, f"{title} ({unit})"),
        columns=("run", what, f"p50 ({unit})", f"p99 ({unit})"),
        rows=[
            (
                run.name,
                number(run.value(against)),
                number(run.value(tag, "p50")),
                number(run.value(tag, "p99")),
            )
            for run in runs
        ],
    )


def _user_curve(groups: Sequence[Group]) -> Chart:
    own, whole = "Tokens of a user (tokens/s)", "Tokens of all users (tokens/s)"
    tags = ("output_token_throughput_per_user", "output_token_throughput")
    return Chart(
        key="users-against-throughput",
        title="Throughput against speed for each user",
        note="The output tokens a second of all requests together, and the median of what one of "
        f"them gets. {_joined(groups)}",
        traces=[
            _curve(group, _of(group, groups) or "runs", "solid", (tags[0], "p50"), (tags[1], "avg"))
            for group in groups
        ],
        layout=_layout(own, whole),
        columns=("run", own, whole),
        rows=[
            (run.name, number(run.value(tags[0], "p50")), number(run.value(tags[1])))
            for group in groups
            for run in group.ordered()
        ],
    )


def _curve(
    group: Group, name: str, dash: str, x: tuple[str, str], y: tuple[str, str]
) -> dict[str, Any]:
    """Return a point for each run, joined if they differ in load; solid curves name them."""
    runs = group.ordered()
    is_named = dash == "solid" and len(runs) <= _MOST_NAMES
    mode = "lines+markers" if group.is_line else "markers"
    return {
        "type": "scatter",
        "mode": f"{mode}+text" if is_named else mode,
        "name": name.strip(),
        "x": rounded(np.array([run.value(*x) for run in runs])),
        "y": rounded(np.array([run.value(*y) for run in runs])),
        "text": [_short(run, group) for run in runs],
        "textposition": group.place,
        "hovertext": [_plain(run.name) for run in runs],
        "line": {"color": group.colour, "width": 2, "dash": dash},
        "marker": {
            "color": group.colour,
            "size": 8,
            "symbol": "circle" if dash == "solid" else "diamond-open",
        },
        "cliponaxis": False,
    }


def _of(group: Group, groups: Sequence[Group]) -> str:
    """Return what tells a group from the others, before the name of a curve."""
    return f"{_plain(group.name)} " if len(groups) > 1 else ""


def _plain(text: str) -> str:
    """Return the end of a text so that plotly shows it as it is: it takes some tags of HTML."""
    if len(text) > _LONGEST:
        text = f"\N{HORIZONTAL ELLIPSIS}{text[-_LONGEST:]}"
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _short(run: ShownRun, group: Group) -> str:
    return f"{run.load:g}" if group.is_line and run.load is not None else _plain(run.name)


def _joined(groups: Sequence[Group]) -> str:
    if not any(group.is_line for group in groups):
        return "Each point is named for its run."
    return "Numbers beside points are the load; a line joins runs that differ in it."


def _bars(tag: str, what: str, beside: tuple[str, str] | None, runs: Sequence[ShownRun]) -> Chart:
    unit = "requests/s" if tag == "request_throughput" else "tokens/s"
    series = [("all", tag, ACCENT)]
    if beside is not None and any(run.has(beside[0]) for run in runs):
        series.append((beside[1], beside[0], THIRD))
    return Chart(
        key=f"{tag}-of-runs",
        title=f"{what} a second",
        note="The throughput of each run"
        + (", and that of requests that met every objective." if len(series) > 1 else "."),
        traces=[_bar(label, [run.value(each) for run in runs], colour)
                for label, each, colour in series],
        layout=_bar_layout(runs, f"{what} ({unit})", showlegend=len(series) > 1),
        columns=("run", *(f"{label} ({unit})" for label, *_ in series)),
        rows=[(run.name, *(number(run.value(each)) for _, each, _ in series)) for run in runs],
    )  # fmt: skip


def _errors(runs: Sequence[ShownRun]) -> Chart:
    counts = [run.value("error_request_count") for run in runs]
    return Chart(
        key="errors-of-runs",
        title="Errors",
        note="Requests of each run that failed or were cancelled.",
        traces=[_bar("errors", counts, BAD)],
        layout=_bar_layout(runs, "Requests", showlegend=False),
        columns=("run", "failed or cancelled (requests)"),
        rows=[(run.name, number(count)) for run, count in zip(runs, counts, strict=True)],
    )


def _bar(name: str, y: list[float], colour: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": name,
        "x": list(range(len(y))),
        "y": rounded(np.array(y)),
        "marker": {"color": colour},
    }


def _bar_layout(runs: Sequence[ShownRun], title: str, *, showlegend: bool) -> dict[str, Any]:
    """Return the layout of bars that stand in the order of the runs, and have their names."""
    names = {"tickvals": list(range(len(runs))), "ticktext": [_plain(run.name) for run in runs]}
    return {
        "xaxis": axis("Run", **names),
        "yaxis": axis(title, rangemode="tozero"),
        "showlegend": showlegend,
    }


def _percentiles(tag: str, runs: Sequence[ShownRun]) -> Chart:
    title = LATENCIES[tag]
    shown = [run for run in runs if run.has(tag, "p50")]
    unit = next(run.metrics[tag]["unit"] for run in shown)
    keys = [f"p{each}" for each in _PERCENTILES]
    styles = cycle((colour, dash) for dash, colour in product(_DASHES, COLOURS))
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": _plain(run.name),
            "x": keys,
            "y": rounded(np.array([run.value(tag, key) for key in keys])),
            "line": {"color": colour, "width": 2, "dash": dash},
            "marker": {"color": colour, "size": 5},
        }
        for run, (colour, dash) in zip(shown, styles, strict=False)
    ]
    return Chart(
        key=f"{tag}-percentiles-of-runs",
        title=f"{title} by percentile",
        note="The value that so many percent of a run's requests do not exceed.",
        traces=traces,
        layout=_layout("Percentile", f"{title} ({unit})", type="category"),
        columns=("run", *(f"{key} ({unit})" for key in keys)),
        rows=[(run.name, *(number(run.value(tag, key)) for key in keys)) for run in shown],
    )


def _layout(x: str, y: str, **more: Any) -> dict[str, Any]:
    return {
        "xaxis": axis(x, **(more or {"rangemode": "tozero"})),
        "yaxis": axis(y, rangemode="tozero"),
        "showlegend": True,
        "hovermode": "closest",
    }


def _unit(groups: Iterable[Group], tag: str) -> str:
    runs: Iterator[ShownRun] = (run for group in groups for run in group.runs)
    return next(str(run.metrics[tag]["unit"]) for run in runs if tag in run.metrics)
