"""The options of NVIDIA AIPerf's tutorials do here what its pages say, with its names and units.

The commands are those of https://github.com/ai-dynamo/aiperf/tree/main/docs/tutorials, with fewer
requests and shorter times where those are not the point. Names and units are what version 0.13
writes for the same options.
"""

from __future__ import annotations

import csv
import json
import shlex
from collections import Counter
from typing import Any, NamedTuple

import pytest

pytestmark = pytest.mark.once

MODEL = "--model Qwen/Qwen3-0.6B"
CHAT = f"{MODEL} --endpoint-type chat --endpoint /v1/chat/completions --streaming"
LENGTHS = "--synthetic-input-tokens-mean 40 --output-tokens-mean 8"
TRACE = "--input-file trace.jsonl --custom-dataset-type mooncake_trace"
RANKINGS = "-m BAAI/bge-reranker-base --input-file rankings.jsonl --custom-dataset-type single_turn"
TIMES = (0, 60, 90, 120, 250, 400)

UNITS = {
    "benchmark_duration": "sec",
    "completed_request_count": "requests",
    "effective_concurrency": "requests",
    "request_count": "requests",
    "request_error_rate": "%",
    "request_latency": "ms",
    "request_throughput": "requests/sec",
}
INPUT = {
    "input_sequence_length": "tokens",
    "input_token_throughput": "tokens/sec",
    "total_isl": "tokens",
}
SERVERS_INPUT = {
    "total_usage_prompt_tokens": "tokens",
    "usage_prompt_tokens": "tokens",
    "usage_prompt_tokens_diff_pct": "%",
}
SERVERS = SERVERS_INPUT | {
    "total_usage_completion_tokens": "tokens",
    "total_usage_total_tokens": "tokens",
    "usage_completion_tokens": "tokens",
    "usage_completion_tokens_diff_pct": "%",
    "usage_discrepancy_count": "requests",
    "usage_total_tokens": "tokens",
}
LENGTH = {"osl_mismatch_count": "requests", "osl_mismatch_diff_pct": "%"}
OUTPUT = {
    "e2e_output_token_throughput": "tokens/sec/user",
    "output_sequence_length": "tokens",
    "output_token_count": "tokens",
    "output_token_throughput": "tokens/sec",
    "total_osl": "tokens",
    "total_output_tokens": "tokens",
    "total_token_throughput": "tokens/sec",
}
STREAM = {
    "decode_duration": "ms",
    "inter_chunk_latency": "ms",
    "inter_token_latency": "ms",
    "output_token_throughput_per_user": "tokens/sec/user",
    "prefill_throughput_per_user": "tokens/sec/user",
    "time_to_first_output_token": "ms",
    "time_to_first_token": "ms",
    "time_to_second_token": "ms",
}
PHASES = ("blocked", "dns_lookup", "connecting", "sending", "waiting", "receiving")
HTTP_TRACE = {
    **{f"http_req_{each}": "ms" for each in (*PHASES, "connection_overhead", "duration", "total")},
    **{f"http_req_data_{each}": "KB" for each in ("sent", "received")},
    **{f"http_req_chunks_{each}": "count" for each in ("sent", "received")},
    "http_req_connection_reused": "ratio",
}
GOODPUT = {
    "good_request_count": "requests",
    "good_request_fraction": "ratio",
    "goodput": "requests/sec",
}
SPEEDS = ("prefill_throughput", "decode_throughput", "total_throughput")
CURVES = {
    **{f"{which}_{each}": "tokens/sec" for which in ("effective", "active") for each in SPEEDS},
    **{
        f"{which}_{each}_per_user": "tokens/sec/user"
        for which in ("effective", "active")
        for each in SPEEDS[:2]
    },
    **{f"effective_{each}_concurrency": "requests" for each in ("prefill", "decode")},
    "tokens_in_flight": "tokens",
}
REASONING = {"total_usage_reasoning_tokens": "tokens", "usage_reasoning_tokens": "tokens"}
STREAMED = UNITS | INPUT | OUTPUT | STREAM | SERVERS | REASONING | CURVES
STATISTICS = {
    *("unit", "avg", "min", "max", "sum", "std", "count"),
    *("p1", "p5", "p10", "p25", "p50", "p75", "p90", "p95", "p99"),
}
METADATA = {
    *("session_num", "x_request_id", "x_correlation_id", "conversation_id", "turn_index"),
    *("credit_issued_ns", "request_start_ns", "request_ack_ns", "request_end_ns", "worker_id"),
    *("record_processor_id", "benchmark_phase", "was_cancelled"),
}


