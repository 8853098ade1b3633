"""From the options of ``aiperf profile`` to a configuration."""

from __future__ import annotations

import sys
from operator import attrgetter
from pathlib import Path

import click
import pytest

from aiperf.cli.arguments import to_config
from aiperf.cli.profile import profile

RATE = ("--request-rate", "9")
CANCEL = ("--request-cancellation-rate", "9")
WARMED = ("--warmup-request-count", "2")
PREFILL = ("--streaming", "--concurrency", "9", "--prefill-concurrency", "3")
USERS = ("--user-centric-rate", "2.5", "--num-users", "4")


def config_of(*words):
    """Return the configuration that a command line asks for."""
    return to_config(profile.make_context("profile", list(words)).params)


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        (["--model", "a/b"], "model", "a/b"),
        (["-m", "a"], "model", "a"),
        (["--streaming"], "streaming", True),
        (["--no-streaming"], "streaming", False),
        (["--endpoint", "/v2/chat"], "endpoint_path", "/v2/chat"),
        (["--use-legacy-max-tokens"], "use_legacy_max_tokens", True),
        (["--use-server-token-count"], "use_server_token_count", True),
        (["--url", "localhost:8000", "-m", "m"], "transport.url", "http://localhost:8000"),
        (["-u", "https://host/v1", "-m", "m"], "transport.url", "https://host/v1"),
        ([], "transport.url", ""),
        (["--connect-timeout-seconds", "1.5"], "transport.connect_timeout", 1.5),
        (["--request-timeout-seconds", "2"], "transport.request_timeout", 2.0),
        (["--idle-timeout-seconds", "3"], "transport.idle_timeout", 3.0),
        (["--first-byte-timeout-seconds", "4"], "transport.first_byte_timeout", 4.0),
        (["--proxy", "http://p:1"], "transport.proxy", "http://p:1"),
        (["--dns-ttl-seconds", "5"], "transport.dns_ttl", 5.0),
        (["--max-response-bytes", "6"], "transport.max_response_bytes", 6),
        (["--connection-reuse-strategy", "never"], "transport.connection_reuse", "never"),
        (["--url-strategy", "round-robin"], "transport.url_strategy", "round-robin"),
        (["-u", "a", "-u", "unix:///b", "-m", "m"], "transport.url", "http://a"),
        (["-u", "a", "-u", "unix:///b", "-m", "m"], "transport.other_urls", ("unix:///b",)),
        (["--api-key", "k"], "transport.api_key", "k"),
        (["--tls-insecure"], "transport.verify", False),
        (["--tls-ca-file", __file__], "transport.ca_file", __file__),
        (["--conversation-num", "7"], "dataset.entries", 7),
        (["--isl", "7.5"], "dataset.input_tokens_mean", 7.5),
        (["--isl-stddev", "2"], "dataset.input_tokens_stddev", 2.0),
        (["--osl", "9"], "dataset.output_tokens_mean", 9.0),
        (["--osl-stddev", "1"], "dataset.output_tokens_stddev", 1.0),
        (["-b", "4"], "dataset.batch_size", 4),
        (["--system-prompt", "Be brief."], "dataset.system_prompt", "Be brief."),
        (["--random-seed", "-3"], "dataset.random_seed", -3),
        (["--input-file", __file__], "dataset.input_file", __file__),
        (["--isl-block-size", "16"], "dataset.block_size", 16),
        (["--dataset-sampling-strategy", "random"], "dataset.sampling_strategy", "random"),
        (["--num-prefix-prompts", "3"], "dataset.prefixes.pool_size", 3),
        (["--prefix-prompt-length", "9"], "dataset.prefixes.length", 9),
        (["--shared-system-prompt-length", "5"], "dataset.prefixes.system_length", 5),
        (["--user-context-prompt-length", "6"], "dataset.prefixes.context_length", 6),
        (["--conversation-turn-mean", "3"], "dataset.turns.mean", 3.0),
        (["--conversation-turn-stddev", "1"], "dataset.turns.stddev", 1.0),
        (["--conversation-turn-delay-mean", "20"], "dataset.turns.delay_mean_ms", 20.0),
        (["--conversation-turn-delay-stddev", "2"], "dataset.turns.delay_stddev_ms", 2.0),
        (["--conversation-turn-delay-ratio", "0.5"], "dataset.turns.delay_ratio", 0.5),
        (["--image-width-mean", "64"], "dataset.images.width_mean", 64.0),
        (["--image-width-stddev", "1"], "dataset.images.width_stddev", 1.0),
        (["--image-height-mean", "32"], "dataset.images.height_mean", 32.0),
        (["--image-height-stddev", "2"], "dataset.images.height_stddev", 2.0),
        (["--image-batch-size", "2"], "dataset.images.batch_size", 2),
        (["--image-format", "jpeg"], "dataset.images.format", "jpeg"),
        (["--image-source", "here"], "dataset.images.source", "here"),
        (["--audio-length-mean", "1.5"], "dataset.audio.length_mean", 1.5),
        (["--audio-length-stddev", "0.5"], "dataset.audio.length_stddev", 0.5),
        (["--audio-batch-size", "2"], "dataset.audio.batch_size", 2),
        (["--audio-format", "mp3"], "dataset.audio.format", "mp3"),
        (["--audio-sample-rates", "8,44.1"], "dataset.audio.sample_rates", (8.0, 44.1)),
        (["--audio-depths", "8, 24"], "dataset.audio.depths", (8, 24)),
        (["--audio-num-channels", "2"], "dataset.audio.num_channels", 2),
        (["--rankings-passages-mean", "4"], "dataset.rankings.passages_mean", 4.0),
        (["--rankings-passages-mean", "1"], "dataset.rankings.is_wanted", True),
        (["--rankings-passages-stddev", "2"], "dataset.rankings.passages_stddev", 2.0),
        (
            ["--rankings-passages-prompt-token-mean", "7"],
            "dataset.rankings.passage_tokens_mean",
            7.0,
        ),
        (
            ["--rankings-passages-prompt-token-stddev", "2"],
            "dataset.rankings.passage_tokens_stddev",
            2.0,
        ),
        (["--rankings-query-prompt-token-mean", "8"], "dataset.rankings.query_tokens_mean", 8.0),
        (
            ["--rankings-query-prompt-token-stddev", "3"],
            "dataset.rankings.query_tokens_stddev",
            3.0,
        ),
        (["--concurrency", "16"], "load.concurrency", 16),
        (["--request-count", "5"], "load.request_count", 5),
        (["--benchmark-duration", "2.5"], "load.benchmark_duration", 2.5),
        (["--benchmark-grace-period", "0"], "load.grace_period", 0.0),
        (["--num-warmup-requests", "3"], "load.warmup_request_count", 3),
        (["--concurrency", "16"], "load.concurrency_limit", 16),
        (["--concurrency-ramp-duration", "2"], "load.concurrency_ramp_duration", 2.0),
        (PREFILL, "load.prefill_concurrency", 3),
        (
            [*PREFILL, "--prefill-concurrency-ramp-duration", "2"],
            "load.prefill_concurrency_ramp_duration",
            2.0,
        ),
        (USERS, "load.user_centric_rate", 2.5),
        (USERS, "load.num_users", 4),
        (["--request-rate", "2.5"], "load.request_rate", 2.5),
        ([*RATE, "--request-rate-ramp-duration", "2"], "load.request_rate_ramp_duration", 2.0),
        ([*RATE, "--vllm-burstiness", "2"], "load.arrival_smoothness", 2.0),
        (["--fixed-schedule-auto-offset"], "load.fixed_schedule_auto_offset", True),
        (["--fixed-schedule-start-offset", "1500"], "load.fixed_schedule_start_offset", 1500.0),
        (["--fixed-schedule-end-offset", "1500"], "load.fixed_schedule_end_offset", 1500.0),
        (["--request-cancellation-rate", "5"], "load.request_cancellation_rate", 5.0),
        ([*CANCEL, "--request-cancellation-delay", "1"], "load.request_cancellation_delay", 1.0),
        (["--num-warmup-sessions", "3"], "load.warmup_session_count", 3),
        (["--warmup-duration", "3"], "load.warmup_duration", 3.0),
        ([*WARMED, "--warmup-grace-period", "3"], "load.warmup_grace_period", 3.0),
        ([*WARMED, "--warmup-concurrency", "3"], "load.warmup_concurrency", 3),
        (
            [*WARMED, *PREFILL, "--warmup-prefill-concurrency", "2"],
            "load.warmup_prefill_concurrency",
            2,
        ),
        (
            [*WARMED, *PREFILL, "--warmup-prefill-concurrency-ramp-duration", "3"],
            "load.warmup_prefill_concurrency_ramp_duration",
            3.0,
        ),
        ([*WARMED, "--warmup-request-rate", "3"], "load.warmup_request_rate", 3.0),
        (
            [*WARMED, "--warmup-concurrency-ramp-duration", "3"],
            "load.warmup_concurrency_ramp_duration",
            3.0,
        ),
        (
            [*WARMED, *RATE, "--warmup-request-rate-ramp-duration", "3"],
            "load.warmup_request_rate_ramp_duration",
            3.0,
        ),
        (["--num-dataset-entries", "7"], "dataset.entries", 7),
        (
            ["--goodput", "request_latency:250 inter_token_latency:1e1"],
            "metrics.goodput",
            {"request_latency": 250.0, "inter_token_latency": 10.0},
        ),
        (["--export-level", "raw"], "output.export_level", "raw"),
        (["--profile-export-level", "summary"], "output.export_level", "summary"),
        (["--profile-export-prefix", "a.b"], "output.prefix", "a.b"),
        (["--profile-export-file", "foo.json"], "output.prefix", "foo"),
        (["--profile-export-prefix", "foo_raw.jsonl"], "output.prefix", "foo"),
        (["--slice-duration", "2.5"], "metrics.slice_duration", 2.5),
        (["--export-http-trace"], "transport.trace", True),
        (["--export-http-trace"], "metrics.show_trace_timing", False),
        (["--show-trace-timing"], "transport.trace", True),
        (["--show-trace-timing"], "metrics.show_trace_timing", True),
        (["--goodput", "a:1", "--goodput", "b:2"], "metrics.goodput", {"a": 1.0, "b": 2.0}),
        (["--artifact-dir", "here"], "output.artifact_dir", Path("here")),
        (["--endpoint-type", "embeddings"], "types.endpoint", "embeddings"),
        (["--transport", "x"], "types.transport", "x"),
        (["--dataset-type", "x"], "types.dataset", "x"),
        (["--arrival-pattern", "x"], "types.arrival", "x"),
        (["--executor", "x"], "types.executor", "x"),
        ([], "types.executor", "local"),
        (["--workers-max", "1"], "types.executor", "local"),
        (["--workers-max", "2"], "types.executor", "processes"),
        (["--executor", "x", "--workers-max", "2"], "types.executor", "x"),
        (["--max-workers", "2"], "load.workers_max", 2),
        (["--tokenizer", "x"], "types.tokenizer", "x"),
        (["--tokenizer-revision", "v1"], "tokenizer.revision", "v1"),
        ([], "tokenizer.revision", None),
        (["--tokenizer-trust-remote-code"], "tokenizer.trust_remote_code", True),
        ([], "tokenizer.trust_remote_code", False),
        (["--ui", "none"], "types.ui", "none"),
        (["--quiet"], "types.ui", "none"),
        (["--json"], "types.ui", "none"),
        (["--quiet"], "output.show", "nothing"),
        (["--json", "--quiet"], "output.show", "json"),
        ([], "output.show", "tables"),
        (["--verbose"], "output.verbose", True),
        (["--exporter", "csv", "--exporter", "json"], "types.exporters", ("csv", "json")),
        ([], "types.exporters", ()),
    ],
)
def test_an_option_has_its_place_in_the_configuration(words, field, value):
    found = attrgetter(field)(config_of(*words))
    assert found == value
    assert type(found) is type(value) or isinstance(found, Path)


