"""The CSV artifact, read back by the csv module."""

from __future__ import annotations

import csv
import io

import pytest

import aiperf
from aiperf.common.config import OutputConfig
from aiperf.common.errors import ExportError
from aiperf.exporters.csv_file import CSVExporter

PERCENTILES = ["p1", "p5", "p10", "p25", "p50", "p75", "p90", "p95", "p99"]
VALUES = ["1.5", "5.5", "10.5", "25.5", "50.5", "75.5", "90.5", "95.5", "99"]


@pytest.fixture
def export(output, context):
    """Give the function that exports a result and returns the text of the file."""

    def run(result):
        exporter = CSVExporter(config=output)
        exporter.start(context)
        path = exporter.finish(result)
        assert path == str(output.artifact_dir / "profile_export_aiperf.csv")
        return (output.artifact_dir / "profile_export_aiperf.csv").read_bytes().decode()

    return run


def sections(text):
    """Return the sections of the file, each a list of rows, as the csv module reads them."""
    found = [[]]
    for row in csv.reader(io.StringIO(text, newline="")):
        if row:
            found[-1].append(row)
        else:
            found.append([])
    return found


def test_the_whole_file(export, make_result):
    """Distributions, single values, provenance; each with a header, a blank line between them."""
    distributions, values, provenance = sections(export(make_result()))
    assert distributions == [
        ["Metric", "avg", "min", "max", "sum", *PERCENTILES, "std", "count"],
        ["Request Latency (ms)", "12.5", "10", "1234.567891", "50", *VALUES, "0.25", "4"],
    ]
    assert values == [
        ["Metric", "Value"],
        ["Request Count", "4"],
        ["Request Throughput (requests/sec)", "2.25"],
    ]
    assert provenance == [
        ["Provenance", "Value"],
        ["aiperf_version", aiperf.__version__],
        ["command.0", "aiperf"],
        ["command.1", "profile"],
        ["command.2", "--model"],
        ["command.3", "a, b"],
        [
            "implementations.0",
            '{"factory": "endpoint", "identifier": "openai_chat", "sha256": "00ff"}',
        ],
        ["overrides.endpoint.chat", "openai_chat"],
        ["disabled", "[]"],
        ["nothing", "null"],
    ]


def test_a_reader_that_knows_nothing_of_sections_can_read_it(export, make_result):
    """It sees the first header, and the later rows as short ones: none is wider."""
    rows = list(csv.DictReader(io.StringIO(export(make_result()), newline="")))
    assert rows[0]["Metric"] == "Request Latency (ms)"
    assert float(rows[0]["p99"]) == 99.0
    assert all(None not in row for row in rows)
    assert [row["Metric"] for row in rows].index("Provenance") == 4


def test_without_distributions_the_file_begins_with_the_values(export, make_result):
    """A section without rows has no header either."""
    result = make_result()
    found = sections(export(make_result(statistics=result.statistics[1:])))
    assert [each[0][0] for each in found] == ["Metric", "Provenance"]


def test_without_results_there_is_the_provenance(export, make_result):
    """Whatever happened, the file says what ran."""
    found = sections(export(make_result(statistics=())))
    assert [each[0][0] for each in found] == ["Provenance"]


def test_any_text_comes_back(export, make_result):
    """Separators, quotes and line breaks are quoted; undecodable bytes are shown."""
    values = {"quotes": 'say "x", y', "lines": "one\ntwo", "bytes": "caf\udce9"}
    _, _, rows = sections(export(make_result(provenance=values)))
    assert rows[2:] == [
        ["quotes", 'say "x", y'],
        ["lines", "one\ntwo"],
        ["bytes", "caf\\udce9"],
    ]


def test_a_place_that_cannot_be_written_is_an_error_before_the_run(tmp_path, context):
    """It names the file."""
    (tmp_path / "taken").touch()
    exporter = CSVExporter(config=OutputConfig(tmp_path / "taken"))
    with pytest.raises(ExportError, match=r"cannot write .*profile_export_aiperf\.csv"):
        exporter.start(context)
