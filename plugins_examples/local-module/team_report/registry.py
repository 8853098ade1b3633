"""What this plugin brings; the module to name in ``AIPERF_PLUGIN_MODULES``."""

from __future__ import annotations

from aiperf import LazyEntry, hookimpl


@hookimpl
def aiperf_register_metric() -> list[LazyEntry]:
    """The class type of a metric is its tag."""
    return [
        LazyEntry(
            "normalized_latency",
            "team_report.normalized_latency",
            "NormalizedLatencyMetric",
            description="request latency for each output token",
            metadata={
                "scope": "record",
                "unit": "ms/token",
                "header": "Normalized Latency",
                "requires": ["request_latency", "output_sequence_length"],
                "needs": ["tokens"],
            },
        )
    ]


@hookimpl
def aiperf_register_exporter() -> list[LazyEntry]:
    """Every exporter that is registered writes its artifact in each run."""
    return [
        LazyEntry(
            "markdown",
            "team_report.markdown_file",
            "MarkdownExporter",
            description="summary.md",
        )
    ]
