"""The JSON artifact: its shape, and that it is always JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

import aiperf
from aiperf.common.config import OutputConfig
from aiperf.common.errors import ExportError
from aiperf.common.models import Statistics
from aiperf.exporters.json_file import RESERVED, JSONExporter


def no_constant(name):
    """Refuse NaN and infinity, which Python's parser would accept."""
    msg = f"{name} is not JSON"
    raise ValueError(msg)


@pytest.fixture
def export(output, context):
    """Give the function that exports a result and returns what was written."""

    def run(result):
        exporter = JSONExporter(config=output)
        exporter.start(context)
        path = exporter.finish(result)
        assert path == str(output.artifact_dir / "profile_export_aiperf.json")
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - the exporter gives a string
            return json.load(file, parse_constant=no_constant)

    return run


def test_a_distribution_has_all_its_statistics(export, make_result):
    """The keys and their order are those that readers of the file know."""
    found = export(make_result())["request_latency"]
    assert found == {
        "unit": "ms",
        "avg": 12.5,
        "p1": 1.5,
        "p5": 5.5,
        "p10": 10.5,
        "p25": 25.5,
        "p50": 50.5,
        "p75": 75.5,
        "p90": 90.5,
        "p95": 95.5,
        "p99": 99.0,
        "min": 10.0,
        "max": 1234.5678912,
        "std": 0.25,
        "count": 4,
        "sum": 50.0,
    }
    assert list(found)[:3] == ["unit", "avg", "p1"]


def test_a_single_value_has_unit_and_avg(export, make_result):
    """What it does not have is left out, not null."""
    found = export(make_result())
    assert found["request_throughput"] == {"unit": "requests/sec", "avg": 2.25}
    assert found["request_count"] == {"unit": "requests", "avg": 4.0}


def test_what_surrounds_the_metrics(export, make_result):
    """How it was run, whether it ended by itself, what failed, when, and by what."""
    result = make_result()
    found = export(result)
    assert set(RESERVED) <= set(found)
    assert found["input_config"] == {"model": "m"}
    assert found["was_cancelled"] is False
    assert found["error_summary"] == [
        {
            "error_details": {
                "type": "HTTPStatusError",
                "message": "503 Service Unavailable",
                "code": 503,
            },
            "count": 2,
        },
        {
            "error_details": {"type": "ConnectError", "message": "refused", "code": None},
            "count": 1,
        },
    ]
    assert found["aiperf_version"] == aiperf.__version__
    assert found["provenance"] == result.provenance
    assert found["client_health"] == {"event_loop_lag_ms": {"p99": 0.5}}
    assert found["warnings"] == ["the client was busy"]


def test_times_are_iso_with_a_zone(export, make_result):
    """The wall-clock time of the anchor plus what the clock counted since."""
    found = export(make_result())
    assert found["start_time"] == "2023-11-14T22:13:20.000000+00:00"
    assert found["end_time"] == "2023-11-14T22:13:21.500000+00:00"
    assert datetime.fromisoformat(found["start_time"]).astimezone(UTC).year == 2023


def test_no_results_are_still_a_document(export, make_result):
    """A run in which every request failed says which errors there were."""
    found = export(make_result(statistics=(), was_cancelled=True))
    assert set(found) == set(RESERVED)
    assert found["was_cancelled"] is True


def test_nothing_is_ever_nan(export, make_result):
    """A number that is none, from a plugin's health check say, is null."""
    found = export(make_result(client_health={"lag": float("nan"), "share": float("inf")}))
    assert found["client_health"] == {"lag": None, "share": None}


@pytest.mark.parametrize("tag", RESERVED)
def test_a_metric_does_not_take_the_place_of_another_key(export, make_result, tag):
    """A plugin's metric with such a tag is left out, and the file says so."""
    result = make_result()
    intruder = Statistics(tag=tag, header="Intruder", unit="ms", avg=1.0)
    found = export(replace(result, statistics=(*result.statistics, intruder)))
    without_warnings = {key: value for key, value in found.items() if key != "warnings"}
    expected = {key: value for key, value in export(result).items() if key != "warnings"}
    assert without_warnings == expected
    busy, warning = found["warnings"]
    assert busy == "the client was busy"
    assert warning == (
        f"metric {tag!r} is not in this file, because its tag is the name of another key. "
        "Give the metric another tag"
    )


def test_text_with_undecodable_bytes_does_not_stop_it(export, make_result):
    """A command line may have any bytes in it."""
    found = export(make_result(provenance={"command": ["caf\udce9"]}))
    assert found["provenance"] == {"command": ["caf\udce9"]}


def test_it_writes_into_an_artifact_directory_that_was_removed(output, context, make_result):
    """Somebody tidied up during the run: the results are written all the same."""
    exporter = JSONExporter(config=output)
    exporter.start(context)
    output.artifact_dir.rmdir()
    exporter.finish(make_result())
    assert (output.artifact_dir / "profile_export_aiperf.json").exists()


def test_a_place_that_cannot_be_written_is_an_error_before_the_run(tmp_path, context):
    """It names the file."""
    (tmp_path / "taken").touch()
    exporter = JSONExporter(config=OutputConfig(tmp_path / "taken"))
    with pytest.raises(ExportError, match=r"cannot write .*profile_export_aiperf\.json"):
        exporter.start(context)