def test_headers_are_names_and_values():
    """Repeated, as JSON objects, with any blanks around; the later one of a name counts."""
    config = config_of(
        *("-H", "X-A: 1", "-H", "X-B:a:b", "--header", '{"X-C": "c", "X-A": "2"}', "-H", "X-D:"),
    )
    assert config.transport.headers == {"X-A": "2", "X-B": "a:b", "X-C": "c", "X-D": ""}


def test_extra_inputs_are_names_and_json_values():
    """What is no JSON is text."""
    words = [
        *(
            "temperature:0.5",
            "n:2",
            "flag:true",
            "none:null",
            "stop:[1]",
            "word:blue",
            "quoted:'x'",
        ),
        *("url:http://host", '{"a": {"b": 1}, "n": 3}', "nan:NaN", "minus:-Infinity"),
    ]
    config = config_of(*(part for word in words for part in ("--extra-inputs", word)))
    assert config.extra_inputs == {
        "temperature": 0.5,
        "n": 3,
        "flag": True,
        "none": None,
        "stop": [1],
        "word": "blue",
        "quoted": "'x'",
        "url": "http://host",
        "a": {"b": 1},
        "nan": "NaN",
        "minus": "-Infinity",
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-H", "Authorization"], "'--header'.*NAME:VALUE, such as X-Tenant:acme"),
        (["-H", ": x"], "'--header'.*NAME:VALUE"),
        (["-H", '{"A": 1}'], "'--header'.*must be strings"),
        (["-H", '{"A": '], "'--header'.*not JSON"),
        (["--extra-inputs", "temperature"], "'--extra-inputs'.*NAME:VALUE"),
        (["--extra-inputs", '{"a": NaN}'], "'--extra-inputs'.*not JSON: NaN"),
        (["--url", "localhost"], "'--model'.*with --url"),
        (["--url", "localhost", "--model", ""], "'--model'.*with --url"),
        (["--concurrency", "0"], "'--concurrency'"),
        (["--request-rate", "0"], "'--request-rate'"),
        (["--request-cancellation-rate", "101"], "'--request-cancellation-rate'"),
        (["--arrival-pattern", "constant"], "'--request-rate'.*pattern constant"),
        (["--arrival-smoothness", "2"], "'--request-rate'.*pattern gamma"),
        (["--request-rate-ramp-duration", "2"], "'--request-rate'"),
        (["--fixed-schedule", "--request-rate", "2"], "--request-rate contradicts --fixed"),
        (["--arrival-pattern", "concurrency", *RATE], "--request-rate contradicts --arrival"),
        (["--arrival-pattern", "poisson", "--fixed-schedule"], "--fixed-schedule contradicts"),
        (
            ["--arrival-pattern", "poisson", *RATE, "--arrival-smoothness", "2"],
            "--arrival-smoothness is for --arrival-pattern gamma",
        ),
        (
            ["--fixed-schedule-auto-offset", "--fixed-schedule-start-offset", "2"],
            "--fixed-schedule-auto-offset contradicts",
        ),
        (
            ["--fixed-schedule-end-offset", "1", "--fixed-schedule-start-offset", "2"],
            "start-offset (2) is after --fixed-schedule-end-offset (1)",
        ),
        (["--request-cancellation-delay", "2"], "'--request-cancellation-rate'"),
        (["--prefill-concurrency", "3"], "'--streaming'.*--prefill-concurrency needs it"),
        ([*PREFILL[:1], *PREFILL[3:]], "--prefill-concurrency (3) is more than --concurrency (1)"),
        (
            [*PREFILL, *WARMED, "--warmup-concurrency", "2", "--warmup-prefill-concurrency", "4"],
            "--warmup-prefill-concurrency (4) is more than --warmup-concurrency (2)",
        ),
        (["--prefill-concurrency-ramp-duration", "3"], "'--prefill-concurrency'"),
        (["--user-centric-rate", "2"], "'--num-users'.*--user-centric-rate needs it"),
        (["--num-users", "2"], "'--user-centric-rate'.*--num-users needs it"),
        (["--arrival-pattern", "user_centric"], "'--user-centric-rate'.*pattern user_centric"),
        ([*USERS, *RATE], "--request-rate contradicts --user-centric-rate"),
        ([*USERS, "--arrival-smoothness", "2"], "--arrival-smoothness contradicts --user-centric"),
        ([*USERS, "--fixed-schedule"], "--user-centric-rate contradicts.*fixed_schedule"),
        ([*USERS, "--request-count", "3"], "--request-count (3) is less than --num-users (4)"),
        ([*USERS, "--num-sessions", "3"], "--num-sessions (3) is less than --num-users (4)"),
        (["--warmup-concurrency", "2"], "--warmup-concurrency has no warm-up"),
        (["--warmup-arrival-pattern", "poisson"], "--warmup-arrival-pattern has no warm-up"),
        (["--request-count", "0"], "'--request-count'"),
        (["--benchmark-duration", "0"], "'--benchmark-duration'"),
        (["--request-timeout-seconds", "-1"], "'--request-timeout-seconds'"),
        (["--isl", "0"], "'--isl'"),
        (["--tls-ca-file", "/nowhere.pem"], "'--tls-ca-file'"),
    ],
)
def test_what_means_nothing_is_an_error_that_names_the_option(words, message):
    with pytest.raises(click.UsageError) as caught:
        config_of(*words)
    text = caught.value.format_message()
    assert "\n" not in text
    first, _, rest = message.partition(".*")
    assert first in text
    assert rest in text


