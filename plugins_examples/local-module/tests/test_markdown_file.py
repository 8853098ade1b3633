"""The summary that a run leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.common.config import OutputConfig
from aiperf.common.factories import ExporterFactory, PluginDiscovery
from aiperf.common.models import ClockAnchor, RunResult, Statistics

if TYPE_CHECKING:
    from pathlib import Path


def test_the_file(tmp_path: Path) -> None:
    """It has a row for each metric; what a metric does not have is left blank."""
    PluginDiscovery.discover_all()
    exporter = ExporterFactory.create_instance("markdown", config=OutputConfig(tmp_path))
    result = RunResult(
        statistics=(
            Statistics("a", "Latency", "ms", 1234.5, percentiles={50: 1, 99: 2}),
            Statistics("b", "Throughput", "requests/sec", 3),
        ),
        errors=(),
        anchor=ClockAnchor(0, 0),
        start_ns=0,
        end_ns=1,
        was_cancelled=False,
        config={"model": "m"},
        provenance={},
        client_health={},
        warnings=("Only two requests.",),
    )
    path = exporter.finish(result)
    assert path == str(tmp_path / "summary.md")
    assert (tmp_path / "summary.md").read_text(encoding="utf-8").splitlines() == [
        "# m",
        "",
        "| metric | unit | avg | p50 | p99 |",
        "|---|---|--:|--:|--:|",
        "| Latency | ms | 1,234.50 | 1.00 | 2.00 |",
        "| Throughput | requests/sec | 3.00 |  |  |",
        "",
        "**Only two requests.**",
    ]
