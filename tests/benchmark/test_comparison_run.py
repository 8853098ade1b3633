"""What a finished run is read from, and what is said where that cannot be done."""

from __future__ import annotations

import json

import pytest

from aiperf.benchmark.comparison_run import ComparisonError, read_run

SUMMARY = {
    "schema_version": "1.1",
    "request_latency": {"unit": "ms", "avg": 2.0, "p50": 2.0, "min": 1.0, "max": 3.0, "std": 1.0},
    "request_throughput": {"unit": "requests/sec", "avg": 10.0},
    "input_config": {"model": "m"},
    "error_summary": [],
    "was_cancelled": False,
}


def line(end, value, **changes):
    entry = {
        "metadata": {
            "request_start_ns": end - 10**9,
            "request_end_ns": end,
            "benchmark_phase": "profiling",
            "was_cancelled": False,
        },
        "metrics": {"request_latency": {"value": value, "unit": "ms"}},
        "error": None,
    }
    entry["metadata"] |= changes.pop("metadata", {})
    return json.dumps(entry | changes) + "\n"


@pytest.fixture
def directory(tmp_path):
    """Give a directory with both files of a run, whose requests ended in another order."""
    (tmp_path / "profile_export_aiperf.json").write_text(json.dumps(SUMMARY))
    (tmp_path / "profile_export.jsonl").write_text(
        line(7 * 10**9, [3.0, 4.0])
        + line(5 * 10**9, 1.0)
        + line(6 * 10**9, "text")
        + line(6 * 10**9, [1.0, None])
        + line(1, 9.0, metadata={"benchmark_phase": "warmup"})
        + line(8 * 10**9, 9.0, error={"type": "ConnectError"})
        + line(99 * 10**9, 9.0, metadata={"was_cancelled": True})
        + line(9 * 10**9, 9.0)[:-20]
    )
    return tmp_path


@pytest.mark.parametrize("name", ["", "profile_export_aiperf.json", "profile_export.jsonl"])
def test_a_run_is_read_from_its_directory_or_either_file(directory, name):
    """Metrics by tag, and valid requests in the order in which they ended."""
    run = read_run(directory / name, "a")
    assert set(run.metrics) == {"request_latency", "request_throughput"}
    assert run.requests.values["request_latency"].tolist() == [1.0, 3.0, 4.0]
    assert run.requests.rows == {}
    assert run.requests.ends_s.tolist() == [1.0, 2.0, 2.0, 3.0]
    assert run.requests.duration_s == 4.0
    assert (run.config, run.provenance, run.warnings) == ({"model": "m"}, {}, ())


def test_a_json_file_of_another_name_stands_alone(directory):
    """The requests beside it may be another run's."""
    path = (directory / "profile_export_aiperf.json").rename(directory / "before.json")
    assert read_run(path, "a").requests is None


def test_a_metric_with_one_value_for_a_request_knows_which(directory):
    """So that a rate can add up what each of them brings."""
    lines = (line(7 * 10**9, 3.0), line(5 * 10**9, 1.0), line(6 * 10**9, None))
    (directory / "profile_export.jsonl").write_text("".join(lines))
    requests = read_run(directory, "a").requests
    assert requests.values["request_latency"].tolist() == [1.0, 3.0]
    assert requests.rows["request_latency"].tolist() == [0, 2]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: (d / "profile_export.jsonl").unlink(), None),
        (lambda d: (d / "profile_export_aiperf.json").write_text("{"), "is not JSON"),
        (lambda d: (d / "profile_export_aiperf.json").write_text("[]"), "is not the JSON file"),
        (lambda d: (d / "profile_export_aiperf.json").write_text("{}"), "has no metrics"),
        (lambda d: (d / "profile_export_aiperf.json").unlink(), "Rebuild its results with: aiperf"),
        (lambda d: [each.unlink() for each in d.iterdir()], "cannot read"),
        (
            lambda d: (d / "profile_export.jsonl").write_text(line(2, 1) + "{}\n"),
            "line 2: it is not",
        ),
    ],
)
def test_what_cannot_be_read_is_named(directory, change, said):
    """With the file, the line where there is one, and what to do."""
    change(directory)
    if said is None:
        assert read_run(directory, "a").requests is None
        return
    with pytest.raises(ComparisonError, match=said) as raised:
        read_run(directory, "a")
    assert str(directory) in str(raised.value)
    assert raised.value.path is not None


def test_no_valid_request(directory):
    """There is nothing to compute on."""
    (directory / "profile_export.jsonl").write_text("")
    assert read_run(directory, "a").requests is None
