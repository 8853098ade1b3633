"""``aiperf profile`` with nothing else at hand: it starts the embedded server and measures it."""

from __future__ import annotations

import json

import pytest

from aiperf.aiperf_registry import aiperf_register_metric

ASKED_FOR = {"goodput", "good_request_count", "good_request_fraction"}
SCHEDULED = {"schedule_lag", "effective_latency"}
SOMETIMES = {"reasoning_token_count", "total_reasoning_tokens"} | ASKED_FOR | SCHEDULED
"""What is there only with objectives, a schedule or a model that reasons."""
OF_THE_SERVER = ("cache", "usage_reasoning_tokens_diff")
"""What is in the tags of what the embedded server does not count unless it is told to."""
METADATA = {each.class_type: each.metadata for each in aiperf_register_metric()}


def needs(tag):
    """Return what a metric needs, by itself and through those that it reads."""
    read = [needs(each) for each in METADATA[tag].get("requires", ())]
    return set(METADATA[tag].get("needs", ())).union(*read)


def offered(*given):
    """Return the metrics of an endpoint that gives some of ``streaming`` and ``tokens``."""
    given = {*given, "tokenizer"}
    return {
        tag
        for tag in METADATA
        if needs(tag).issubset(given) and not any(part in tag for part in OF_THE_SERVER)
    } - SOMETIMES


def metrics_of(run):
    """Return the tags of the metrics in the summary."""
    return {tag for tag, each in run.summary.items() if isinstance(each, dict) and "unit" in each}


def test_chat_with_streaming(profile):
    """Every metric is there, for every request, and the artifacts tell the same."""
    run = profile("--streaming", "--request-count", "6", "--concurrency", "3", "--osl", "5")
    assert (run.code, run.stderr) == (0, "")
    assert metrics_of(run) == offered("streaming", "tokens")
    assert run.count("request_count") == 6
    assert run.count("error_request_count") == 0
    assert run.summary["output_sequence_length"]["min"] == 5
    assert run.summary["output_sequence_length"]["max"] == 5
    assert run.summary["input_sequence_length"]["avg"] == 550
    assert run.summary["time_to_first_token"]["count"] == 6
    assert run.summary["inter_chunk_latency"]["count"] == 6 * 4
    lines = run.lines
    assert [each["error"] for each in lines] == [None] * 6
    latencies = [each["metrics"]["request_latency"]["value"] for each in lines]
    assert run.summary["request_latency"]["max"] == max(latencies)
    assert run.summary["request_latency"]["unit"] == "ms"
    assert all(payload["stream"] for payload in run.payloads)
    assert "Time to First Token (ms)" in run.stdout
    assert (run.artifacts / "profile_export_aiperf.csv").read_text().startswith("Metric,")
    assert f"{run.artifacts / 'inputs.json'}" in run.log


def test_chat_without_streaming(profile):
    """What only a stream can tell is left out."""
    run = profile("--request-count", "3", "--osl", "5")
    assert (run.code, run.stderr) == (0, "")
    assert metrics_of(run) == offered("tokens")
    assert run.count("request_count") == 3
    assert not any(payload["stream"] for payload in run.payloads)
    assert "Time to First Token" not in run.stdout


def test_embeddings(profile):
    """There are no output tokens, and a request carries a batch."""
    run = profile("--endpoint-type", "embeddings", "--request-count", "3", "-b", "2", "--isl", "7")
    assert (run.code, run.stderr) == (0, "")
    assert metrics_of(run) == offered()
    assert run.summary["input_sequence_length"]["avg"] == 14
    assert {len(payload["input"]) for payload in run.payloads} == {2}


