"""One benchmark from its configuration to its artifacts, against a real server."""

from __future__ import annotations

import itertools
import json
import threading
from dataclasses import replace

import pytest
import uvloop

from aiperf.benchmark.runner import Benchmark, Context
from aiperf.common.config import LoadConfig
from aiperf.common.errors import AIPerfError
from aiperf.common.models import ClockAnchor
from aiperf.plugins.report import DiscoveryReport
from aiperf.server.process import EmbeddedServer
from aiperf.server.settings import ServerSettings

LOOPS = {"asyncio": None, "uvloop": uvloop.new_event_loop}


@pytest.fixture
def to_server(config, server_url):
    """Give the configuration of a run against the server."""
    return replace(config, transport=replace(config.transport, url=server_url))


def run(config, loop_factory=None):
    """Run a benchmark to its end."""
    return Benchmark(config, DiscoveryReport()).run(loop_factory)


@pytest.mark.parametrize("loop_factory", LOOPS.values(), ids=LOOPS)
def test_a_run_has_its_results_and_its_artifacts(to_server, loop_factory):
    """On either event loop; nothing is left to be told but the results."""
    outcome = run(replace(to_server, streaming=True), loop_factory)
    assert outcome.has_results
    assert (outcome.failures, outcome.stopped_by, outcome.last_error) == ((), None, None)
    statistics = {each.tag: each for each in outcome.result.statistics}
    assert statistics["request_count"].avg == 6
    assert statistics["output_sequence_length"].avg == 4
    assert outcome.result.errors == ()
    assert not outcome.result.was_cancelled
    assert 0 < outcome.result.start_ns < outcome.result.end_ns
    directory = to_server.output.artifact_dir
    assert outcome.artifacts == tuple(
        str(directory / name)
        for name in ("inputs.json", "profile_export_aiperf.json", "profile_export.jsonl")
    )
    summary = json.loads((directory / "profile_export_aiperf.json").read_bytes())
    assert summary["request_count"]["avg"] == 6
    assert summary["client_health"] == outcome.result.client_health
    assert set(summary["client_health"]) == {"cpu_share", "loop_lag_ms"}
    assert len((directory / "profile_export.jsonl").read_bytes().splitlines()) == 6


def test_a_run_works_in_any_thread(to_server):
    """Without signals, which belong to the main thread."""
    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(run(to_server)))
    thread.start()
    thread.join(60)
    assert outcomes[0].has_results


def test_the_wall_clock_is_that_of_the_records(to_server):
    """Times in artifacts are Unix times of the same clock."""
    outcome = run(to_server)
    line, *_ = (to_server.output.artifact_dir / "profile_export.jsonl").read_bytes().splitlines()
    start = json.loads(line)["metadata"]["request_start_ns"]
    anchor = outcome.result.anchor
    assert anchor.to_wall(outcome.result.start_ns) < start < anchor.to_wall(outcome.result.end_ns)


def test_a_run_without_one_success_says_so(config):
    """The errors are the result, and the last one is kept."""
    with EmbeddedServer(ServerSettings(ttft=0, itl=0, error_rate=1, error_status=503)) as server:
        outcome = run(replace(config, transport=replace(config.transport, url=server.url)))
    assert not outcome.has_results
    (failed,) = outcome.result.errors
    assert (failed.error.type, failed.error.code, failed.count) == ("HTTPStatusError", 503, 6)
    assert outcome.last_error == failed.error
    assert outcome.failures == ()


def test_what_cannot_work_is_told_before_anything_is_written(config):
    """An earlier run's artifacts in the same place stay as they were."""
    wrong = replace(config, transport=replace(config.transport, url="ftp://host"))
    with pytest.raises(AIPerfError, match="ftp://host"):
        run(wrong)
    assert not config.output.artifact_dir.exists()


@pytest.mark.parametrize("part", ["arrival", "dataset", "endpoint", "executor", "tokenizer", "ui"])
def test_an_unknown_class_type_is_told_before_anything_is_written(with_types, part):
    config = with_types(**{part: "nonesuch"})
    with pytest.raises(AIPerfError, match="'nonesuch'"):
        run(config)
    assert not config.output.artifact_dir.exists()


