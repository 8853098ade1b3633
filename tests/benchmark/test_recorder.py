"""The sink of an executor: one record for each request, whatever happens to it."""

from __future__ import annotations

import asyncio
from array import array
from dataclasses import dataclass, field
from typing import Any

import pytest

from aiperf.benchmark.metrics_engine import MetricsEngine
from aiperf.benchmark.recorder import Recorder
from aiperf.common.errors import ExportError
from aiperf.common.models import (
    PROFILING,
    WARMUP,
    Conversation,
    ErrorDetails,
    ParsedResponse,
    RawRecord,
    Turn,
    Usage,
)
from aiperf.metrics.output_sequence_length import OutputSequenceLengthMetric
from aiperf.metrics.request_latency import RequestLatencyMetric

REFUSED = ErrorDetails("ConnectError", "refused")
FAILED = ErrorDetails("HTTPStatusError", "oops", 500)


class Endpoint:
    """Takes the body for the text of the answer."""

    def __init__(self, **parsed: Any) -> None:
        self.parsed = parsed

    def parse_response(self, record):
        fields = {"text": b"".join(record.parts).decode(), "content_ns": record.part_ns}
        return ParsedResponse(**(fields | self.parsed))


class RaisingEndpoint:
    """Breaks its contract."""

    def __init__(self, error):
        self.error = error

    def parse_response(self, record):  # noqa: ARG002 - the contract
        raise self.error


class WordTokenizer:
    """Counts words, and remembers what it was asked."""

    def __init__(self):
        self.texts = []

    def count(self, text):
        self.texts.append(text)
        return len(text.split())


class RaisingTokenizer:
    def count(self, text):
        raise ValueError(text)


@dataclass
class Exporter:
    """Keeps what it gets."""

    records: list[Any] = field(default_factory=list)

    def record(self, record):
        self.records.append(record)


@dataclass
class RaisingExporter(Exporter):
    """Raises at the record with number ``at``."""

    error: BaseException = field(default_factory=ValueError)
    at: int = 0

    def record(self, record):
        super().record(record)
        if len(self.records) == self.at + 1:
            raise self.error


def make_raw(*parts, error=None, ack_ns=150):
    """Return what a transport saw: content at 200, 300, … and the end 50 later."""
    times = [200 + 100 * index for index in range(len(parts))]
    return RawRecord(
        start_ns=100,
        ack_ns=ack_ns,
        end_ns=100 + 100 * len(parts) + 50,
        parts=list(parts),
        part_ns=array("q", times),
        error=error,
    )


class Rig:
    """A recorder with everything around it."""

    def __init__(self, **changes):
        self.exporter = Exporter()
        self.tokenizer = changes.get("tokenizer") or WordTokenizer()
        self.engine = MetricsEngine([RequestLatencyMetric(), OutputSequenceLengthMetric()])
        self.given_up = 0
        self.number = 0
        fields = {
            "endpoint": Endpoint(),
            "tokenizer": self.tokenizer,
            "engine": self.engine,
            "exporters": [self.exporter],
            "use_server_token_count": False,
            "concurrency": 1,
            "on_hopeless": self._give_up,
        }
        self.recorder = Recorder(**(fields | changes))

    def _give_up(self):
        self.given_up += 1

    def done(self, raw, *, phase=PROFILING, was_cancelled=False, turns=None, turn_index=0):
        """Hand over one request that has ended."""
        turns = turns or (Turn(("Hello there",), input_tokens=2),)
        self.recorder.sent()
        self.recorder.done(
            raw,
            session_num=self.number,
            x_request_id=f"request-{self.number}",
            x_correlation_id="session-0",
            conversation=Conversation("session_0", turns),
            turn_index=turn_index,
            phase=phase,
            scheduled_ns=None,
            was_cancelled=was_cancelled,
        )
        self.number += 1

    def records(self, *raws, **more):
        """Return the records of requests that end one after the other."""

        async def main():
            for raw in raws:
                self.done(raw, **more)
            self.recorder.flush()

        asyncio.run(main())
        return self.exporter.records


