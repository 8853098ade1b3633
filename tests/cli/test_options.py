"""The options of ``aiperf profile``."""

from __future__ import annotations

from collections import Counter

import pytest

from aiperf.cli.arguments import to_config
from aiperf.cli.profile import profile
from aiperf.cli.sweep_arguments import sweep_plan
from aiperf.common.config import DatasetConfig, LoadConfig, MetricsConfig, TransportConfig

OPTIONS = {option.name: option for option in profile.params}


@pytest.mark.parametrize("option", OPTIONS.values(), ids=OPTIONS)
def test_an_option_says_what_it_is_for(option):
    """In a sentence, and with its default where it has one."""
    assert ". " in f"{option.help} "
    context = profile.make_context("profile", [])
    default = context.params.get(option.name)
    if isinstance(default, tuple):
        default = ",".join(map(str, default)) or None
    if default not in (None, False, ()):
        assert f"[default: {default}" in option.get_help_record(context)[1]


def test_no_name_means_two_things():
    names = Counter(name for each in OPTIONS.values() for name in each.opts + each.secondary_opts)
    assert names.most_common(1)[0][1] == 1


@pytest.mark.parametrize(
    "name",
    [
        *("-m", "--model", "--model-names", "-u", "--url", "--endpoint-type", "--custom-endpoint"),
        *("--endpoint", "--streaming", "--header", "-H", "--api-key", "--extra-inputs"),
        *("--request-timeout-seconds", "--use-server-token-count", "--use-legacy-max-tokens"),
        *(
            "--tokenizer",
            "--tokenizer-revision",
            "--tokenizer-trust-remote-code",
            "--concurrency",
            "--request-count",
            "--num-requests",
        ),
        *("--benchmark-duration", "--benchmark-grace-period", "--warmup-request-count"),
        *("--arrival-pattern", "--request-rate-mode", "--request-rate", "--arrival-smoothness"),
        *("--vllm-burstiness", "--fixed-schedule", "--fixed-schedule-auto-offset"),
        *("--fixed-schedule-start-offset", "--fixed-schedule-end-offset"),
        *("--concurrency-ramp-duration", "--request-rate-ramp-duration"),
        *("--prefill-concurrency", "--prefill-concurrency-ramp-duration"),
        *("--user-centric-rate", "--num-users"),
        *("--request-cancellation-rate", "--request-cancellation-delay"),
        *("--executor", "--workers-max", "--max-workers"),
        *("--num-warmup-sessions", "--warmup-duration", "--warmup-grace-period"),
        *("--warmup-arrival-pattern", "--warmup-concurrency", "--warmup-request-rate"),
        *("--warmup-concurrency-ramp-duration", "--warmup-request-rate-ramp-duration"),
        *("--warmup-prefill-concurrency", "--warmup-prefill-concurrency-ramp-duration"),
        *("--num-warmup-requests", "--conversation-num", "--num-conversations", "--num-sessions"),
        *(
            "--num-dataset-entries",
            "--num-prompts",
            "--isl",
            "--synthetic-input-tokens-mean",
            "--isl-stddev",
        ),
        *("--prompt-input-tokens-mean", "--prompt-input-tokens-stddev", "--osl"),
        *("--synthetic-input-tokens-stddev", "--output-tokens-mean", "--prompt-output-tokens-mean"),
        *("--output-tokens-stddev", "--osl-stddev", "--prompt-output-tokens-stddev", "-b"),
        *("--batch-size", "--batch-size-text", "--prompt-batch-size", "--random-seed"),
        *(
            "--artifact-dir",
            "--output-artifact-dir",
            "--ui",
            "--ui-type",
            "--goodput",
            "--slice-duration",
            "--export-http-trace",
            "--show-trace-timing",
            "--export-level",
            "--profile-export-level",
            "--profile-export-prefix",
            "--profile-export-file",
        ),
    ],
)
def test_the_names_that_users_know_are_there(name):
    """Those of NVIDIA's AIPerf."""
    assert any(name in each.opts for each in OPTIONS.values())


def test_every_option_is_read():
    """None is accepted and then ignored."""
    read = set()

    class Noting(dict):
        def __getitem__(self, name):
            read.add(name)
            return super().__getitem__(name)

    chosen = Noting(profile.make_context("profile", []).params)
    to_config(chosen)
    sweep_plan(Noting(chosen))
    discovery_reads = {"use", "trace_plugins"}
    assert read | discovery_reads == set(OPTIONS) - {"config", "print_config"}


def test_defaults_are_stated_once():
    """The options' defaults are the configuration's own."""
    config = to_config(profile.make_context("profile", ["--random-seed", "1"]).params)
    assert config.transport == TransportConfig(url="")
    assert config.dataset == DatasetConfig(random_seed=1)
    assert config.load == LoadConfig()
    assert config.metrics == MetricsConfig()
