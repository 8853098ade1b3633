"""``aiperf compare``: the table, the JSON, and how it ends."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def run_of(fresh_python):
    """Give the function that writes a run whose latencies are around ``mean`` ms."""

    def write(name, mean, count=200):
        directory = fresh_python.cwd / name
        directory.mkdir(parents=True)
        values = [mean + (number * 7919 % 101) / 50 for number in range(count)]
        lines = [
            {
                "metadata": {
                    "request_start_ns": 10**18 + number * 10**7,
                    "request_end_ns": 10**18 + number * 10**7 + int(value * 1e6),
                    "benchmark_phase": "profiling",
                    "was_cancelled": False,
                },
                "metrics": {"request_latency": {"value": value, "unit": "ms"}},
                "error": None,
            }
            for number, value in enumerate(values)
        ]
        text = "".join(json.dumps(each) + "\n" for each in lines)
        (directory / "profile_export.jsonl").write_text(text)
        summary = {
            "request_latency": {"unit": "ms", "avg": sum(values) / count, "p50": mean + 1.0},
            "error_request_count": {"unit": "requests", "avg": 0.0},
            "input_config": {"load": {"concurrency": mean}},
            "warnings": ["The client used 93% of a core"] if mean > 15 else [],
        }
        (directory / "profile_export_aiperf.json").write_text(json.dumps(summary))
        return name

    return write


def cells(text, word):
    """Return the words of the line that begins with ``word``."""
    (line,) = (line for line in text.splitlines() if line.startswith(word))
    return line.split()


def test_two_runs_as_a_table(aiperf, run_of):
    """Values, differences, the interval and a verdict; what to doubt is below."""
    done = aiperf("compare", run_of("runs/a", 10), run_of("runs/b", 20), "--stat", "avg")
    assert (done.returncode, done.stderr) == (0, "")
    assert cells(done.stdout, "metric")[1:5] == ["a", "b", "diff", "diff"]
    found = cells(done.stdout, "request_latency (ms)")
    assert found[2] == "avg"
    assert found[5:8] == ["+10.00", "+90.9", "%"]
    assert found[-1] == "WORSE"
    assert "Equal in all runs: error_request_count." in done.stdout
    assert "Warning: b: The client used 93% of a core" in done.stdout
    assert "configured differently: load.concurrency 10 / 20" in done.stdout


def test_more_runs_are_columns(aiperf, run_of):
    """Each with its difference from the first."""
    done = aiperf("compare", run_of("a", 10), run_of("x/b", 10), run_of("y/b", 5), "--stat", "p50")
    assert done.returncode == 0
    assert cells(done.stdout, "metric")[1:3] == ["a", "x/b"]
    assert cells(done.stdout, "request_latency")[-1] == "better"


def test_what_cannot_be_compared_takes_no_row(aiperf, run_of, fresh_python):
    """A metric that one of two runs lacks is named below."""
    a, b = run_of("a", 10), run_of("b", 20)
    path = fresh_python.cwd / b / "profile_export_aiperf.json"
    summary = json.loads(path.read_text())
    path.write_text(json.dumps(summary | {"goodput": {"unit": "requests/sec", "avg": 1.0}}))
    done = aiperf("compare", a, b, "--stat", "avg")
    assert "Not in both of two runs: goodput." in done.stdout
    assert [line for line in done.stdout.splitlines() if line.startswith("goodput")] == []


def test_a_sweep_stands_for_its_runs(aiperf, run_of, fresh_python):
    """In order of their values; other directories of it are none."""
    for number in (16, 8):
        run_of(f"sweep/concurrency_{number}", number)
    summary = fresh_python.cwd / "sweep/sweep_aggregate/profile_export_aiperf_sweep.json"
    summary.parent.mkdir()
    summary.write_text("{}")
    done = aiperf("compare", "sweep", run_of("c", 10), "--json", "--stat", "avg")
    paths = [each["path"] for each in json.loads(done.stdout)["runs"]]
    assert paths == ["sweep/concurrency_8", "sweep/concurrency_16", "c"]


@pytest.mark.once
def test_a_page(aiperf, run_of, fresh_python):
    """Beside the table, with the same words."""
    done = aiperf("compare", run_of("a", 10), run_of("b", 20), "--html", "new/page.html")
    assert (done.returncode, done.stderr) == (0, "")
    page = (fresh_python.cwd / "new/page.html").read_text(encoding="utf-8")
    for each in (
        "2 runs compared",
        "request_latency (ms)",
        "WORSE",
        "The client used 93% of a core",
    ):
        assert each in page, each
    assert aiperf("compare", "a", "b", "--html", "/dev/null/x").returncode == 1


def test_json_has_everything(aiperf, run_of):
    """Also the rows in which nothing differs."""
    done = aiperf("compare", run_of("a", 10), run_of("b", 20), "--json", "--confidence", "99")
    facts = json.loads(done.stdout)
    assert facts["runs"] == [{"name": "a", "path": "a"}, {"name": "b", "path": "b"}]
    assert facts["confidence"] == 0.99
    rows = {(row["tag"], row["statistic"]): row for row in facts["metrics"]}
    assert list(rows) == [
        ("request_latency", "avg"),
        ("request_latency", "p50"),
        ("error_request_count", "avg"),
    ]
    (difference,) = rows["request_latency", "avg"]["differences"]
    low, high = difference["interval"]
    assert low < difference["absolute"] < high
    assert difference["verdict"] == "worse"
    assert rows["error_request_count", "avg"]["differences"][0]["verdict"] == "equal"
    assert any("93%" in each for each in facts["warnings"])


def test_a_regression_has_a_status_of_its_own(aiperf, run_of):
    """For CI: 3 if a metric is worse by more than allowed, 0 if not, or if it is better."""
    slow, fast = run_of("slow", 20), run_of("fast", 10)
    done = aiperf("compare", fast, slow, "--max-regression", "5")
    assert done.returncode == 3
    assert done.stderr.splitlines()[0] == (
        "Error: request_latency avg of slow is worse than that of fast by 90.9%, which is more "
        "than the 5 % that are allowed"
    )
    assert aiperf("compare", fast, slow, "--max-regression", "200").returncode == 0
    assert aiperf("compare", slow, fast, "--max-regression", "0").returncode == 0


def test_what_is_wrong_is_one_line(aiperf, run_of):
    """2 for the options, 1 for a run that cannot be read; never a traceback."""
    a = run_of("a", 10)
    alone = aiperf("compare", a)
    assert alone.returncode == 2
    assert "Only one run is given: a." in alone.stderr
    missing = aiperf("compare", a, "nowhere")
    assert missing.returncode == 1
    assert missing.stderr.startswith("Error: cannot read nowhere: No such file or directory. Name")
    assert missing.stdout == ""
    assert aiperf("compare", a, a, "--stat", "p42").returncode == 2


def test_the_same_run_twice(aiperf, run_of):
    """Is equal to itself, and is told apart by its number."""
    a = run_of("a", 10)
    done = aiperf("compare", a, a)
    assert done.returncode == 0
    assert "1:a" in done.stdout
    assert "Equal in all runs: request_latency, error_request_count." in done.stdout
