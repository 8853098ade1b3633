"""Artifacts that are made again from a run's requests: the same, or with what is missing said."""

from __future__ import annotations

import json
import random
import signal
import sys
from array import array
from dataclasses import replace

import pytest

from aiperf.benchmark.metric_choice import ChosenMetrics, build_metrics, description
from aiperf.benchmark.metrics_engine import MetricsEngine
from aiperf.benchmark.recorded_run import About, read
from aiperf.benchmark.report import rebuild
from aiperf.benchmark.runner import Context
from aiperf.benchmark.session import run_session
from aiperf.common.config import LoadConfig, MetricsConfig, OutputConfig
from aiperf.common.errors import ConfigError
from aiperf.common.factories import ExporterFactory
from aiperf.common.models import (
    PROFILING,
    ClockAnchor,
    ErrorDetails,
    RequestRecord,
    RunResult,
)

JSON = "profile_export_aiperf.json"
CSV = "profile_export_aiperf.csv"
JSONL = "profile_export.jsonl"
TIMESLICES = "profile_export_aiperf_timeslices.csv"


def run(config, chosen: ChosenMetrics, records):
    """Let the exporters json, csv and jsonl write the artifacts of these records."""
    context = Context(
        config={"model": "m"},
        provenance={"aiperf_version": "7"},
        anchor=ClockAnchor(wall_ns=1_700_000_000_123_456_789, perf_ns=7_000),
        description=description(chosen, config.metrics.slice_duration),
        units={metric.tag: metric.unit for metric in chosen.metrics},
    )
    engine = MetricsEngine(
        chosen.metrics,
        chosen.requires,
        objectives=chosen.objectives,
        secondary=chosen.secondary,
    )
    exporters = [
        ExporterFactory.create_instance(each, config=config.output)
        for each in ("json", "csv", "jsonl", "timeslices_json", "timeslices_csv")
    ]
    for each in exporters:
        each.start(context)
    for record in records:
        engine.add(record)
        exporters[2].record(record)
    result = RunResult(
        statistics=engine.finish(),
        errors=engine.errors,
        anchor=context.anchor,
        start_ns=5_000,
        end_ns=10**12,
        was_cancelled=False,
        config=context.config,
        provenance=context.provenance,
        client_health={"cpu_share": 0.25},
        warnings=("it was a test", *engine.warnings),
        records=engine.records,
        slices=engine.slices(config.metrics.slice_duration),
    )
    for each in exporters:
        each.finish(result)


def make_records(count):
    """Return requests of every kind, with times that have no short decimal form."""
    rng = random.Random(5)  # noqa: S311 - data for a test
    for number in range(count):
        start = rng.randrange(10**9, 10**11)
        content = sorted(start + rng.randrange(1, 10**9) for _ in range(rng.randrange(9)))
        kind = rng.random()
        yield RequestRecord(
            session_num=number,
            x_request_id=f"request-{number}",
            x_correlation_id="session",
            conversation_id="conversation",
            turn_index=0,
            phase=PROFILING,
            start_ns=start,
            ack_ns=start + 1,
            end_ns=(content[-1] if content else start) + 100,
            scheduled_ns=start - 1000 if kind < 0.5 else None,
            content_ns=array("q", content),
            input_tokens=number % 7,
            output_tokens=len(content),
            reasoning_tokens=None if kind < 0.3 else 2,
            was_cancelled=kind > 0.9,
            error=ErrorDetails("HTTPStatusError", f"no {number % 3}", 503)
            if 0.8 < kind < 0.9
            else None,
        )


@pytest.fixture
def streamed(config):
    """Give the configuration of a streamed run with objectives."""
    metrics = MetricsConfig(
        goodput={"request_latency": 500, "prefill_throughput_per_user": 5}, slice_duration=8.5
    )
    return replace(config, streaming=True, metrics=metrics)


def rebuilt(config, directory):
    """Make the artifacts anew in ``directory`` and return what was made."""
    return rebuild(config.output.artifact_dir, OutputConfig(directory, show="nothing"))


def test_every_artifact_is_the_same(streamed, tmp_path):
    """To the last digit and the last byte, whatever happened to the requests."""
    run(streamed, build_metrics(streamed), make_records(400))
    made = rebuilt(streamed, tmp_path / "again")
    assert made.failures == ()
    before = streamed.output.artifact_dir
    for name in (JSON, CSV, "profile_export_aiperf_timeslices.json", TIMESLICES):
        assert (tmp_path / "again" / name).read_bytes() == (before / name).read_bytes()
    found = json.loads((before / JSON).read_bytes())
    assert 0 < found["good_request_count"]["avg"] < found["request_count"]["avg"]
    assert found["schedule_lag"]["count"] > 0
    assert not (tmp_path / "again" / JSONL).exists()