def test_exporters_know_the_clock_and_the_units():
    context = Context(
        config={},
        provenance={},
        anchor=ClockAnchor(1_000, 10),
        description={},
        units={"request_latency": "ms"},
    )
    assert context.to_wall(15) == 1_005
    assert context.unit_of("request_latency") == "ms"


PROGRESS = """
    import json, sys
    from dataclasses import asdict
    from pathlib import Path
    from aiperf.benchmark.runner import Benchmark
    from aiperf.common.config import (
        BenchmarkConfig, ComponentTypes, DatasetConfig, LoadConfig, OutputConfig, TransportConfig
    )
    from aiperf.common.factories import UIFactory
    from aiperf.plugins.report import DiscoveryReport

    url, load = sys.argv[1:]
    shown = []

    @UIFactory.register("noting")
    class NotingUI:
        def start(self, title):
            shown.append(title)
        def update(self, progress):
            shown.append(asdict(progress))
        def stop(self):
            shown.append("stop")

    config = BenchmarkConfig(
        "m", TransportConfig(url), DatasetConfig(entries=3, input_tokens_mean=3),
        LoadConfig(**json.loads(load)), OutputConfig(Path("artifacts")),
        ComponentTypes(ui="noting", exporters=()),
    )
    Benchmark(config, DiscoveryReport()).run()
    print(json.dumps(shown))
"""


def progress(fresh_python, settings, **load):
    """Return what a user interface is told during a run: a title, the progress and the end."""
    with EmbeddedServer(settings) as server:
        return server.url, json.loads(fresh_python(PROGRESS, server.url, json.dumps(load)))


def test_progress_is_told_for_each_phase(fresh_python):
    """Each phase counts from nothing to its own number of requests."""
    settings = ServerSettings(ttft=150, itl=0, error_rate=0.5, seed=1)
    url, (title, *shown, end) = progress(
        fresh_python, settings, concurrency=2, request_count=6, warmup_request_count=4
    )
    assert title == f"m chat at {url}"
    assert end == "stop"
    phases = [each["phase"] for each in shown]
    assert phases == sorted(phases, reverse=True)  # all of the warm-up first
    warmup = [each for each in shown if each["phase"] == "warmup"]
    measured = [each for each in shown if each["phase"] == "profiling"]
    assert {each["request_count"] for each in warmup} == {4}
    assert {each["request_count"] for each in measured} == {6}
    for phase in (warmup, measured):
        for earlier, later in itertools.pairwise(phase):
            assert earlier["completed"] <= later["completed"]
            assert earlier["elapsed_s"] < later["elapsed_s"]
        assert phase[0]["elapsed_s"] == 0
    for each in shown:
        assert each["sent"] - each["completed"] == each["in_flight"] <= 2
        assert each["duration_s"] is None
    assert warmup[0]["sent"] == 0
    last = measured[-1]
    assert (last["sent"], last["completed"], last["in_flight"]) == (6, 6, 0)
    assert {each["errors"] for each in warmup} == {0}
    assert 0 < last["errors"] < 6


@pytest.mark.once
def test_progress_in_time_where_a_duration_ends_the_run(fresh_python):
    """There is no number of requests then, but a length."""
    _, (_, *shown, _) = progress(
        fresh_python, ServerSettings(ttft=50, itl=0), benchmark_duration=0.3
    )
    assert {each["request_count"] for each in shown} == {None}
    assert {each["duration_s"] for each in shown} == {0.3}
    assert {each["phase"] for each in shown} == {"profiling"}
    assert shown[-1]["elapsed_s"] >= 0.3
    assert shown[-1]["completed"] > 1


@pytest.mark.once
def test_progress_of_a_warm_up_that_takes_a_time(fresh_python):
    """It is the warm-up's until a request of the benchmark has ended."""
    settings = ServerSettings(ttft=50, itl=0)
    _, (_, *shown, _) = progress(fresh_python, settings, warmup_duration=0.3, request_count=8)
    phases = [each["phase"] for each in shown]
    assert phases == sorted(phases, reverse=True)
    limits = {(each["request_count"], each["duration_s"]) for each in shown}
    assert limits == {(None, 0.3), (8, None)}
    assert (shown[-1]["sent"], shown[-1]["completed"]) == (8, 8)


def test_a_run_has_an_end(to_server):
    """Of its own, if nobody has named one."""
    outcome = run(replace(to_server, load=LoadConfig()))
    assert len(outcome.result.records) == 10
