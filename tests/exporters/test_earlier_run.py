"""What an earlier run has left in the directory, for every exporter that writes at the end."""

from __future__ import annotations

import pytest

from aiperf.exporters.csv_file import CSVExporter
from aiperf.exporters.html_file import HTMLExporter
from aiperf.exporters.json_file import JSONExporter
from aiperf.testing import samples


@pytest.mark.parametrize("exporter", [CSVExporter, HTMLExporter, JSONExporter])
def test_an_earlier_run_s_results_are_gone_once_a_run_begins(exporter, output):
    """A run that is killed then does not pass for the one before it."""
    made = exporter(config=output)
    made.start(samples.Context())
    made.finish(samples.result())
    assert len(list(output.artifact_dir.iterdir())) == 1
    exporter(config=output).start(samples.Context())
    assert list(output.artifact_dir.iterdir()) == []
