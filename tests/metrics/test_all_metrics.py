"""What holds for every builtin metric."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import aiperf.metrics

MODULES = [each.name for each in pkgutil.iter_modules(aiperf.metrics.__path__)]

# Tag, header and unit as users of NVIDIA's AIPerf know them; a schedule lag is ours alone.
KNOWN = {
    "effective_latency": ("Effective Latency (CO-aware)", "ms"),
    "effective_prefill_concurrency": ("Effective Prefill Concurrency", "requests"),
    "effective_decode_concurrency": ("Effective Decode Concurrency", "requests"),
    "effective_prefill_throughput": ("Effective Prefill Throughput", "tokens/sec"),
    "effective_decode_throughput": ("Effective Decode Throughput", "tokens/sec"),
    "effective_total_throughput": ("Effective Total Throughput", "tokens/sec"),
    "effective_prefill_throughput_per_user": (
        "Effective Prefill Throughput Per User",
        "tokens/sec/user",
    ),
    "effective_decode_throughput_per_user": (
        "Effective Decode Throughput Per User",
        "tokens/sec/user",
    ),
    "tokens_in_flight": ("Tokens In Flight", "tokens"),
    "active_prefill_throughput": ("Active Prefill Throughput", "tokens/sec"),
    "active_decode_throughput": ("Active Decode Throughput", "tokens/sec"),
    "active_total_throughput": ("Active Total Throughput", "tokens/sec"),
    "active_prefill_throughput_per_user": ("Active Prefill Throughput Per User", "tokens/sec/user"),
    "active_decode_throughput_per_user": ("Active Decode Throughput Per User", "tokens/sec/user"),
    "http_req_blocked": ("HTTP Blocked", "ms"),
    "http_req_dns_lookup": ("HTTP DNS Lookup", "ms"),
    "http_req_connecting": ("HTTP Connecting", "ms"),
    "http_req_sending": ("HTTP Sending", "ms"),
    "http_req_waiting": ("HTTP Waiting (TTFB)", "ms"),
    "http_req_receiving": ("HTTP Receiving", "ms"),
    "http_req_duration": ("HTTP Duration (excl. conn)", "ms"),
    "http_req_connection_overhead": ("HTTP Connection Overhead", "ms"),
    "http_req_total": ("HTTP Total Time", "ms"),
    "http_req_data_sent": ("HTTP Data Sent", "KB"),
    "http_req_data_received": ("HTTP Data Received", "KB"),
    "http_req_chunks_sent": ("HTTP Chunks Sent", "count"),
    "http_req_chunks_received": ("HTTP Chunks Received", "count"),
    "http_req_connection_reused": ("HTTP Connection Reused", "ratio"),
    "time_to_first_token": ("Time to First Token", "ms"),
    "time_to_second_token": ("Time to Second Token", "ms"),
    "request_latency": ("Request Latency", "ms"),
    "inter_token_latency": ("Inter Token Latency", "ms"),
    "inter_chunk_latency": ("Inter Chunk Latency", "ms"),
    "output_token_throughput_per_user": ("Output Token Throughput Per User", "tokens/sec/user"),
    "output_sequence_length": ("Output Sequence Length", "tokens"),
    "input_sequence_length": ("Input Sequence Length", "tokens"),
    "output_token_count": ("Output Token Count", "tokens"),
    "reasoning_token_count": ("Reasoning Token Count", "tokens"),
    "output_token_throughput": ("Output Token Throughput", "tokens/sec"),
    "request_throughput": ("Request Throughput", "requests/sec"),
    "request_count": ("Request Count", "requests"),
    "error_request_count": ("Error Request Count", "requests"),
    "benchmark_duration": ("Benchmark Duration", "sec"),
    "prefill_throughput_per_user": ("Prefill Throughput Per User", "tokens/sec/user"),
    "total_token_throughput": ("Total Token Throughput", "tokens/sec"),
    "schedule_lag": ("Schedule Lag", "ms"),
    "decode_duration": ("Decode Duration", "ms"),
    "e2e_output_token_throughput": ("E2E Output Token Throughput", "tokens/sec/user"),
    "input_token_throughput": ("Input Token Throughput", "tokens/sec"),
    "goodput": ("Goodput", "requests/sec"),
    "good_request_count": ("Good Request Count", "requests"),
    "good_request_fraction": ("GoodRequestFraction", "ratio"),
    "effective_concurrency": ("Effective Concurrency", "requests"),
    "completed_request_count": ("Completed Requests (Success + Error)", "requests"),
    "request_error_rate": ("Request Error Rate", "%"),
    "total_isl": ("Total Input Sequence Length", "tokens"),
    "total_osl": ("Total Output Sequence Length", "tokens"),
    "total_output_tokens": ("Total Output Tokens", "tokens"),
    "total_reasoning_tokens": ("Total Reasoning Tokens", "tokens"),
    "time_to_first_output_token": ("Time to First Output Token", "ms"),
    "usage_prompt_tokens": ("Usage Prompt Tokens", "tokens"),
    "usage_completion_tokens": ("Usage Completion Tokens", "tokens"),
    "usage_total_tokens": ("Usage Total Tokens", "tokens"),
    "usage_reasoning_tokens": ("Usage Reasoning Tokens", "tokens"),
    "usage_prompt_cache_read_tokens": ("Usage Prompt Cache Read Tokens", "tokens"),
    "usage_prompt_cache_write_tokens": ("Usage Prompt Cache Write Tokens", "tokens"),
    "usage_prompt_tokens_diff_pct": ("Usage Prompt Diff %", "%"),
    "usage_completion_tokens_diff_pct": ("Usage Completion Diff %", "%"),
    "usage_reasoning_tokens_diff_pct": ("Usage Reasoning Diff %", "%"),
    "osl_mismatch_diff_pct": ("OSL Mismatch Diff %", "%"),
    "osl_mismatch_count": ("OSL Mismatch Count", "requests"),
    "usage_discrepancy_count": ("Usage Discrepancy Count", "requests"),
    "total_usage_prompt_tokens": ("Total Usage Prompt Tokens", "tokens"),
    "total_usage_completion_tokens": ("Total Usage Completion Tokens", "tokens"),
    "total_usage_total_tokens": ("Total Usage Total Tokens", "tokens"),
    "total_usage_reasoning_tokens": ("Total Usage Reasoning Tokens", "tokens"),
    "total_usage_prompt_cache_read_tokens": ("Total Usage Prompt Cache Read Tokens", "tokens"),
    "total_usage_prompt_cache_write_tokens": ("Total Usage Prompt Cache Write Tokens", "tokens"),
    "overall_usage_prompt_cache_read_pct": ("Overall Usage Prompt Cache Read %", "%"),
}


def metric_class(module):
    """Return the one class that a metric's module defines."""
    name = "".join(part.capitalize() for part in module.split("_")) + "Metric"
    return getattr(importlib.import_module(f"aiperf.metrics.{module}"), name)


def test_there_is_one_module_for_each_metric():
    """A module is called as its metric's tag."""
    assert sorted(MODULES) == sorted(KNOWN)


@pytest.mark.parametrize("module", MODULES)
def test_names_are_those_that_users_know(module):
    """Tag, header and unit are spelled as in existing scripts and dashboards."""
    metric = metric_class(module)
    assert (metric.tag, metric.header, metric.unit) == (module, *KNOWN[module])


@pytest.mark.parametrize("module", MODULES)
def test_a_metric_says_what_it_is_computed_for(module):
    """A metric is of single requests or of the whole run."""
    assert metric_class(module).scope in {"record", "run"}
