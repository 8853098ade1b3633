"""Several runs from one command: which they are, what is kept of them, and how it ends."""

from __future__ import annotations

import csv
import json

import click
import pytest
from click.testing import CliRunner

from aiperf.cli.profile import profile
from aiperf.cli.sweep_arguments import sweep_config, sweep_plan
from aiperf.common.config import SweepConfig


def plan_of(*words):
    return sweep_plan(profile.make_context("profile", list(words)).params)


def runs_of(*words):
    """Return the parameters of each run."""
    return [dict(run.parameters) for run in plan_of(*words).runs]


def places_of(*words):
    """Return where each run's artifacts go, and the summary."""
    plan = plan_of(*words)
    places = [str(run.config.output.artifact_dir) for run in plan.runs]
    return [*places, str(plan.summary_file(".json"))]


def test_one_value_is_one_run():
    """And no sweep; the options' defaults are the configuration's own."""
    assert plan_of("--concurrency", "8", "--request-rate", "2") is None
    assert sweep_config(profile.make_context("profile", []).params) == SweepConfig()


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        (["--concurrency", "1, 8"], [{"concurrency": 1}, {"concurrency": 8}]),
        (["--request-rate", "1,2.5"], [{"request_rate": 1.0}, {"request_rate": 2.5}]),
        (["--request-count", "5,6"], [{"request_count": 5}, {"request_count": 6}]),
        (
            ["--isl", "10,20", "--osl", "1,2"],
            [{"isl": i, "osl": o} for i in (10.0, 20.0) for o in (1.0, 2.0)],
        ),
        (
            ["--concurrency", "1,8", "--request-count", "10,80", "--sweep-type", "zip"],
            [{"concurrency": 1, "request_count": 10}, {"concurrency": 8, "request_count": 80}],
        ),
        (
            ["--concurrency", "1,8", "--num-profile-runs", "2"],
            2 * [{"concurrency": 1}, {"concurrency": 8}],
        ),
    ],
)
def test_several_values_are_a_run_each(words, runs):
    """In a grid, or in pairs; all of them once before any is repeated."""
    assert runs_of(*words) == runs
    for run, parameters in zip(plan_of(*words).runs, runs, strict=True):
        if "concurrency" in parameters:
            assert run.config.load.concurrency == parameters["concurrency"]
        if "isl" in parameters:
            assert run.config.dataset.input_tokens_mean == parameters["isl"]
        assert run.config.output.show == "nothing"


def test_directories_are_those_of_nvidia():
    """Each run has its own; the base is named for all values, if it is not given."""
    words = ("--concurrency", "1,8", "--request-rate", "2,4", "--artifact-dir", "d")
    assert places_of(*words)[1:] == [
        "d/concurrency_1__request_rate_4.0",
        "d/concurrency_8__request_rate_2.0",
        "d/concurrency_8__request_rate_4.0",
        "d/sweep_aggregate/profile_export_aiperf_sweep.json",
    ]
    assert places_of("--num-profile-runs", "2", "--artifact-dir", "d") == [
        "d/profile_runs/run_0001",
        "d/profile_runs/run_0002",
        "d/aggregate/profile_export_aiperf_aggregate.json",
    ]
    base = "artifacts/mock-model-openai-chat-concurrency1_8"
    assert places_of("--concurrency", "1,8", "--num-profile-runs", "2")[2:] == [
        f"{base}/profile_runs/trial_0002/concurrency_1",
        f"{base}/profile_runs/trial_0002/concurrency_8",
        f"{base}/aggregate/sweep_aggregate/profile_export_aiperf_sweep.json",
    ]


def test_prompts_differ_from_run_to_run():
    """A server's prefix cache would make a run faster that repeats the prompts of another."""

    def seeds(*words):
        return [run.config.dataset.random_seed for run in plan_of("--isl", "1,2,3", *words).runs]

    assert seeds("--random-seed", "7") == [7, 8, 9]
    assert seeds("--random-seed", "7", "--parameter-sweep-same-seed") == [7, 7, 7]
    assert len(set(seeds())) == 3
    assert len(set(seeds("--parameter-sweep-same-seed"))) == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--concurrency", "1,x"], "'--concurrency': 'x' is not a valid count"),
        (["--concurrency", "1,"], "'--concurrency': '' is not a valid count"),
        (["--request-rate", "1,0"], "'--request-rate': 0.0 is not in the range x>0"),
        (["--concurrency", "8,1,8"], "--concurrency 8 is asked for twice; give it once"),
        (
            ["--concurrency", "1,2", "--isl", "1,2,3", "--sweep-type", "zip"],
            "not as many of each: --concurrency 2 and --isl 3.",
        ),
        (["--request-rate", "1,2", "--arrival-pattern", "concurrency"], "contradicts"),
        (["--num-profile-runs", "0"], "'--num-profile-runs'"),
    ],
)
def test_a_wrong_value_is_one_line(words, message):
    """Which names the option."""
    with pytest.raises(click.UsageError) as raised:
        plan_of(*words)
    (line,) = raised.value.format_message().splitlines()
    assert message in line


