"""The page of ``report.html``: what it says, and in which order."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from aiperf.exporters.goodput_sentence import goodput_sentence
from aiperf.exporters.report_tables import (
    distribution_table,
    error_table,
    single_values_table,
)
from aiperf.pages.frame import about, block, chart_sections, foot, items, notice, section, top
from aiperf.pages.numbers import number, whole_or_number
from aiperf.pages.tables import nested_table, records_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aiperf.common.models import RunResult, Statistics
    from aiperf.pages.charts import Chart

_TILE = Markup('<div class="tile"><dt>{}</dt><dd>{} <small>{}</small></dd>{}</div>\n')
_TILE_MORE = Markup('<dd class="more">{}</dd>')
_TILES = (
    ("request_throughput", ()),
    ("output_token_throughput", ()),
    ("goodput", ()),
    ("time_to_first_token", (50, 99)),
    ("inter_token_latency", (50, 99)),
    ("request_latency", (50, 99)),
)
_IMPLEMENTATION = (
    *("factory", "class_type", "identifier", "origin", "distribution", "version"),
    *("module", "sha256"),
)


def page_title(result: RunResult) -> str:
    """Return what a browser calls the page."""
    return f"{_title(result)} | AIPerf report"


def body(result: RunResult, charts: Mapping[str, Sequence[Chart]]) -> Iterator[Markup]:
    """Yield what the page says of a run, from its top to its foot, with places for its charts."""
    by_tag = {each.tag: each for each in result.statistics}
    good = goodput_sentence(result)
    yield top(
        _title(result),
        Markup().join(
            (
                *map(about, _about(result)),
                *_notices(result),
                _tiles(by_tag),
                about(good, "below") if good else Markup(),
            )
        ),
    )
    yield chart_sections(charts)
    if result.errors:
        yield section("Errors by kind", error_table(result.errors))
    if result.statistics:
        yield section(
            "All metrics",
            distribution_table(result.statistics) + single_values_table(result.statistics),
        )
    yield section("How it was measured", _origins(result))
    yield foot("The report", "Metrics")


def _title(result: RunResult) -> str:
    model = result.config.get("model")
    endpoint = _within(result.config, "types", "endpoint")
    return " · ".join(str(each) for each in (model, endpoint) if each) or "A run"


def _about(result: RunResult) -> Iterator[str]:
    begun = datetime.fromtimestamp(result.anchor.to_wall(result.start_ns) / 1e9, UTC)
    seconds = (result.end_ns - result.start_ns) / 1e9
    url = _within(result.config, "transport", "url")
    parts = [
        f"at {url}" if url else "",
        f"{begun:%Y-%m-%d %H:%M:%S} UTC",
        f"{number(seconds)} s" + (", warm-up included" if _warms_up(result) else ""),
        "streamed" if result.config.get("streaming") else "",
    ]
    yield ", ".join(each for each in parts if each)


def _notices(result: RunResult) -> Iterator[Markup]:
    if result.was_cancelled:
        yield notice(
            "warn",
            "The run was cancelled",
            Markup("<p>What is shown here is what was measured until then.</p>"),
        )
    if has_none := _has_none(result):
        yield notice("warn", "There are no results", Markup("<p>No request succeeded.</p>"))
    if result.warnings:
        yield notice("warn", "To be considered", items(result.warnings))
    health = _health(result.client_health)
    if health and not result.warnings and not has_none:
        text = Markup("<p>{}</p>").format(health)
        yield notice("good", "No warnings", text)
    elif health:
        yield about(health)


def _warms_up(result: RunResult) -> bool:
    """Return whether a warm-up was part of the run."""
    names = ("warmup_request_count", "warmup_session_count", "warmup_duration")
    return any(_within(result.config, "load", name) for name in names)


def _has_none(result: RunResult) -> bool:
    """Return whether no request succeeded."""
    counts = [each.avg for each in result.statistics if each.tag == "request_count"]
    return not (counts[0] if counts else result.statistics)


def _health(health: Mapping[str, Any]) -> str:
    """Return what the client itself did during the run, in a sentence; nothing if unknown."""
    share, lag = health.get("cpu_share"), health.get("loop_lag_ms")
    parts = []
    if isinstance(share, int | float):
        parts.append(f"The client used {share:.0%} of a core")
    if lag and isinstance(lag.get("p99"), int | float):
        parts.append(
            f"its event loop was late by {number(lag['p99'])} ms at p99 (at most "
            f"{number(lag.get('max'))} ms)"
        )
    return f"{', and '.join(parts)}." if parts else ""


def _tiles(by_tag: Mapping[str, Statistics]) -> Markup:
    tiles = []
    valid, failed = by_tag.get("request_count"), by_tag.get("error_request_count")
    if valid is not None:
        more = f"{whole_or_number(failed.avg)} failed or cancelled" if failed is not None else ""
        tiles.append(_tile("Valid requests", whole_or_number(valid.avg), "", more))
    for tag, percentiles in _TILES:
        metric = by_tag.get(tag)
        if metric is None:
            continue
        if not metric.percentiles:
            tiles.append(_tile(metric.header, number(metric.avg), "", metric.unit))
            continue
        first, *others = (p for p in percentiles if p in metric.percentiles)
        more = ", ".join(f"p{p} {number(metric.percentiles[p])} {metric.unit}" for p in others)
        value = number(metric.percentiles[first])
        tiles.append(_tile(f"{metric.header}, p{first}", value, metric.unit, more))
    return (
        Markup('<dl class="tiles">\n{}</dl>\n').format(Markup().join(tiles)) if tiles else Markup()
    )


def _tile(name: str, value: str, unit: str, more: str) -> Markup:
    return _TILE.format(name, value, unit, _TILE_MORE.format(more) if more else "")


def _origins(result: RunResult) -> Markup:
    """Return the command, the configuration and which code ran, to be opened."""
    known = dict(result.provenance)
    command = known.pop("command", ())
    implementations = known.pop("implementations", ())
    plugins = known.pop("plugins", ())
    words = command if isinstance(command, list | tuple) else [command]
    parts = [Markup("<h3>Command</h3>\n<pre>{}</pre>\n<br>\n").format(shlex.join(map(str, words)))]
    parts.append(
        block("Configuration", nested_table("Every option, defaults included", result.config))
    )
    parts.append(
        block(
            f"Implementations that ran ({len(implementations)})",
            records_table("Which code made these numbers", _IMPLEMENTATION, implementations),
        )
    )
    if plugins:
        parts.append(
            block(
                f"Plugins ({len(plugins)})",
                records_table("Plugins that were found", ("name", "status", "why"), plugins),
            )
        )
    parts.append(block("Client health", nested_table("The client", result.client_health)))
    parts.append(block("Versions and overrides", nested_table("Provenance", known)))
    return Markup().join(parts)


def _within(config: Mapping[str, Any], *names: str) -> Any:
    value: Any = config
    for name in names:
        value = value.get(name) if hasattr(value, "get") else None
    return value
