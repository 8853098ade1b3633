"""Both classes are held to what AIPerf expects of any metric and any exporter."""

from __future__ import annotations

from team_report.markdown_file import MarkdownExporter
from team_report.normalized_latency import NormalizedLatencyMetric

from aiperf.testing import ExporterContract, MetricContract
from aiperf.testing.samples import record


class TestNormalizedLatencyMetric(MetricContract):
    """The mean time for each token."""

    implementation = NormalizedLatencyMetric
    requires = ("request_latency", "output_sequence_length")
    examples = (
        (record(metrics={"request_latency": 100.0, "output_sequence_length": 40}), 2.5),
        (record(metrics={"request_latency": 100.0, "output_sequence_length": 0}), None),
    )


class TestMarkdownExporter(ExporterContract):
    """The summary."""

    implementation = MarkdownExporter
    file_name = "summary.md"