@pytest.mark.once
def test_a_file_may_have_lists(tmp_path):
    """And --print-config writes what it reads."""
    path = tmp_path / "run.yaml"
    path.write_text("concurrency: [1, 8]\nrequest-rate: 2,4.5\n")
    printed = CliRunner().invoke(profile, ["--config", str(path), "--print-config"]).output
    lines = [line for line in printed.splitlines() if line and not line.startswith("#")]
    assert lines == ["concurrency: [1, 8]", "request-rate: [2.0, 4.5]"]
    path.write_text("\n".join(lines))
    assert len(runs_of("--config", str(path))) == 4


@pytest.mark.once
def test_a_sweep_from_its_start_to_its_files(aiperf, noting_server, fresh_python):
    """A run that fails is said and the others go on; results are on standard output alone."""
    with noting_server() as server:

        def fail_if_two_are_asked_for():
            if server.requests[-1].payload["max_completion_tokens"] == 2:
                raise ConnectionError

        server.before_answer = fail_if_two_are_asked_for
        done = aiperf(
            *("profile", "--url", server.url, "-m", "m", "--osl", "1,2,4", "--request-count", "4"),
            *("--ui", "simple", "--artifact-dir", "s", "--goodput", "request_latency:10000"),
        )
    assert done.returncode == 1
    assert "Error: osl 2: No request succeeded; 4 ended with Conn" in done.stderr
    assert "Run 3 of 3: osl 4" in done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[0][:4] == ["osl", "req/s", "tokens/s", "goodput"]
    assert [line[0] for line in lines[1:4]] == ["1", "2", "4"]
    assert lines[2][-3:] == ["0", "4", "failed"]
    assert lines[3][-2:] == ["4", "0"]
    directory = fresh_python.cwd / "s"
    assert (directory / "osl_4/report.html").is_file()
    page = (directory / "sweep_aggregate/report.html").read_text(encoding="utf-8")
    assert "Request latency against throughput" in page
    assert "osl 2: No request succeeded" in page
    file = directory / "sweep_aggregate/profile_export_aiperf_sweep.json"
    summary = json.loads(file.read_bytes())
    assert summary["metadata"]["sweep_parameters"] == [{"name": "osl", "values": [1, 2, 4]}]
    assert (summary["num_profile_runs"], summary["num_successful_runs"]) == (3, 2)
    assert [each["label"] for each in summary["failed_runs"]] == ["osl 2"]
    assert [each["is_complete"] for each in summary["runs"]] == [True, False, True]
    own = json.loads((directory / "osl_4/profile_export_aiperf.json").read_bytes())
    assert summary["runs"][2]["metrics"]["request_latency"] == own["request_latency"]
    first, second, third = summary["per_combination_metrics"]
    assert third["metrics"]["request_latency_p99"]["mean"] == own["request_latency"]["p99"]
    assert "std" not in third["metrics"]["request_latency_p99"]
    assert "goodput_avg" in first["metrics"]
    assert summary["best_configurations"]["best_goodput"]["parameters"]["osl"] in (1, 4)
    assert "\nHighest goodput: osl " in done.stdout
    assert "request_latency_avg" not in second["metrics"]
    rows = list(csv.DictReader(file.with_suffix(".csv").read_text().splitlines()))
    assert [row["osl"] for row in rows] == ["1", "2", "4"]
    assert float(rows[2]["request_latency_p99_mean"]) == own["request_latency"]["p99"]
    assert rows[1]["request_latency_p99_mean"] == ""


@pytest.mark.once
def test_repeated_runs_as_json(aiperf, noting_server):
    """Standard output has the summary alone, standard error nothing; means have intervals."""
    with noting_server() as server:
        done = aiperf(
            *("profile", "--url", server.url, "-m", "m", "--json", "--request-count", "4"),
            *("--num-profile-runs", "3", "--confidence-level", "0.9"),
        )
    assert (done.returncode, done.stderr) == (0, "")
    summary = json.loads(done.stdout)
    assert summary["metadata"]["num_successful_runs"] == 3
    value = summary["metrics"]["request_latency_avg"]
    averages = [run["metrics"]["request_latency"]["avg"] for run in summary["runs"]]
    assert value["mean"] == pytest.approx(sum(averages) / 3)
    assert value["ci_low"] < value["mean"] < value["ci_high"]
    assert value["t_critical"] == pytest.approx(2.919986)


@pytest.mark.once
def test_what_no_run_can_do_is_one_line(aiperf):
    """The first run that cannot begin ends a sweep: it is the options' fault, not a value's."""
    done = aiperf("profile", "--concurrency", "1,2", "--goodput", "nonsense:1", "--quiet")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: --goodput: there is no metric 'nonsense'.")
    assert done.stderr.count("\n") == 1