class Late:
    """A metric that fails at the tenth request."""

    scope, tag, header, unit = "record", "late", "Late", "ms"

    def compute(self, record):
        return 1 / (record.session_num - 10)


def test_a_metric_that_failed_is_not_brought_back(streamed, tmp_path):
    """Some lines have its values; the results said that it is left out, and still do."""
    chosen = build_metrics(streamed)
    chosen = replace(chosen, metrics=(*chosen.metrics, Late()))
    run(streamed, chosen, make_records(40))
    rebuilt(streamed, tmp_path / "again")
    again = (tmp_path / "again" / JSON).read_bytes()
    assert again == (streamed.output.artifact_dir / JSON).read_bytes()
    assert b"'late'" in again
    assert "late" not in json.loads(again)


def test_a_run_that_was_killed(streamed, tmp_path):
    """Its requests are in the results; that it was killed, and what is not known, is said."""
    run(streamed, build_metrics(streamed), make_records(40))
    path = streamed.output.artifact_dir / JSONL
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:30]) + lines[30][:57])
    result = rebuilt(streamed, tmp_path / "again").result
    assert len(result.records) == 30
    (warning,) = result.warnings
    assert "was killed" in warning
    assert "line 31 is cut off" in warning
    assert "30 requests" in warning
    assert "the client's health" in warning
    found = json.loads((tmp_path / "again" / JSON).read_bytes())
    assert (found["was_cancelled"], found["client_health"]) == (True, {})
    assert found["completed_request_count"]["avg"] == 30
    starts = [json.loads(line)["metadata"]["request_start_ns"] for line in lines[:30]]
    assert result.start_ns == min(starts)


def test_a_line_in_the_middle_that_is_no_request(streamed, tmp_path):
    """A kill cannot have done that: the file and the line are named."""
    run(streamed, build_metrics(streamed), make_records(9))
    path = streamed.output.artifact_dir / JSONL
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:4], b'{"metadata": 1}\n', *lines[4:]]))
    with pytest.raises(ConfigError, match=r"profile_export\.jsonl, line 5: this is no request"):
        rebuilt(streamed, tmp_path / "again")


def test_a_line_of_something_else_is_told_with_what_it_lacks(tmp_path):
    (tmp_path / "profile_export.jsonl").write_text("{}\n{}\n")
    with pytest.raises(ConfigError, match=r"line 1: .* \(it has no 'metadata'\)"):
        list(read(tmp_path / "profile_export.jsonl", About()))


def test_a_run_without_a_request(streamed, tmp_path):
    """There is nothing that an artifact could be made from."""
    with pytest.raises(
        ConfigError,
        match=r"cannot read .*profile_export\.jsonl: No such file.*Name the artifact directory",
    ):
        rebuilt(streamed, tmp_path / "again")
    streamed.output.artifact_dir.mkdir()
    (streamed.output.artifact_dir / JSONL).write_bytes(b"")
    with pytest.raises(ConfigError, match="has no request"):
        rebuilt(streamed, tmp_path / "again")


NVIDIA = {
    "metadata": {
        "session_num": 0,
        "x_request_id": "ac3e",
        "x_correlation_id": "18ab",
        "conversation_id": "0a40",
        "turn_index": 0,
        "credit_issued_ns": 1795623643756463998,
        "request_start_ns": 1795623643758114917,
        "request_ack_ns": 1795623643771563683,
        "request_end_ns": 1795623643885828655,
        "worker_id": "worker_ea36b4c0",
        "benchmark_phase": "profiling",
        "was_cancelled": False,
    },
    "metrics": {
        "request_latency": {"value": 127.5, "unit": "ms"},
        "inter_chunk_latency": {"value": [4.5, 5.5], "unit": "ms"},
        "http_req_waiting": {"value": 2.25, "unit": "ms"},
        "good_request_count": {"value": 1, "unit": "requests"},
    },
}


def test_a_file_of_nvidias_aiperf(tmp_path):
    """Its requests are in the results, also the metrics that only it has."""
    path = tmp_path / JSONL
    path.write_text(json.dumps(NVIDIA) + "\n" + json.dumps(NVIDIA) + "\n", encoding="utf-8")
    result = rebuild(path, OutputConfig(tmp_path / "made", show="nothing"), ["json"]).result
    found = json.loads((tmp_path / "made" / JSON).read_bytes())
    assert found["request_latency"]["p50"] == 127.5
    assert found["inter_chunk_latency"]["count"] == 4
    assert found["http_req_waiting"]["avg"] == 2.25
    assert found["request_count"]["avg"] == 2
    assert "the configuration" in result.warnings[0]