@pytest.mark.parametrize("kind", ["nim_rankings", "cohere_rankings", "hf_tei_rankings"])
def test_rankings(profile, kind):
    """A query and passages are generated, and there are no output tokens.

    Of the three formats that of NIM alone has room for what the server counts.
    """
    run = profile(
        "--endpoint-type", kind, "--request-count", "3", "--rankings-passages-mean", "4",
        "--rankings-passages-prompt-token-mean", "7", "--rankings-query-prompt-token-mean", "5",
    )  # fmt: skip
    assert (run.code, run.stderr) == (0, "")
    has_usage = kind == "nim_rankings"
    assert metrics_of(run) == {tag for tag in offered() if has_usage or "usage" not in tag}
    assert run.count("error_request_count") == 0
    assert run.summary["input_sequence_length"]["avg"] == 5 + 4 * 7


def test_rankings_of_a_file(profile, tmp_path):
    """A prompt without a query is refused before anything is sent."""
    file = tmp_path / "prompts.jsonl"
    words = ["--endpoint-type", "rankings", "--input-file", str(file), "--request-count", "2"]
    texts = [{"name": "query", "contents": ["q"]}, {"name": "passages", "contents": ["a", "b"]}]
    file.write_text(json.dumps({"texts": texts}))
    run = profile(*words)
    assert (run.code, run.stderr) == (0, "")
    (payload,) = run.payloads
    assert (payload["query"], payload["passages"]) == (
        {"text": "q"},
        [{"text": "a"}, {"text": "b"}],
    )
    file.write_text(json.dumps({"text": "a"}))
    run = profile(*words)
    assert run.code != 0
    assert "need a query and passages, and the dataset's prompt has no query" in run.stderr


def test_an_api_of_ones_own(profile, tmp_path):
    """What a template and a path say is as good as an endpoint that was written for it."""
    template = tmp_path / "body.j2"
    template.write_text(
        '{"model": {{ model|tojson }}, "stream": {{ stream|tojson }}, "max_tokens": '
        '{{ max_tokens }}, "prompt": {{ text|tojson }}}'
    )
    run = profile(
        "--endpoint-type", "template", "--custom-endpoint", "/v1/completions", "--streaming",
        "--extra-inputs", f"payload_template:{template}", "--osl", "5", "--request-count", "3",
        "--extra-inputs", "response_field:choices[0].text",
    )  # fmt: skip
    assert (run.code, run.stderr) == (0, "")
    assert run.summary["output_sequence_length"]["avg"] == 5
    assert run.summary["inter_chunk_latency"]["count"] == 3 * 4
    assert "payload_template" not in run.payloads[0]


def test_an_endpoint_that_cannot_stream(profile):
    """Asking for it is an error that names the option, not a silent run without."""
    run = profile("--endpoint-type", "embeddings", "--streaming")
    assert run.code == 1
    assert run.stderr == (
        "Error: Endpoint type 'embeddings' cannot stream. Leave --streaming out.\n"
    )


def test_warm_up_is_in_no_result(profile, mock_server):
    """The server gets the warm-up, and then the run; the results know of the run alone."""
    with mock_server("--ttft", "1", "--itl", "0") as server:
        run = profile(
            "--url", server.url, "--model", "m", "--request-count", "5",
            "--num-warmup-requests", "3", "--concurrency", "2", "--conversation-num", "8",
        )  # fmt: skip
    assert (run.code, run.stderr) == (0, "")
    assert run.count("request_count") == 5
    assert run.summary["request_latency"]["count"] == 5
    assert {each["metadata"]["benchmark_phase"] for each in run.lines} == {"profiling"}
    measured = [each["metadata"]["x_request_id"] for each in run.lines]
    served = [each["x_request_id"] for each in server.entries]
    assert len(served) == len(set(served)) == 8
    assert set(measured) == set(served[3:])
    ends = {each["metadata"]["conversation_id"] for each in run.lines}
    assert ends == {f"session_{number:06d}" for number in range(3, 8)}