def test_each_request_has_one_record():
    """With its times, its ids, its tokens and its metrics."""
    rig = Rig()
    (record,) = rig.records(make_raw(b"Good ", b"morning to you"))
    assert record.session_num == 0
    assert record.x_request_id == "request-0"
    assert (record.x_correlation_id, record.conversation_id) == ("session-0", "session_0")
    assert (record.turn_index, record.phase) == (0, PROFILING)
    assert (record.start_ns, record.ack_ns, record.end_ns) == (100, 150, 350)
    assert list(record.content_ns) == [200, 300]
    assert (record.input_tokens, record.output_tokens, record.reasoning_tokens) == (2, 4, None)
    assert record.metrics == {"request_latency": 0.0002, "output_sequence_length": 4}
    assert (record.error, record.was_cancelled) == (None, False)
    assert rig.engine.request_count == 1


def test_requests_are_worked_off_one_at_a_time_between_the_loops_events():
    """None at the moment of its end, and nothing holds up what the loop has to do meanwhile."""
    rig = Rig()

    async def main():
        for _ in range(3):
            rig.done(make_raw(b"Hi"))
        seen = [len(rig.exporter.records)]
        for _ in range(4):
            await asyncio.sleep(0)
            seen.append(len(rig.exporter.records))
        rig.done(make_raw(b"Hi"))
        await asyncio.sleep(0)
        return [*seen, len(rig.exporter.records)]

    assert asyncio.run(main()) == [0, 1, 2, 3, 3, 4]
    assert [each.session_num for each in rig.exporter.records] == [0, 1, 2, 3]


def test_what_waits_is_bounded_when_many_requests_end_in_each_turn_of_the_loop():
    """The longer the queue, the more is worked off: it holds what ended in a few turns."""
    rig = Rig()

    async def main():
        most = 0
        for turn in range(1, 50):
            for _ in range(20):
                rig.done(make_raw(b"Hi"))
            await asyncio.sleep(0)
            most = max(most, turn * 20 - len(rig.exporter.records))
        return most

    assert asyncio.run(main()) <= 5 * 20
    assert [each.session_num for each in rig.exporter.records] == sorted(
        each.session_num for each in rig.exporter.records
    )


def test_flushing_leaves_nothing():
    """And what the loop had still planned to do finds nothing to do."""
    rig = Rig()

    async def main():
        for _ in range(3):
            rig.done(make_raw(b"Hi"))
        rig.recorder.flush()
        assert len(rig.exporter.records) == 3
        await asyncio.sleep(0)

    asyncio.run(main())
    assert len(rig.exporter.records) == 3


def test_a_failed_request_is_not_parsed():
    """It has the transport's error, no content and no metrics."""
    rig = Rig(endpoint=RaisingEndpoint(AssertionError("parsed")))
    (record,) = rig.records(make_raw(b"half", error=FAILED))
    assert record.error == FAILED
    assert list(record.content_ns) == []
    assert record.metrics == {}
    assert record.output_tokens is None
    assert rig.engine.error_count == 1


def test_an_error_inside_the_response_is_the_records():
    error = ErrorDetails("InvalidJSONError", "not JSON")
    rig = Rig(endpoint=Endpoint(error=error))
    (record,) = rig.records(make_raw(b"{"))
    assert record.error == error
    assert record.metrics == {}
    assert rig.tokenizer.texts == []


def test_a_secret_that_the_server_echoes_is_in_no_record():
    """Servers like to say which key they refuse."""
    said = ErrorDetails("HTTPStatusError", "wrong key abc-123 (abc-123!)", 401)
    rig = Rig(secrets=("Bearer abc-123", "abc-123"))
    (record,) = rig.records(make_raw(error=said))
    assert record.error == ErrorDetails("HTTPStatusError", "wrong key *** (***!)", 401)
    assert rig.recorder.last_error == record.error
    (counted,) = rig.engine.errors
    assert counted.error == record.error