@pytest.mark.parametrize(
    ("words", "arrival", "warmup"),
    [
        ([], "concurrency", None),
        (["--request-rate", "5"], "poisson", None),
        (["--request-rate", "5", "--arrival-smoothness", "2"], "gamma", None),
        (["--request-rate", "5", "--request-rate-mode", "constant"], "constant", None),
        (["--fixed-schedule"], "fixed_schedule", None),
        (USERS, "user_centric", None),
        ([*USERS, *WARMED, "--warmup-request-rate", "5"], "user_centric", "poisson"),
        ([*WARMED, "--warmup-request-rate", "5"], "concurrency", "poisson"),
        ([*WARMED, "--warmup-request-rate", "5", "--request-rate", "9"], "poisson", None),
        ([*WARMED, "--warmup-arrival-pattern", "x"], "concurrency", "x"),
    ],
)
def test_the_arrival_pattern_follows_from_the_other_options(words, arrival, warmup):
    """As with NVIDIA's AIPerf: a rate alone means a Poisson process."""
    types = config_of(*words).types
    assert (types.arrival, types.warmup_arrival) == (arrival, warmup)


@pytest.mark.parametrize(
    ("words", "follows"),
    [
        ([], True),
        (["--concurrency", "5"], True),
        (["--no-fixed-schedule"], False),
        (["--request-rate", "5"], False),
        (["--arrival-pattern", "concurrency"], False),
        (USERS, False),
    ],
)
def test_timestamps_are_followed_unless_something_else_is_asked_for(words, follows):
    """A concurrency is no contradiction: it limits what is under way."""
    assert config_of(*words).follow_timestamps == follows


