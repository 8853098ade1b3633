"""The builtin metrics keep the contract that plugins are held to; each value is worked out here."""

from __future__ import annotations

from array import array

from aiperf.common.factories import MetricFactory
from aiperf.common.models import RawRecord, Usage
from aiperf.common.over_time import OverTime
from aiperf.common.request_trace import RequestTrace
from aiperf.testing import MetricContract
from aiperf.testing.samples import MS, Totals, record

START = 1000 * MS
STREAMED = record()
"""Sent at 1 s; chunks 100, 150 and 200 ms later; ten tokens in, five out."""
NOTHING = record(content_ns=array("q"))
UNCOUNTED = record(usage=Usage())
SPREAD = OverTime(2.0, 1.0, 4.0, 0.5, {50: 2.0})
UNTRACED = record(raw=None)
REUSED = record(
    raw=RawRecord(
        start_ns=START,
        sent_ns=START + 3 * MS,
        end_ns=START + 40 * MS,
        parts=[b" " * 1024],
        part_ns=array("q", [START + 30 * MS]),
        connection_reused=True,
        trace=RequestTrace(sent_bytes=1024),
    )
)
PHASES = [
    f"http_req_{each}"
    for each in ("blocked", "dns_lookup", "connecting", "sending", "waiting", "receiving")
]
ONE_CHUNK = record(content_ns=array("q", [START + 100 * MS]))


def reading(**values: float) -> object:
    """Return the streamed record with these values of the metrics that another one reads."""
    return record(metrics=values)


class TestTimeToFirstToken(MetricContract):
    implementation = "time_to_first_token"
    examples = ((STREAMED, 100.0), (ONE_CHUNK, 100.0))


class TestTimeToSecondToken(MetricContract):
    implementation = "time_to_second_token"
    examples = ((STREAMED, 50.0), (ONE_CHUNK, None))


class TestRequestLatency(MetricContract):
    implementation = "request_latency"
    examples = ((STREAMED, 200.0), (ONE_CHUNK, 100.0))


class TestInterTokenLatency(MetricContract):
    implementation = "inter_token_latency"
    examples = (
        (
            reading(request_latency=200.0, time_to_first_token=100.0, output_sequence_length=5),
            25.0,
        ),
        (
            reading(request_latency=200.0, time_to_first_token=100.0, output_sequence_length=1),
            None,
        ),
    )


class TestInterChunkLatency(MetricContract):
    implementation = "inter_chunk_latency"
    examples = (
        (STREAMED, [50.0, 50.0]),
        (record(content_ns=array("q", [START, START + MS, START + 4 * MS])), [1.0, 3.0]),
    )


class TestOutputTokenThroughputPerUser(MetricContract):
    implementation = "output_token_throughput_per_user"
    examples = ((reading(inter_token_latency=20.0), 50.0),)


class TestPrefillThroughputPerUser(MetricContract):
    implementation = "prefill_throughput_per_user"
    examples = ((reading(time_to_first_token=100.0, input_sequence_length=10), 100.0),)


class TestScheduleLag(MetricContract):
    implementation = "schedule_lag"
    examples = ((STREAMED, 1.0), (record(scheduled_ns=None), None))


class TestEffectiveLatency(MetricContract):
    implementation = "effective_latency"
    examples = ((reading(schedule_lag=3.0, request_latency=200.0), 203.0),)


class TestOutputSequenceLength(MetricContract):
    implementation = "output_sequence_length"
    examples = (
        (STREAMED, 5),
        (record(output_tokens=5, reasoning_tokens=3), 8),
        (record(output_tokens=None, reasoning_tokens=None), None),
    )


class TestInputSequenceLength(MetricContract):
    implementation = "input_sequence_length"
    examples = ((STREAMED, 10), (record(input_tokens=None), None))


class TestOutputTokenCount(MetricContract):
    implementation = "output_token_count"
    examples = ((STREAMED, 5), (record(output_tokens=5, reasoning_tokens=3), 5))


class TestReasoningTokenCount(MetricContract):
    implementation = "reasoning_token_count"
    examples = ((record(reasoning_tokens=3), 3), (record(reasoning_tokens=None), None))


class TestOutputTokenThroughput(MetricContract):
    implementation = "output_token_throughput"
    examples = ((Totals(2.0, totals={"output_sequence_length": 10.0}), 5.0), (Totals(2.0), None))


class TestTotalTokenThroughput(MetricContract):
    implementation = "total_token_throughput"
    examples = (
        (
            Totals(2.0, totals={"output_sequence_length": 10.0, "input_sequence_length": 20.0}),
            15.0,
        ),
    )