def test_a_server_that_does_not_stream_is_told_of_once():
    """The time to first token is not what it seems then; a run without streams needs no such."""

    def whole():
        raw = make_raw(b"Hi")
        raw.content_type = "application/json; charset=utf-8"
        return raw

    streamed = make_raw(b"Hi")
    streamed.content_type = "text/event-stream"
    rig = Rig(streaming=True)
    rig.records(streamed)
    assert rig.recorder.warnings == []
    rig.records(whole(), whole())
    (warning,) = rig.recorder.warnings
    assert "whole response where a stream was asked for" in warning
    rig = Rig(streaming=False)
    rig.records(whole())
    assert rig.recorder.warnings == []


def test_a_cancelled_request_is_an_error_of_its_own():
    rig = Rig(endpoint=RaisingEndpoint(AssertionError("parsed")))
    (record,) = rig.records(make_raw(b"half"), was_cancelled=True)
    assert record.was_cancelled
    assert (record.error.type, record.error.code) == ("RequestCancellationError", 499)
    assert rig.engine.error_count == 1


@pytest.mark.parametrize("error", [ValueError("bad day"), SystemExit("bad day")])
def test_an_endpoint_that_raises_costs_its_request_alone(error):
    """The record says whose fault it is; the next one is taken as ever."""
    rig = Rig(endpoint=RaisingEndpoint(error))
    records = rig.records(make_raw(b"a"), make_raw(b"b"))
    kind = type(error).__name__
    assert [each.error.type for each in records] == [kind, kind]
    assert records[0].error.message == (
        f"{__name__}:RaisingEndpoint failed to parse a response: {kind}: bad day"
    )


def test_an_endpoint_that_returns_nonsense_costs_its_request_alone():
    class Nonsense:
        def parse_response(self, record):  # noqa: ARG002 - the contract
            return {"text": "Hi"}

    (record,) = Rig(endpoint=Nonsense()).records(make_raw(b"a"))
    assert record.error.type == "TypeError"
    assert "Nonsense failed to parse a response" in record.error.message
    assert "{'text': 'Hi'}" in record.error.message


def test_tokens_are_counted_by_the_tokenizer():
    """Reasoning apart, tool calls as output; prompts by the dataset's count, history included."""
    rig = Rig(endpoint=Endpoint(text="Good morning", reasoning="hm hm hm", tool_calls='{"a": 1}'))
    turns = (
        Turn(("a",), input_tokens=3),
        Turn(("b",), input_tokens=4),
        Turn(("c",), input_tokens=5),
    )
    (record,) = rig.records(make_raw(b"x"), turns=turns, turn_index=1)
    assert rig.tokenizer.texts == ['Good morning{"a": 1}', "hm hm hm"]
    assert (record.input_tokens, record.output_tokens, record.reasoning_tokens) == (7, 3, 3)


def test_a_prompt_that_comes_again_is_counted_once():
    """A dataset goes round, and a turn is the history of those that follow."""
    rig = Rig(endpoint=Endpoint(text=""))
    turns = (Turn(("a",)),)
    rig.records(make_raw(b"x"), turns=turns)
    rig.records(make_raw(b"x"), turns=turns)
    assert rig.tokenizer.texts == ["a"]


def test_a_prompt_that_its_dataset_did_not_count_is_counted():
    """A response without any text (embeddings) has no count."""
    rig = Rig(endpoint=Endpoint(text=""))
    (record,) = rig.records(make_raw(b"x"), turns=(Turn(("a",)),))
    assert (record.input_tokens, record.output_tokens, record.reasoning_tokens) == (1, None, None)
    assert rig.tokenizer.texts == ["a"]


def test_reasoning_alone_is_no_output():
    rig = Rig(endpoint=Endpoint(text="", reasoning="hm hm"))
    (record,) = rig.records(make_raw(b"x"))
    assert (record.output_tokens, record.reasoning_tokens) == (0, 2)


