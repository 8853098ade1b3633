"""Which metrics a run has."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from aiperf.benchmark.metric_choice import build_metrics, endpoint_gives
from aiperf.common.errors import ConfigError

STREAMING = {
    "time_to_first_token",
    "time_to_first_output_token",
    "time_to_second_token",
    "inter_token_latency",
    "inter_chunk_latency",
    "output_token_throughput_per_user",
    "prefill_throughput_per_user",
    "decode_duration",
    *(f"effective_{each}_concurrency" for each in ("prefill", "decode")),
    *(
        f"{which}_{each}"
        for which in ("effective", "active")
        for each in (
            "prefill_throughput",
            "decode_throughput",
            "total_throughput",
            "prefill_throughput_per_user",
            "decode_throughput_per_user",
        )
    ),
    "tokens_in_flight",
}
TOKENS = {"output_sequence_length", "output_token_count", "reasoning_token_count"} | {
    "output_token_throughput",
    "total_token_throughput",
    *("e2e_output_token_throughput", "total_osl", "total_output_tokens", "total_reasoning_tokens"),
    *("osl_mismatch_diff_pct", "osl_mismatch_count", "usage_discrepancy_count"),
    *(f"usage_{each}_tokens" for each in ("completion", "total", "reasoning")),
    *(f"total_usage_{each}_tokens" for each in ("completion", "total", "reasoning")),
    *(f"usage_{each}_tokens_diff_pct" for each in ("completion", "reasoning")),
}


def tags_of(config):
    """Return the tags of the metrics of a run."""
    return {metric.tag for metric in build_metrics(config).metrics}


def test_an_endpoint_gives_what_its_metadata_says(config, with_types):
    """Streaming only where it is asked for, tokens where the format has them."""
    assert endpoint_gives(config) == {"tokens", "tokenizer"}
    assert endpoint_gives(replace(config, streaming=True)) == {"streaming", "tokens", "tokenizer"}
    assert endpoint_gives(replace(config, use_server_token_count=True)) == {"tokens"}
    assert endpoint_gives(with_types(endpoint="embeddings")) == {"tokenizer"}


def test_streaming_of_what_cannot_stream_is_an_error(with_types):
    """The message names the type and the option."""
    with pytest.raises(ConfigError, match=r"'embeddings' cannot stream.*--streaming") as caught:
        build_metrics(with_types({"streaming": True}, endpoint="embeddings"))
    assert caught.value.option == "--streaming"


def test_streaming_over_a_transport_that_has_none_is_an_error(with_types):
    """The message names the transport that has."""
    over_http = with_types({"streaming": True}, endpoint="kserve_v2_infer")
    with pytest.raises(ConfigError, match=r"stream over grpc alone. Use --transport grpc"):
        endpoint_gives(over_http)
    over_grpc = with_types({"streaming": True}, endpoint="kserve_v2_infer", transport="grpc")
    assert endpoint_gives(over_grpc) == {"streaming", "tokens", "tokenizer"}


def test_metrics_that_the_endpoint_cannot_give_are_left_out(config, with_types):
    """By what they need themselves, and the rest is there."""
    everything = tags_of(replace(config, streaming=True))
    assert everything >= STREAMING | TOKENS | {"request_latency", "request_count"}
    assert tags_of(config) == everything - STREAMING
    servers = {*(f"usage_{each}_tokens_diff_pct" for each in ("prompt", "completion", "reasoning"))}
    servers.add("usage_discrepancy_count")
    assert tags_of(replace(config, use_server_token_count=True, streaming=True)) == (
        everything - servers
    )
    assert tags_of(with_types(endpoint="embeddings")) == everything - STREAMING - TOKENS


def test_each_metric_comes_with_the_tags_it_reads(config):
    """All of them are computed in the same run."""
    chosen = build_metrics(replace(config, streaming=True))
    metrics, requires = chosen.metrics, chosen.requires
    assert requires["output_token_throughput_per_user"] == ["inter_token_latency"]
    assert set(requires) == {metric.tag for metric in metrics}
    assert {tag for tags in requires.values() for tag in tags} <= set(requires)


def test_a_metric_that_reads_one_that_is_left_out_is_left_out(fresh_python):
    """Needs are inherited through ``requires``, over any number of steps and round a circle."""
    code = """
        import json
        from dataclasses import dataclass
        from aiperf.benchmark.metric_choice import build_metrics
        from aiperf.common.config import (
            BenchmarkConfig, DatasetConfig, LoadConfig, OutputConfig, TransportConfig
        )
        from aiperf.common.factories import MetricFactory

        def metric(tag, requires):
            name = tag.title()
            own = {"tag": tag, "scope": "record", "header": name, "unit": "ms"}
            globals()[name] = type(name, (), own)
            MetricFactory.register_lazy(tag, "__main__", name, metadata={"requires": requires})

        metric("third", ["second"])
        metric("second", ["first"])
        metric("first", ["time_to_first_token"])
        metric("other", ["request_latency"])
        metric("chicken", ["egg"])
        metric("egg", ["chicken"])
        for streaming in (False, True):
            config = BenchmarkConfig(
                "m", TransportConfig(""), DatasetConfig(), LoadConfig(), OutputConfig("x"),
                streaming=streaming,
            )
            metrics = build_metrics(config).metrics
            own = {"first", "second", "third", "other", "chicken", "egg"}
            print(json.dumps(sorted(own & {each.tag for each in metrics})))
        """
    without, with_streaming = map(json.loads, fresh_python(code).splitlines())
    assert without == ["chicken", "egg", "other"]
    assert with_streaming == ["chicken", "egg", "first", "other", "second", "third"]


def traced(config, **changes):
    """Return ``config`` with the phases of requests asked for."""
    return replace(config, transport=replace(config.transport, trace=True), **changes)


def test_the_phases_of_requests_are_there_where_they_are_asked_for(config):
    """In the files; and in the short table if that is asked for, too."""
    assert not any(tag.startswith("http_req_") for tag in tags_of(config))
    chosen = build_metrics(traced(config))
    phases = {each.tag for each in chosen.metrics if each.tag.startswith("http_req_")}
    assert len(phases) == 14
    assert phases < chosen.secondary
    shown = replace(config.metrics, show_trace_timing=True)
    assert build_metrics(traced(config, metrics=shown)).secondary == chosen.secondary - phases


@pytest.mark.parametrize("transport", ["httpx", "grpc"])
def test_a_transport_that_tells_no_phases_is_an_error(config, transport):
    """The message names one that does."""
    other = traced(config, types=replace(config.types, transport=transport))
    with pytest.raises(
        ConfigError, match=f"'{transport}' does not tell.*--transport http"
    ) as caught:
        endpoint_gives(other)
    assert caught.value.option == "--export-http-trace"