class TestRequestThroughput(MetricContract):
    implementation = "request_throughput"
    examples = ((Totals(2.0, 4, 1), 2.0), (Totals(0.0, 0, 0), None))


class TestRequestCount(MetricContract):
    implementation = "request_count"
    examples = ((Totals(2.0, 4, 1), 4),)


class TestErrorRequestCount(MetricContract):
    implementation = "error_request_count"
    examples = ((Totals(2.0, 4, 1), 1),)


class TestDecodeDuration(MetricContract):
    implementation = "decode_duration"
    examples = ((reading(request_latency=200.0, time_to_first_token=120.0), 80.0),)


class TestE2EOutputTokenThroughput(MetricContract):
    implementation = "e2e_output_token_throughput"
    examples = (
        (reading(request_latency=200.0, output_sequence_length=5), 25.0),
        (reading(request_latency=0.0, output_sequence_length=5), None),
    )


class TestInputTokenThroughput(MetricContract):
    implementation = "input_token_throughput"
    examples = ((Totals(2.0, totals={"input_sequence_length": 10.0}), 5.0), (Totals(2.0), None))


class TestEffectiveConcurrency(MetricContract):
    """In a slice: three seconds of latency in two seconds are one request and a half at a time."""

    implementation = "effective_concurrency"
    examples = (
        (Totals(curves={"concurrency": SPREAD}), SPREAD),
        (Totals(2.0, totals={"request_latency": 3000.0}), 1.5),
        (Totals(2.0), None),
    )


class TestGoodput(MetricContract):
    implementation = "goodput"
    examples = ((Totals(2.0, good_count=3), 1.5), (Totals(2.0, good_count=0), 0), (Totals(), None))


class TestGoodRequestCount(MetricContract):
    implementation = "good_request_count"
    examples = ((Totals(good_count=3), 3), (Totals(good_count=0), 0), (Totals(), None))


class TestGoodRequestFraction(MetricContract):
    implementation = "good_request_fraction"
    examples = ((Totals(2.0, 3, 1, good_count=2), 0.5), (Totals(2.0, 3, 1), None))


class TestCompletedRequestCount(MetricContract):
    implementation = "completed_request_count"
    examples = ((Totals(2.0, 4, 1), 5),)


class TestRequestErrorRate(MetricContract):
    implementation = "request_error_rate"
    examples = ((Totals(2.0, 4, 1), 20.0), (Totals(0.0, 0, 0), None))


class TestTotalISL(MetricContract):
    implementation = "total_isl"
    examples = ((Totals(totals={"input_sequence_length": 10.0}), 10), (Totals(), None))


class TestTotalOSL(MetricContract):
    implementation = "total_osl"
    examples = ((Totals(totals={"output_sequence_length": 10.0}), 10), (Totals(), None))


class TestTotalOutputTokens(MetricContract):
    implementation = "total_output_tokens"
    examples = ((Totals(totals={"output_token_count": 10.0}), 10), (Totals(), None))


class TestTotalReasoningTokens(MetricContract):
    implementation = "total_reasoning_tokens"
    examples = ((Totals(totals={"reasoning_token_count": 10.0}), 10), (Totals(), None))


class TestBenchmarkDuration(MetricContract):
    implementation = "benchmark_duration"
    examples = ((Totals(2.5), 2.5),)


class TestTimeToFirstOutputToken(MetricContract):
    implementation = "time_to_first_output_token"
    examples = ((STREAMED, 150.0), (record(reasoning_chunks=0), 100.0), (NOTHING, None))


class TestUsagePromptTokens(MetricContract):
    implementation = "usage_prompt_tokens"
    examples = ((STREAMED, 12), (UNCOUNTED, None), (record(usage=None), None))


class TestUsageCompletionTokens(MetricContract):
    implementation = "usage_completion_tokens"
    examples = ((STREAMED, 6), (UNCOUNTED, None), (record(usage=None), None))


class TestUsageTotalTokens(MetricContract):
    implementation = "usage_total_tokens"
    examples = ((STREAMED, 18), (UNCOUNTED, None), (record(usage=None), None))


class TestUsageReasoningTokens(MetricContract):
    implementation = "usage_reasoning_tokens"
    examples = ((STREAMED, 1), (UNCOUNTED, None), (record(usage=None), None))


class TestUsagePromptCacheReadTokens(MetricContract):
    implementation = "usage_prompt_cache_read_tokens"
    examples = ((STREAMED, 4), (UNCOUNTED, None), (record(usage=None), None))


class TestUsagePromptCacheWriteTokens(MetricContract):
    implementation = "usage_prompt_cache_write_tokens"
    examples = ((STREAMED, 2), (UNCOUNTED, None), (record(usage=None), None))