def test_a_run_for_a_time(profile, mock_server):
    """Requests start until the time is over; those under way get the grace period and count."""
    with mock_server("--ttft", "40", "--itl", "0") as server:
        run = profile(
            "--url", server.url, "--model", "m", "--benchmark-duration", "0.3", "--concurrency", "2"
        )
    assert (run.code, run.stderr) == (0, "")
    count = run.count("request_count")
    assert count == len(run.lines) == len(server.entries) > 2
    assert run.count("error_request_count") == 0
    starts = [each["metadata"]["request_start_ns"] for each in run.lines]
    assert max(starts) - min(starts) < 0.3e9


def test_requests_that_outlive_the_grace_period(profile, mock_server):
    """Each is cancelled and told as such, and it is no interruption of the run."""
    with mock_server("--ttft", "60000") as server:
        run = profile(
            "--url", server.url, "--model", "m", "--concurrency", "32",
            "--benchmark-duration", "0.2", "--benchmark-grace-period", "0",
        )  # fmt: skip
    assert run.code == 1
    assert run.stderr.startswith("Error: No request succeeded; 32 ended with ")
    assert "RequestCancellationError" in run.stderr
    assert [each["metadata"]["was_cancelled"] for each in run.lines] == [True] * 32
    assert not run.summary["was_cancelled"]


@pytest.mark.once
def test_a_seed_makes_the_prompts(profile):
    """The same seed gives the same requests, another seed gives others."""
    options = ["--request-count", "2", "--conversation-num", "5", "--isl", "20"]
    runs = [
        profile(*options, "--random-seed", "7", "--osl", "4", "--osl-stddev", "2"),
        profile(*options, "--random-seed", "7", "--osl", "4", "--osl-stddev", "2"),
        profile(*options),
    ]
    first, second, third = (run.payloads for run in runs)
    assert first == second
    assert first != third
    assert len(first) == 5
    seed = runs[2].summary["input_config"]["dataset"]["random_seed"]
    again = profile(*options, "--random-seed", str(seed))
    assert again.payloads == third


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--endpoint-type", "chta"], ["'chta'", "Did you mean 'chat'?"]),
        (["--transport", "smoke"], ["'smoke'", "http"]),
        (["--ui", "disco"], ["'disco'", "progress"]),
    ],
)
def test_a_part_that_there_is_not_is_a_wrong_use(profile, options, words):
    """As any wrong value of an option: one line that says what to write."""
    run = profile(*options)
    assert run.code == 2
    assert run.stdout == ""
    (error,) = run.stderr.splitlines()
    assert error.startswith("Error: ")
    for word in words:
        assert word in error


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--url", "ftp://host", "-m", "m"], ["--url", "ftp://host", "http://"]),
        (["--tokenizer", "buildin"], ["'buildin'", "Did you mean 'builtin'?"]),
        (["--header", "Content Length: 3"], ["--header", "'Content Length'"]),
        (["--artifact-dir", "/dev/null/x"], ["/dev/null/x", "--output-artifact-dir"]),
    ],
)
def test_what_cannot_work_is_one_line(profile, options, words):
    """It says what is wrong and what to do, before a request is sent."""
    run = profile(*options)
    assert run.code == 1
    assert run.stdout == ""
    assert run.stderr.startswith("Error: ")
    assert run.stderr.count("\n") == 1, run.stderr
    for word in words:
        assert word in run.stderr
    assert run.lines == []


@pytest.mark.once
def test_answers_are_a_part_of_the_prompts_that_follow(profile):
    """The client counts the history's tokens as the server does, which was sent the answers."""
    words = ("--num-sessions", "2", "--session-turns-mean", "3", "--isl", "20", "--osl", "10")
    for more in ((), ("--use-server-token-count",)):
        run = profile(*words, "--streaming", *more)
        lengths = {
            (line["metadata"]["turn_index"], line["metrics"]["input_sequence_length"]["value"])
            for line in run.lines
        }
        assert lengths == {(0, 20), (1, 50), (2, 80)}
