"""Tokens are counted beside the loop, and nothing is lost or out of order by that."""

from __future__ import annotations

import asyncio
import threading
from array import array

import pytest

from aiperf.benchmark.counting_thread import CountingThread
from aiperf.benchmark.metrics_engine import MetricsEngine
from aiperf.benchmark.recorder import Recorder
from aiperf.benchmark.token_counting import Uncounted
from aiperf.common.models import (
    PROFILING,
    Conversation,
    ErrorDetails,
    ParsedResponse,
    RawRecord,
    Turn,
)

PATIENCE = 20
TURNS = (Turn(("Hello there",), input_tokens=2),)


class Endpoint:
    """Takes the body for the text of the answer."""

    def parse_response(self, record):
        return ParsedResponse(text=b"".join(record.parts).decode(), content_ns=record.part_ns)


class SlowTokenizer:
    """Counts words, and comes to an end when it is told."""

    def __init__(self):
        self.batches = []
        self.begun = threading.Event()
        self.may_end = threading.Event()

    def count(self, text):
        msg = f"{text!r} was counted on the loop"
        raise AssertionError(msg)

    def count_all(self, texts):
        self.batches.append(list(texts))
        self.begun.set()
        assert self.may_end.wait(PATIENCE), "the loop was held"
        return [len(text.split()) for text in texts]


class Exporter:
    def __init__(self):
        self.records = []

    def record(self, record):
        self.records.append(record)


class Rig:
    """A recorder with everything around it."""

    def __init__(self, tokenizer):
        self.exporter = Exporter()
        self.recorder = Recorder(
            endpoint=Endpoint(),
            tokenizer=tokenizer,
            engine=MetricsEngine([]),
            exporters=[self.exporter],
            use_server_token_count=False,
            concurrency=1,
            on_hopeless=lambda: None,
        )
        self.recorder.count_beside()

    def done(self, text="", error=None):
        """Hand over a request that has ended."""
        number = self.recorder.sent_count
        self.recorder.sent()
        self.recorder.done(
            RawRecord(1, 1, 1, 2, 200, "", [text.encode()], array("q", [2]), error),
            session_num=number,
            x_request_id=str(number),
            x_correlation_id="",
            conversation=Conversation("c", TURNS),
            turn_index=0,
            phase=PROFILING,
            scheduled_ns=None,
            was_cancelled=False,
        )

    async def until(self, count):
        """Wait until so many records have come out."""
        async with asyncio.timeout(PATIENCE):
            while len(self.exporter.records) < count:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.001)


def test_the_loop_goes_on_while_tokens_are_counted():
    """However long it takes; what ends meanwhile is counted together next, all in order."""
    tokenizer = SlowTokenizer()

    async def main():
        rig = Rig(tokenizer)
        rig.done("one two three")
        async with asyncio.timeout(PATIENCE):
            while not tokenizer.begun.is_set():  # noqa: ASYNC110 - it is another thread's
                await asyncio.sleep(0.001)
        rig.done("four")
        rig.done(error=ErrorDetails("ConnectError", "refused"))
        rig.done("five six")
        for _ in range(20):
            await asyncio.sleep(0)
        assert rig.exporter.records == []
        tokenizer.may_end.set()
        await rig.until(4)
        rig.recorder.flush()
        return rig

    rig = asyncio.run(main())
    assert tokenizer.batches == [["one two three"], ["four", "five six"]]
    assert [each.session_num for each in rig.exporter.records] == [0, 1, 2, 3]
    assert [each.output_tokens for each in rig.exporter.records] == [3, 1, None, 2]
    assert rig.recorder.warnings == []
    assert rig.recorder.beside_ns > 0


def test_the_end_waits_for_what_is_being_counted():
    """No record is lost, and no thread is left."""
    tokenizer = SlowTokenizer()

    async def main():
        rig = Rig(tokenizer)
        for number in range(1, 101):
            rig.done("word " * number)
        for _ in range(4):
            await asyncio.sleep(0)
        threading.Timer(0.01, tokenizer.may_end.set).start()
        rig.recorder.flush()
        assert len(rig.exporter.records) == 100
        await asyncio.sleep(0)
        return rig.exporter.records

    records = asyncio.run(main())
    assert [each.output_tokens for each in records] == list(range(1, 101))
    assert max(map(len, tokenizer.batches)) == 32
    assert "count-tokens" not in str(threading.enumerate())


def test_long_responses_are_counted_in_smaller_batches():
    """What is made of them is thrown away on the loop's time."""
    tokenizer = SlowTokenizer()
    tokenizer.may_end.set()

    async def main():
        rig = Rig(tokenizer)
        for _ in range(8):
            rig.done("word " * 10_000)
        rig.recorder.flush()

    asyncio.run(main())
    assert sum(map(len, tokenizer.batches)) == 8
    assert max(map(len, tokenizer.batches)) == 2


def test_what_fails_together_is_counted_by_itself():
    """So that the warning is about the response that cannot be counted."""

    class Picky:
        def count(self, text):
            if text == "bad":
                raise ValueError(text)
            return 1

        def count_all(self, texts):
            return [self.count(text) for text in texts]

    async def main():
        rig = Rig(Picky())
        for text in ("good", "bad", "good"):
            rig.done(text)
        rig.recorder.flush()
        return rig

    rig = asyncio.run(main())
    assert [each.output_tokens for each in rig.exporter.records] == [1, None, None]
    (warning,) = rig.recorder.warnings
    assert "Picky failed to count the tokens of a response: ValueError: bad" in warning
    assert warning.endswith("From request 1 on, no output was counted")


def test_an_error_in_the_thread_is_raised():
    """It would be a mistake of this program, and is not to be passed over."""

    class Broken:
        def count_several(self, _batch):
            raise ZeroDivisionError

    async def main():
        thread = CountingThread(Broken(), print)
        thread.put(Uncounted(None, None, ()))
        thread.flush()

    with pytest.raises(ZeroDivisionError):
        asyncio.run(main())