class TestUsagePromptTokensDiffPct(MetricContract):
    implementation = "usage_prompt_tokens_diff_pct"
    examples = (
        (reading(usage_prompt_tokens=12, input_sequence_length=10), 20.0),
        (reading(usage_prompt_tokens=12, input_sequence_length=0), None),
    )


class TestUsageCompletionTokensDiffPct(MetricContract):
    implementation = "usage_completion_tokens_diff_pct"
    examples = (
        (reading(usage_completion_tokens=4, output_sequence_length=5), 20.0),
        (reading(usage_completion_tokens=4, output_sequence_length=0), None),
    )


class TestUsageReasoningTokensDiffPct(MetricContract):
    implementation = "usage_reasoning_tokens_diff_pct"
    examples = (
        (reading(usage_reasoning_tokens=3, reasoning_token_count=2), 50.0),
        (reading(usage_reasoning_tokens=0, reasoning_token_count=0), None),
    )


class TestOslMismatchDiffPct(MetricContract):
    implementation = "osl_mismatch_diff_pct"
    examples = (
        (reading(output_sequence_length=5), 25.0),
        (reading(output_sequence_length=3), -25.0),
        (record(max_tokens=None, metrics={"output_sequence_length": 5}), None),
    )


class TestOslMismatchCount(MetricContract):
    implementation = "osl_mismatch_count"
    examples = (
        (
            Totals(
                columns={
                    "osl_mismatch_diff_pct": (25.0, 0.0),
                    "output_sequence_length": (5, 4),
                }
            ),
            1,
        ),
        (Totals(), None),
    )


class TestUsageDiscrepancyCount(MetricContract):
    implementation = "usage_discrepancy_count"
    examples = (
        (Totals(columns={"usage_prompt_tokens_diff_pct": (11.0, 10.0)}), 1),
        (Totals(), None),
    )


class TestTotalUsagePromptTokens(MetricContract):
    implementation = "total_usage_prompt_tokens"
    examples = ((Totals(totals={"usage_prompt_tokens": 10.0}), 10), (Totals(), None))


class TestTotalUsageCompletionTokens(MetricContract):
    implementation = "total_usage_completion_tokens"
    examples = ((Totals(totals={"usage_completion_tokens": 10.0}), 10), (Totals(), None))


class TestTotalUsageTotalTokens(MetricContract):
    implementation = "total_usage_total_tokens"
    examples = ((Totals(totals={"usage_total_tokens": 10.0}), 10), (Totals(), None))


class TestTotalUsageReasoningTokens(MetricContract):
    implementation = "total_usage_reasoning_tokens"
    examples = ((Totals(totals={"usage_reasoning_tokens": 10.0}), 10), (Totals(), None))


class TestTotalUsagePromptCacheReadTokens(MetricContract):
    implementation = "total_usage_prompt_cache_read_tokens"
    examples = ((Totals(totals={"usage_prompt_cache_read_tokens": 10.0}), 10), (Totals(), None))


class TestTotalUsagePromptCacheWriteTokens(MetricContract):
    implementation = "total_usage_prompt_cache_write_tokens"
    examples = ((Totals(totals={"usage_prompt_cache_write_tokens": 10.0}), 10), (Totals(), None))


class TestOverallUsagePromptCacheReadPct(MetricContract):
    implementation = "overall_usage_prompt_cache_read_pct"
    examples = (
        (
            Totals(totals={"usage_prompt_cache_read_tokens": 3.0, "usage_prompt_tokens": 12.0}),
            25.0,
        ),
        (Totals(totals={"usage_prompt_tokens": 12.0}), None),
    )


class TestHttpReqBlocked(MetricContract):
    implementation = "http_req_blocked"
    examples = ((STREAMED, 1.0), (REUSED, 0.0), (UNTRACED, None))


class TestHttpReqDnsLookup(MetricContract):
    implementation = "http_req_dns_lookup"
    examples = ((STREAMED, 2.0), (REUSED, 0.0), (UNTRACED, None))


class TestHttpReqConnecting(MetricContract):
    implementation = "http_req_connecting"
    examples = ((STREAMED, 17.0), (REUSED, 0.0), (UNTRACED, None))


class TestHttpReqSending(MetricContract):
    implementation = "http_req_sending"
    examples = ((STREAMED, 10.0), (REUSED, 3.0), (UNTRACED, None))


class TestHttpReqWaiting(MetricContract):
    implementation = "http_req_waiting"
    examples = ((STREAMED, 70.0), (REUSED, 27.0), (UNTRACED, None))


class TestHttpReqReceiving(MetricContract):
    implementation = "http_req_receiving"
    examples = ((STREAMED, 110.0), (REUSED, 10.0), (UNTRACED, None))