@pytest.mark.parametrize(
    ("usage", "counts"),
    [
        (Usage(10, 20, 5), (10, 15, 5)),
        (Usage(10, 4, 5), (10, 4, 5)),
        (Usage(10, 20, None), (10, 20, None)),
        (Usage(10, None, None), (10, None, None)),
        (None, (None, None, None)),
    ],
)
def test_tokens_are_those_of_the_server_where_it_was_asked_for(usage, counts):
    """Ours is without the reasoning, whether the server's is or not; the tokenizer is not used."""
    rig = Rig(endpoint=Endpoint(usage=usage, reasoning="hm"), use_server_token_count=True)
    (record,) = rig.records(make_raw(b"Good morning"))
    assert (record.input_tokens, record.output_tokens, record.reasoning_tokens) == counts
    assert rig.tokenizer.texts == []


def test_a_server_that_does_not_count_is_told_once():
    """Not for each request, and not of one that counted or failed."""
    rig = Rig(endpoint=Endpoint(usage=None), use_server_token_count=True)
    rig.records(make_raw(b"x"))
    rig.records(make_raw(b"x"))
    (warning,) = rig.recorder.warnings
    assert "The server sent no usage, first with request 0" in warning
    assert "--use-server-token-count" in warning
    rig = Rig(endpoint=Endpoint(usage=Usage(1, 1)), use_server_token_count=True)
    rig.records(make_raw(b"x"))
    assert rig.recorder.warnings == []


def test_a_tokenizer_that_raises_costs_the_counts_alone():
    """One warning says from when on; prompts, which the dataset counted, still have theirs."""
    rig = Rig(tokenizer=RaisingTokenizer())
    records = rig.records(make_raw(b"a"), make_raw(b"b"), make_raw(b"c"))
    assert [(each.input_tokens, each.output_tokens) for each in records] == [(2, None)] * 3
    assert [each.error for each in records] == [None] * 3
    assert records[0].metrics == {"request_latency": 0.0001}
    (warning,) = rig.recorder.warnings
    assert "RaisingTokenizer failed to count the tokens of a response: ValueError: a." in warning
    assert warning.endswith("From request 0 on, no output was counted")


@pytest.mark.parametrize("error", [ValueError("full"), SystemExit("full")])
def test_an_exporter_that_raises_costs_itself_alone(error):
    """It gets no further records; the others do, and one warning names it."""
    bad, good = RaisingExporter(error=error, at=1), Exporter()
    rig = Rig(exporters=[bad, good])
    rig.records(*(make_raw(b"a") for _ in range(4)))
    assert len(bad.records) == 2
    assert len(good.records) == 4
    (warning,) = rig.recorder.warnings
    assert f"RaisingExporter failed to take a record: {type(error).__name__}: full" in warning


def test_an_export_error_is_told_in_its_own_words():
    rig = Rig(exporters=[RaisingExporter(error=ExportError("the disk is full"))])
    rig.records(make_raw(b"a"))
    assert rig.recorder.warnings == ["the disk is full. It got no further records"]


def test_the_counts_of_a_run():
    """What the progress is made of; failures of the warm-up are not the run's."""
    rig = Rig()
    rig.records(make_raw(b"a"), make_raw(error=FAILED), phase=WARMUP)
    rig.records(make_raw(b"a"), make_raw(error=FAILED))
    rig.recorder.sent()
    recorder = rig.recorder
    assert (recorder.sent_count, recorder.ended_count, recorder.warmed_up_count) == (5, 4, 2)
    assert recorder.failed_count == 1
    assert recorder.last_error == FAILED
    assert (rig.engine.request_count, rig.engine.error_count) == (1, 1)


def unreached():
    """Return a request that got no answer at all."""
    return make_raw(error=REFUSED, ack_ns=0)