class Case(NamedTuple):
    """A tutorial's options, and what they ask for.

    ``turns`` are those of each conversation, ``lengths`` the means of input and output, and
    ``served`` all requests that the server gets, where a warm-up makes them more.
    """

    options: str
    units: dict[str, str]
    requests: int
    turns: int = 1
    lengths: tuple[float | None, float | None] = (None, None)
    served: int | None = None
    offsets_ms: tuple[int, ...] = ()


CASES = {
    "chat": Case(
        f"{CHAT} --synthetic-input-tokens-mean 100 --synthetic-input-tokens-stddev 0 "
        "--output-tokens-mean 20 --output-tokens-stddev 0 --extra-inputs min_tokens:20 "
        "--extra-inputs ignore_eos:true --concurrency 4 --request-count 16 "
        "--warmup-request-count 1 --conversation-num 8 --random-seed 100",
        *(STREAMED | LENGTH, 16, 1, (100, 20), 17),
    ),
    "several values": Case(
        f"{CHAT} --extra-inputs temperature:0.7 top_p:0.9 --header A:1 B:2 --request-count 4",
        *(STREAMED, 4, 1, (550, 6)),
    ),
    "completions": Case(
        f"{MODEL} --endpoint-type completions --endpoint /v1/completions --request-count 5 "
        "--input-file inputs.jsonl --custom-dataset-type single_turn",
        *(UNITS | INPUT | OUTPUT | SERVERS, 5, 1, (None, 6)),
    ),
    "embeddings": Case(
        "--model BAAI/bge-small-en-v1.5 --endpoint-type embeddings --endpoint /v1/embeddings "
        "--synthetic-input-tokens-mean 100 --synthetic-input-tokens-stddev 0 --request-count 20 "
        "--concurrency 4",
        *(UNITS | INPUT | SERVERS_INPUT, 20, 1, (100, None)),
    ),
    "rankings": Case(
        f"{RANKINGS} --endpoint-type nim_rankings --endpoint /v1/ranking --request-count 10",
        *(UNITS | INPUT | SERVERS_INPUT, 10),
    ),
    "rankings of Hugging Face": Case(
        "-m BAAI/bge-reranker-base --endpoint-type hf_tei_rankings --request-count 10 "
        "--rankings-passages-mean 5 --rankings-passages-prompt-token-mean 32 "
        "--rankings-query-prompt-token-mean 16",
        *(UNITS | INPUT, 10, 1, (16 + 5 * 32, None)),
    ),
    "trace replay": Case(
        f"{CHAT} --input-file queries.jsonl --custom-dataset-type mooncake_trace --concurrency 2 "
        "--warmup-request-count 1",
        *(STREAMED | LENGTH, 3, 1, (None, 10), 4),
    ),
    "fixed schedule": Case(
        f"{CHAT} {TRACE} --fixed-schedule-auto-offset",
        *(STREAMED, 6, 1, (30, 6), None, TIMES),
    ),
    "window of a schedule": Case(
        f"{CHAT} {TRACE} --fixed-schedule --fixed-schedule-start-offset 90 "
        "--fixed-schedule-end-offset 250",
        *(STREAMED, 3, 1, (30, 6), None, (0, 30, 160)),
    ),
    "goodput": Case(
        "-m Qwen/Qwen3-0.6B --endpoint-type chat --streaming --request-count 20 --goodput "
        '"time_to_first_token:10000 inter_token_latency:10000"',
        *(STREAMED | GOODPUT, 20),
    ),
    "phases of requests": Case(
        f"{CHAT} {LENGTHS} --concurrency 2 --request-count 10 --export-http-trace "
        "--show-trace-timing",
        *(STREAMED | LENGTH | HTTP_TRACE, 10, 1, (40, 8)),
    ),
    "conversations": Case(
        f"{CHAT} --conversation-num 10 --conversation-turn-mean 3 --conversation-turn-stddev 0 "
        f"{LENGTHS} --concurrency 2 --random-seed 42",
        *(STREAMED | LENGTH, 30, 3, (40 + 48, 8)),
    ),
    "conversations at a rate": Case(
        f"{CHAT} --conversation-num 6 --conversation-turn-mean 4 --request-rate 100 "
        f"--request-rate-mode poisson {LENGTHS} --random-seed 42",
        *(STREAMED | LENGTH, 24, 4, (40 + 1.5 * 48, 8)),
    ),
}


@pytest.fixture
def quick_server(mock_server, tmp_path):
    """Give a context that runs a quick server, beside the files that the commands read."""
    directory = tmp_path / "cwd"
    directory.mkdir()
    files: dict[str, list[dict[str, Any]]] = {
        "inputs": [{"texts": ["Hello!"]}, {"texts": ["Tell me a joke."]}],
        "queries": [{"text_input": text, "output_length": 10} for text in "abc"],
        "trace": [
            {"timestamp": time, "input_length": 30, "hash_ids": [number]}
            for number, time in enumerate(TIMES)
        ],
        "rankings": [
            {
                "texts": [
                    {"name": "query", "contents": [f"What is {number}?"]},
                    {"name": "passages", "contents": ["A number.", "No number."]},
                ]
            }
            for number in range(5)
        ],
    }
    for name, lines in files.items():
        (directory / f"{name}.jsonl").write_text("".join(json.dumps(x) + "\n" for x in lines))

    return mock_server("--ttft", "1", "--itl", "1", "--output-tokens", "6")