@pytest.mark.parametrize(
    ("words", "sessions"),
    [
        ([], None),
        (["--num-sessions", "5"], 5),
        (["--num-sessions", "5", "--request-count", "9"], None),
        (["--num-sessions", "5", "--benchmark-duration", "9"], None),
    ],
)
def test_sessions_end_a_run_that_nothing_else_ends(words, sessions):
    """Otherwise they are held again until it ends."""
    assert config_of(*words).load.session_count == sessions


@pytest.mark.parametrize(
    ("words", "directory"),
    [
        ([], "mock-model-openai-chat-concurrency1"),
        (["--request-rate", "2.5"], "mock-model-openai-chat-request_rate2.5"),
        (
            ["--request-rate", "9", "--concurrency", "4"],
            "mock-model-openai-chat-concurrency4-request_rate9.0",
        ),
        (["--fixed-schedule"], "mock-model-openai-chat-fixed_schedule"),
        (USERS, "mock-model-openai-chat-user_centric-users4-qps2.5"),
        (["--fixed-schedule-auto-offset"], "mock-model-openai-chat-fixed_schedule"),
        (
            ["-m", "meta/Llama-3.1 8B", "--concurrency", "4"],
            "meta_Llama-3.1_8B-openai-chat-concurrency4",
        ),
        (
            ["-m", "../../x", "--endpoint-type", "embeddings"],
            ".._.._x-openai-embeddings-concurrency1",
        ),
    ],
)
def test_artifacts_have_a_directory_for_the_kind_of_run(words, directory):
    """Below the current one, whatever the model is called."""
    assert config_of(*words).output.artifact_dir == Path("artifacts", directory)


