"""The page of ``report.html``: what it says, in which order, and that it asks no network.

The page forbids itself everything but its own two scripts, by a content security policy with
their hashes (https://www.w3.org/TR/CSP3/#framework-directive-source-list): were text of a server
ever taken for markup, it could neither run nor send anything.
"""

from __future__ import annotations

import base64
import hashlib
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from aiperf._version import __version__
from aiperf.exporters.goodput_sentence import goodput_sentence
from aiperf.exporters.report_numbers import number, whole_or_number
from aiperf.exporters.report_tables import (
    chart_table,
    distribution_table,
    error_table,
    nested_table,
    records_table,
    single_values_table,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aiperf.common.models import RunResult, Statistics
    from aiperf.exporters.report_charts import Chart

_HEAD = Markup(
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<link rel="icon" href="data:,">\n<title>{title}</title>\n<style>\n{style}</style>\n</head>\n'
)
_TOP = Markup("<body>\n<header>\n<h1>{title}</h1>\n{about}{notices}{tiles}</header>\n<main>\n")
_ABOUT = Markup('<p class="about">{}</p>\n')
_BELOW = Markup('<p class="about below">{}</p>\n')
_NOTICE = Markup('<div class="notice {kind}" role="note"><strong>{title}</strong>{text}</div>\n')
_TILE = Markup('<div class="tile"><dt>{}</dt><dd>{} <small>{}</small></dd>{}</div>\n')
_TILE_MORE = Markup('<dd class="more">{}</dd>')
_SECTION = Markup(
    '<section aria-labelledby="{key}">\n<h2 id="{key}">{title}</h2>\n{text}</section>\n'
)
_CHART = Markup(
    '<figure><h3>{title}</h3><div class="plot" id="{key}" role="img" aria-label="{title}. {note}">'
    "</div><figcaption>{note}</figcaption>\n<details><summary>The numbers as a table</summary>"
    "{table}</details></figure>\n"
)
_BLOCK = Markup('<details class="block"><summary>{}</summary>{}</details>\n')
_FOOT = Markup(
    "<noscript><p>The plots need JavaScript; each has its numbers as a table.</p></noscript>\n"
    "</main>\n<footer><p>AIPerf {version}. What each plot and number means is in AIPerf's "
    "documentation, on the pages “The report” and “Metrics”.</p></footer>\n"
)
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


def page(
    result: RunResult, charts: Mapping[str, Sequence[Chart]], scripts: Sequence[bytes], data: bytes
) -> bytes:
    """Return the whole file.

    Args:
        result: The run.
        charts: The charts below each heading.
        scripts: The scripts of the page, in order; none contains ``</script``.
        data: The figures as JSON, for the last script.
    """
    hashes = " ".join(f"'{_hash(each)}'" for each in scripts)
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    title = f"{_title(result)} | AIPerf report"
    style = Markup((_here() / "report.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    text = Markup().join(
        [_HEAD.format(policy=policy, title=title, style=style), *_body(result, charts)]
    )
    return b"".join(
        (
            text.encode(errors="backslashreplace"),
            b'<script type="application/json" id="figures">',
            data.replace(b"<", b"\\u003c"),
            b"</script>\n",
            *(part for each in scripts for part in (b"<script>", each, b"</script>\n")),
            b"</body>\n</html>\n",
        )
    )


def own_script() -> bytes:
    """Return the script that draws the figures."""
    return (_here() / "report.js").read_bytes()


def _body(result: RunResult, charts: Mapping[str, Sequence[Chart]]) -> Iterator[Markup]:
    by_tag = {each.tag: each for each in result.statistics}
    good = goodput_sentence(result)
    yield _TOP.format(
        title=_title(result),
        about=Markup().join(_ABOUT.format(each) for each in _about(result)),
        notices=Markup().join(_notices(result)),
        tiles=_tiles(by_tag) + (_BELOW.format(good) if good else Markup()),
    )
    for title, group in charts.items():
        if group:
            text = Markup('<div class="charts">\n{}</div>\n').format(
                Markup().join(map(_chart, group))
            )
            yield _section(title, text)
    if result.errors:
        yield _section("Errors by kind", error_table(result.errors))
    if result.statistics:
        yield _section(
            "All metrics",
            distribution_table(result.statistics) + single_values_table(result.statistics),
        )
    yield _section("How it was measured", _origins(result))
    yield _FOOT.format(version=__version__)


def _section(title: str, text: Markup) -> Markup:
    return _SECTION.format(key=title.lower().replace(" ", "-"), title=title, text=text)


def _chart(chart: Chart) -> Markup:
    return _CHART.format(
        title=chart.title, key=chart.key, note=chart.note, table=chart_table(chart)
    )


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
        yield _notice(
            "warn",
            "The run was cancelled",
            Markup("<p>What is shown here is what was measured until then.</p>"),
        )
    if has_none := _has_none(result):
        yield _notice("warn", "There are no results", Markup("<p>No request succeeded.</p>"))
    if result.warnings:
        items = Markup().join(Markup("<li>{}</li>").format(each) for each in result.warnings)
        yield _notice("warn", "To be considered", Markup("<ul>{}</ul>").format(items))
    health = _health(result.client_health)
    if health and not result.warnings and not has_none:
        text = Markup("<p>{}</p>").format(health)
        yield _notice("good", "No warnings", text)
    elif health:
        yield _ABOUT.format(health)


def _warms_up(result: RunResult) -> bool:
    """Return whether a warm-up was part of the run."""
    names = ("warmup_request_count", "warmup_session_count", "warmup_duration")
    return any(_within(result.config, "load", name) for name in names)


def _has_none(result: RunResult) -> bool:
    """Return whether no request succeeded."""
    counts = [each.avg for each in result.statistics if each.tag == "request_count"]
    return not (counts[0] if counts else result.statistics)


def _notice(kind: str, title: str, text: Markup) -> Markup:
    return _NOTICE.format(kind=kind, title=title, text=text)


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
        _BLOCK.format(
            "Configuration", nested_table("Every option, defaults included", result.config)
        )
    )
    parts.append(
        _BLOCK.format(
            f"Implementations that ran ({len(implementations)})",
            records_table("Which code made these numbers", _IMPLEMENTATION, implementations),
        )
    )
    if plugins:
        parts.append(
            _BLOCK.format(
                f"Plugins ({len(plugins)})",
                records_table("Plugins that were found", ("name", "status", "why"), plugins),
            )
        )
    parts.append(_BLOCK.format("Client health", nested_table("The client", result.client_health)))
    parts.append(_BLOCK.format("Versions and overrides", nested_table("Provenance", known)))
    return Markup().join(parts)


def _within(config: Mapping[str, Any], *names: str) -> Any:
    value: Any = config
    for name in names:
        value = value.get(name) if hasattr(value, "get") else None
    return value


def _hash(script: bytes) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(script).digest()).decode()


def _here() -> Path:
    return Path(__file__).parent