def test_a_run_that_reaches_nobody_is_hopeless():
    """It is said once, after a fixed number of requests."""
    rig = Rig()
    rig.records(*(unreached() for _ in range(31)))
    assert rig.given_up == 0
    rig.records(*(unreached() for _ in range(40)))
    assert rig.given_up == 1
    assert rig.recorder.last_error == REFUSED


def test_a_run_is_hopeless_in_the_warm_up_too():
    rig = Rig()
    rig.records(*(unreached() for _ in range(32)), phase=WARMUP)
    assert rig.given_up == 1


def test_many_requests_at_a_time_get_a_second_chance():
    """Two rounds of all of them may fail."""
    rig = Rig(concurrency=50)
    rig.records(*(unreached() for _ in range(99)))
    assert rig.given_up == 0
    rig.records(unreached())
    assert rig.given_up == 1


def test_one_success_is_hope():
    """From then on failures are what is measured."""
    rig = Rig()
    rig.records(make_raw(b"a"), *(unreached() for _ in range(100)))
    assert rig.given_up == 0


@pytest.mark.parametrize(("status", "given_up"), [(401, 1), (404, 1), (429, 0), (500, 0)])
def test_a_wrong_key_or_path_is_hopeless(status, given_up):
    """It gets no better by itself, as a server that is overloaded may."""
    rig = Rig()
    refused = ErrorDetails("HTTPStatusError", "no", status)
    rig.records(*(make_raw(error=refused) for _ in range(32)))
    assert rig.given_up == given_up


def test_an_answer_that_is_an_error_is_no_reason_to_stop():
    """Somebody is there; so are requests that we ended ourselves."""
    rig = Rig()
    rig.records(*(make_raw(error=FAILED) for _ in range(100)))
    rig.records(*(make_raw(ack_ns=0) for _ in range(100)), was_cancelled=True)
    assert rig.given_up == 0


def test_a_cancellation_is_not_the_last_error():
    """It would hide why the run was given up."""
    rig = Rig()
    rig.records(unreached())
    rig.records(make_raw(), was_cancelled=True)
    assert rig.recorder.last_error == REFUSED


def test_a_secret_that_a_server_echoes_is_in_no_record():
    """Whoever reads the artifacts sees that there was one, and not which."""
    rig = Rig(secrets=("sk-abc",))
    details = ErrorDetails("HTTPStatusError", "401: bad key Bearer sk-abc", 401)
    (record,) = rig.records(make_raw(error=details))
    assert record.error == ErrorDetails("HTTPStatusError", "401: bad key Bearer ***", 401)
    assert rig.recorder.last_error == record.error


def test_a_server_that_does_not_stream_is_said_once():
    """Its TTFT is that of the whole response, which looks like a very slow first token."""
    rig = Rig(streaming=True)
    raws = [make_raw(b"Good morning"), make_raw(b"Good evening")]
    for raw in raws:
        raw.content_type = "application/json; charset=utf-8"
    rig.records(*raws)
    (warning,) = rig.recorder.warnings
    assert "whole response where a stream was asked for" in warning


def test_reasoning_that_a_server_counts_apart_is_not_taken_off_the_output():
    """More reasoning than output means that it is not a part of it; no count is negative."""
    rig = Rig(endpoint=Endpoint(usage=Usage(5, 4, 9)), use_server_token_count=True)
    (record,) = rig.records(make_raw(b"Good morning"))
    assert (record.output_tokens, record.reasoning_tokens) == (4, 9)


@dataclass
class BatchExporter(Exporter):
    """Takes several at a time."""

    batches: list[int] = field(default_factory=list)

    def record_batch(self, records):
        self.batches.append(len(records))
        self.records.extend(records)


def test_an_exporter_may_take_what_is_handed_on_together():
    """In one call, in order of ending; the others get one record after the other."""
    one, many = Exporter(), BatchExporter()
    rig = Rig(exporters=[one, many])
    rig.records(*(make_raw(b"Good ", b"morning") for _ in range(300)))
    assert many.batches == [256, 44]
    assert many.records == one.records
    assert [record.session_num for record in one.records] == list(range(300))