def test_the_first_request_of_nvidias_aiperf_may_lack_metrics(tmp_path):
    """A later one says that there are more; what is no number counts nothing."""
    failed = {**NVIDIA, "metrics": {}, "error": {"type": "Timeout", "message": "late", "code": 504}}
    odd = {"request_latency": {"value": None, "unit": "ms"}, "model": {"value": "m", "unit": ""}}
    path = tmp_path / JSONL
    lines = [failed, {**NVIDIA, "metrics": odd}, NVIDIA]
    path.write_text("".join(json.dumps(each) + "\n" for each in lines), encoding="utf-8")
    result = rebuild(path, OutputConfig(tmp_path / "made", show="nothing"), ["json"]).result
    found = {each.tag: each for each in result.statistics}
    assert found["request_count"].avg == 2
    assert found["error_request_count"].avg == 1
    assert (found["request_latency"].count, found["request_latency"].avg) == (1, 127.5)
    assert found["http_req_waiting"].count == 1
    assert "model" not in found


@pytest.mark.once
def test_a_real_run(streamed, server_url, tmp_path):
    """With every exporter that there is; the provenance and the client's health are the run's."""
    config = replace(
        streamed,
        transport=replace(streamed.transport, url=server_url),
        load=LoadConfig(request_count=20, concurrency=4, warmup_request_count=2),
        output=replace(streamed.output, show="nothing"),
        types=replace(streamed.types, exporters=()),
    )
    outcome = run_session(config)
    assert outcome.failures == ()
    made = rebuilt(config, tmp_path / "again")
    assert made.failures == ()
    for name in (JSON, CSV):
        again = (tmp_path / "again" / name).read_bytes()
        assert again == (config.output.artifact_dir / name).read_bytes()
    written = {path.rpartition("/")[2] for path in made.artifacts}
    before = {path.rpartition("/")[2] for path in outcome.artifacts}
    assert before - written == {"inputs.json", JSONL}


@pytest.mark.once
def test_names_of_ones_own_and_raw_records(streamed, server_url, tmp_path):
    """Every file begins with the prefix, and the report finds them and writes them again."""
    config = replace(
        streamed,
        transport=replace(
            streamed.transport, url=server_url, api_key="secret-key", headers={"X-Token": "abcdef"}
        ),
        load=LoadConfig(request_count=3),
        output=replace(streamed.output, show="nothing", prefix="mine", export_level="raw"),
        types=replace(streamed.types, exporters=()),
    )
    assert run_session(config).failures == ()
    names = {each.name for each in config.output.artifact_dir.iterdir()}
    assert {"mine.json", "mine.csv", "mine.jsonl", "mine_raw.jsonl", "mine_timeslices.csv"} <= names
    assert not [name for name in names if name.startswith("profile_export")]
    raw = (config.output.artifact_dir / "mine_raw.jsonl").read_text(encoding="utf-8")
    first = json.loads(raw.splitlines()[0])
    assert first["payload"]["stream"] is True
    assert first["responses"][-1]["packets"][0]["value"] == "[DONE]"
    assert "secret-key" not in raw
    rebuilt(config, tmp_path / "again")
    again = (tmp_path / "again" / "mine.json").read_bytes()
    assert again == (config.output.artifact_dir / "mine.json").read_bytes()


KILLED = """
import os, signal, sys
from pathlib import Path
from aiperf.benchmark.session import run_session
from aiperf.common.config import (
    BenchmarkConfig, ComponentTypes, DatasetConfig, LoadConfig, OutputConfig, TransportConfig
)
from aiperf.common.factories import ExporterFactory

class Killer:
    wants_records = True
    left = 50

    def __init__(self, *, config): pass
    def start(self, context): pass
    def finish(self, result): pass

    def record(self, record):
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)

ExporterFactory.register_lazy("killer", "__main__", "Killer")
run_session(
    BenchmarkConfig(
        "m", TransportConfig(sys.argv[1]), DatasetConfig(input_tokens_mean=5, output_tokens_mean=4),
        LoadConfig(concurrency=4, benchmark_duration=60.0), OutputConfig(Path(sys.argv[2])),
        types=ComponentTypes(ui="none", exporters=("jsonl", "killer")), streaming=True,
    )
)
"""


@pytest.mark.once
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_a_process_that_was_killed(server_url, tmp_path, fresh_python):
    """Every request that had ended is in the artifacts that are made afterwards."""
    done = fresh_python.run(KILLED, server_url, str(tmp_path / "run"))
    assert done.returncode == -signal.SIGKILL, done.stderr
    made = rebuild(tmp_path / "run", OutputConfig(tmp_path / "run", show="nothing"))
    assert made.failures == ()
    found = json.loads((tmp_path / "run" / JSON).read_bytes())
    assert 50 <= found["request_count"]["avg"] < 54  # as many as four are handed on together
    assert found["request_latency"]["count"] == found["request_count"]["avg"]
    assert found["input_config"]["model"] == "m"
    assert "was killed" in found["warnings"][0]
