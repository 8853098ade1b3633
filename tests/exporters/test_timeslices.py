"""The files of a run's time slices, as readers of NVIDIA AIPerf's know them."""

from __future__ import annotations

import csv
import io
import json

import pytest

from aiperf.common.models import TimeSlice
from aiperf.exporters.timeslices_csv import TimeslicesCSVExporter
from aiperf.exporters.timeslices_json import TimeslicesJSONExporter

WALL_NS = 1_700_000_000_000_000_000


@pytest.fixture
def sliced(make_result):
    """Give the result of a run in two slices, the second one a short one."""
    statistics = make_result().statistics
    return make_result(
        slices=(
            TimeSlice(5_000_000_000, 6_000_000_000, is_complete=True, statistics=statistics),
            TimeSlice(6_000_000_000, 6_500_000_000, is_complete=False, statistics=statistics[2:]),
        )
    )


def written(kind, output, context, result):
    exporter = kind(config=output)
    exporter.start(context)
    path = exporter.finish(result)
    return None if path is None else (output.artifact_dir / path).read_text(encoding="utf-8")


def test_the_json_file(sliced, output, context):
    found = json.loads(written(TimeslicesJSONExporter, output, context, sliced))
    assert set(found) == {"timeslices", "input_config", "provenance"}
    first, last = found["timeslices"]
    assert (first["start_ns"], first["end_ns"]) == (WALL_NS, WALL_NS + 10**9)
    assert "is_complete" not in first
    assert first["request_latency"]["p50"] == 50.5
    assert last == {
        "request_count": {"unit": "requests", "avg": 4.0},
        "start_ns": WALL_NS + 10**9,
        "end_ns": WALL_NS + 1_500_000_000,
        "is_complete": False,
    }


def test_the_csv_file(sliced, output, context):
    text = written(TimeslicesCSVExporter, output, context, sliced)
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert list(rows[0]) == ["Timeslice", "Start_NS", "End_NS", "Metric", "Unit", "Stat", "Value"]
    of_first = [row for row in rows if row["Timeslice"] == "0"]
    latencies = {row["Stat"]: row["Value"] for row in of_first if row["Unit"] == "ms"}
    assert (latencies["avg"], latencies["p99"], latencies["count"]) == ("12.5", "99", "4")
    assert list(rows[-1].values()) == [
        *("1", str(WALL_NS + 10**9), str(WALL_NS + 1_500_000_000)),
        *("Request Count", "requests", "avg", "4"),
    ]


@pytest.mark.parametrize("kind", [TimeslicesJSONExporter, TimeslicesCSVExporter])
def test_a_run_that_is_not_sliced_leaves_no_file(kind, sliced, output, context, make_result):
    """Also not that of an earlier run into the same directory."""
    written(kind, output, context, sliced)
    assert written(kind, output, context, make_result()) is None
    assert list(output.artifact_dir.iterdir()) == []