def due_ms(run):
    """Return when each request was to start, from the first one on."""
    times = sorted(
        each["metadata"]["request_start_ns"] / 1e6 - each["metrics"]["schedule_lag"]["value"]
        for each in run.lines
    )
    return [time - times[0] for time in times]


def check(case, run):
    """Compare a run with what its command asked for."""
    assert (run.code, run.stderr) == (0, "")

    found = {tag: x for tag, x in run.summary.items() if isinstance(x, dict) and "unit" in x}
    errors, lag = found.pop("error_request_count"), found.pop("schedule_lag", None)
    effective = found.pop("effective_latency", None)
    assert (effective is None) == (lag is None)
    assert {tag: each["unit"] for tag, each in found.items()} == case.units
    assert (errors["avg"], errors["unit"]) == (0, "requests")
    assert (lag is not None) == bool(case.offsets_ms or "--request-rate " in case.options)
    assert found["request_count"]["avg"] == case.requests
    for tag, mean in zip(("input", "output"), case.lengths, strict=True):
        assert mean in (None, found.get(f"{tag}_sequence_length", {}).get("avg"))
    if "http_req_total" in found:
        assert found["http_req_connection_reused"]["sum"] == case.requests - 2
        assert "HTTP Waiting (TTFB)" in run.stdout
        for line in run.lines:
            phases = [line["metrics"][f"http_req_{each}"]["value"] for each in PHASES]
            took = line["metadata"]["request_end_ns"] - line["metadata"]["request_start_ns"]
            assert sum(phases) == pytest.approx(took / 1e6)
    if "goodput" in found:
        assert found["good_request_count"]["avg"] == case.requests

    records = [each["metadata"] for each in run.lines]
    assert {each["benchmark_phase"] for each in records} == {"profiling"}
    assert set(Counter(each["x_correlation_id"] for each in records).values()) == {case.turns}
    if case.offsets_ms:
        assert due_ms(run) == pytest.approx(case.offsets_ms, abs=0.01)


def test_the_tutorials_commands_do_what_they_say(profile, quick_server):
    """Counts, lengths and times are what was asked for; names and units are NVIDIA AIPerf's."""
    with quick_server as server:
        url = server.url.removeprefix("http://")
        for case in CASES.values():
            check(case, profile("--url", url, *shlex.split(case.options)))
    assert len(server.entries) == sum(case.served or case.requests for case in CASES.values())


def test_statistics_records_and_tables_have_nvidias_shape(profile, quick_server):
    """The keys of a metric, of a record and of a slice, and the columns of both tables."""
    options = shlex.split(f"{CHAT} --request-count 8 --slice-duration 60")
    with quick_server as server:
        run = profile("--url", server.url, *options)
    for tag in (*STREAM, "request_latency", "input_sequence_length", "output_token_count"):
        assert run.summary[tag].keys() == STATISTICS
    for tag in (*CURVES, "effective_concurrency"):
        assert run.summary[tag].keys() == STATISTICS - {"sum", "count"}
    for tag in ("request_count", "request_throughput", "output_token_throughput", "total_isl"):
        assert run.summary[tag].keys() == {"unit", "avg"}
    assert {"schema_version", "aiperf_version", "input_config", "error_summary"} < set(run.summary)
    assert {"was_cancelled", "is_complete", "start_time", "end_time"} < set(run.summary)
    for line in run.lines:
        assert set(line["metadata"]) > METADATA
        assert line["metrics"]["request_latency"].keys() == {"value", "unit"}
    with (run.artifacts / "profile_export_aiperf.csv").open(newline="") as lines:
        rows = list(csv.reader(lines))
    columns = ["Metric", "avg", "min", "max", "sum"]
    columns += ["p1", "p5", "p10", "p25", "p50", "p75", "p90", "p95", "p99", "std"]
    assert rows[0][: len(columns)] == columns
    assert ["Metric", "Value"] in rows
    slices = json.loads((run.artifacts / "profile_export_aiperf_timeslices.json").read_bytes())
    assert {"timeslices", "input_config"} < set(slices)
    assert {"start_ns", "end_ns", "request_latency"} < set(slices["timeslices"][0])
    table = (run.artifacts / "profile_export_aiperf_timeslices.csv").read_text()
    assert table.startswith("Timeslice,Start_NS,End_NS,Metric,Unit,Stat,Value\n")