class TestHttpReqDuration(MetricContract):
    implementation = "http_req_duration"
    examples = ((STREAMED, 190.0), (REUSED, 40.0), (UNTRACED, None))


class TestHttpReqConnectionOverhead(MetricContract):
    implementation = "http_req_connection_overhead"
    examples = ((reading(**dict.fromkeys(PHASES[:3], 2.0)), 6.0),)


class TestHttpReqTotal(MetricContract):
    implementation = "http_req_total"
    examples = ((reading(**dict.fromkeys(PHASES, 2.0)), 12.0),)


class TestHttpReqDataSent(MetricContract):
    implementation = "http_req_data_sent"
    examples = ((STREAMED, 2.0), (REUSED, 1.0), (UNTRACED, None))


class TestHttpReqDataReceived(MetricContract):
    implementation = "http_req_data_received"
    examples = ((STREAMED, 1.5), (REUSED, 1.0), (UNTRACED, None))


class TestHttpReqChunksSent(MetricContract):
    implementation = "http_req_chunks_sent"
    examples = ((STREAMED, 1), (REUSED, 1), (UNTRACED, None))


class TestHttpReqChunksReceived(MetricContract):
    implementation = "http_req_chunks_received"
    examples = ((STREAMED, 2), (REUSED, 1), (UNTRACED, None))


class TestHttpReqConnectionReused(MetricContract):
    implementation = "http_req_connection_reused"
    examples = ((STREAMED, 0), (REUSED, 1), (UNTRACED, None))


class TestEffectivePrefillConcurrency(MetricContract):
    implementation = "effective_prefill_concurrency"
    examples = ((Totals(curves={"prefill_concurrency": SPREAD}), SPREAD), (Totals(), None))


class TestEffectiveDecodeConcurrency(MetricContract):
    implementation = "effective_decode_concurrency"
    examples = ((Totals(curves={"decode_concurrency": SPREAD}), SPREAD), (Totals(), None))


class TestEffectivePrefillThroughput(MetricContract):
    implementation = "effective_prefill_throughput"
    examples = ((Totals(curves={"prefill_throughput": SPREAD}), SPREAD), (Totals(), None))


class TestEffectiveDecodeThroughput(MetricContract):
    implementation = "effective_decode_throughput"
    examples = ((Totals(curves={"decode_throughput": SPREAD}), SPREAD), (Totals(), None))


class TestEffectiveTotalThroughput(MetricContract):
    implementation = "effective_total_throughput"
    examples = ((Totals(curves={"total_throughput": SPREAD}), SPREAD), (Totals(), None))


class TestEffectivePrefillThroughputPerUser(MetricContract):
    implementation = "effective_prefill_throughput_per_user"
    examples = ((Totals(curves={"prefill_throughput_per_user": SPREAD}), SPREAD), (Totals(), None))


class TestEffectiveDecodeThroughputPerUser(MetricContract):
    implementation = "effective_decode_throughput_per_user"
    examples = ((Totals(curves={"decode_throughput_per_user": SPREAD}), SPREAD), (Totals(), None))


class TestTokensInFlight(MetricContract):
    implementation = "tokens_in_flight"
    examples = ((Totals(curves={"tokens_in_flight": SPREAD}), SPREAD), (Totals(), None))


class TestActivePrefillThroughput(MetricContract):
    implementation = "active_prefill_throughput"
    examples = ((Totals(active={"prefill_throughput": SPREAD}), SPREAD), (Totals(), None))


class TestActiveDecodeThroughput(MetricContract):
    implementation = "active_decode_throughput"
    examples = ((Totals(active={"decode_throughput": SPREAD}), SPREAD), (Totals(), None))


class TestActiveTotalThroughput(MetricContract):
    implementation = "active_total_throughput"
    examples = ((Totals(active={"total_throughput": SPREAD}), SPREAD), (Totals(), None))


class TestActivePrefillThroughputPerUser(MetricContract):
    implementation = "active_prefill_throughput_per_user"
    examples = ((Totals(active={"prefill_throughput_per_user": SPREAD}), SPREAD), (Totals(), None))


class TestActiveDecodeThroughputPerUser(MetricContract):
    implementation = "active_decode_throughput_per_user"
    examples = ((Totals(active={"decode_throughput_per_user": SPREAD}), SPREAD), (Totals(), None))


def test_every_metric_is_here():
    """A new one gets a class above."""
    here = {
        each.implementation
        for each in globals().values()
        if isinstance(each, type)
        and issubclass(each, MetricContract)
        and each is not MetricContract
    }
    assert here == {
        each.class_type for each in MetricFactory.list_implementations() if each.is_builtin
    }