@pytest.mark.parametrize(
    ("words", "entries"),
    [
        ("--request-count 3", 3),
        ("--request-count 3 --warmup-request-count 2 --num-warmup-sessions 4", 9),
        ("--request-count 300", 100),
        ("--request-count 3 --num-dataset-entries 50", 50),
        ("--request-count 3 --num-sessions 50", 50),
        ("--request-count 3 --warmup-duration 1", 100),
        ("--request-count 3 --dataset-sampling-strategy random", 100),
        ("--request-count 3 --custom-dataset-type random_pool", 100),
    ],
)
def test_no_more_conversations_are_generated_than_are_sent(words, entries):
    """Unless their number was asked for, or the order is not that in which they are made."""
    assert config_of(*words.split()).dataset.entries == entries


def test_a_seed_that_nobody_chose_is_new_each_time():
    """And it is known, so that the run can be repeated."""
    seeds = {config_of().dataset.random_seed for _ in range(4)}
    assert len(seeds) > 1
    assert all(isinstance(seed, int) for seed in seeds)


@pytest.mark.parametrize(("value", "key"), [("s3cr3t", "s3cr3t"), ("", None)])
def test_the_key_may_be_in_the_environment(monkeypatch, value, key):
    """The option comes before it; empty is none."""
    monkeypatch.setenv("AIPERF_API_KEY", value)
    assert config_of().transport.api_key == key
    assert config_of("--api-key", "other").transport.api_key == "other"


def test_the_command_line_is_kept(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/usr/bin/aiperf", "profile", "--model", "m"])
    assert config_of().command == ("aiperf", "profile", "--model", "m")
