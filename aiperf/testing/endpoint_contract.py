"""The contract of an endpoint: a payload from turns, the meaning of a response."""

from __future__ import annotations

import copy
import math
from array import array
from typing import TYPE_CHECKING

import pytest

from aiperf.common.models import ErrorDetails, ParsedResponse, RawRecord
from aiperf.testing.bad_bodies import WITHOUT_ANSWER, damaged, reshaped_json
from aiperf.testing.contract import blaming
from aiperf.testing.endpoint_requests import EndpointRequests
from aiperf.testing.error_names import check_error

if TYPE_CHECKING:
    from collections.abc import Sequence

_TYPES = ("application/json", "text/event-stream; charset=utf-8", "text/plain", "")


class EndpointContract(EndpointRequests):
    """Subclass it, set ``implementation``, and give one good response.

    ``good_response`` is the body of an answer as a whole and ``good_text`` what it says, ``""``
    for a format without text. For an endpoint that streams, ``good_stream`` has the same answer as
    parts of a stream, cut where a server would flush. Either may be left out, not both.
    """

    def test_a_good_response(self) -> None:
        """Its text is found, and its content came when the last of its bytes did."""
        body = self._good_body()
        for cut in _cuts(body):
            parsed = self._parse([body[:cut], body[cut:]] if cut else [body], self.response_type)
            assert parsed.error is None, f"a good response was taken for an error: {parsed.error}"
            assert parsed.text == self.good_text, f"the text is {parsed.text!r}"
            last = 2 if cut else 1
            assert list(parsed.content_ns) == [last], (
                f"content_ns is {list(parsed.content_ns)} for a response whose last part came at "
                f"{last} ns; a response that is not streamed has one content, when it was complete"
            )

    def test_a_good_stream(self) -> None:
        """However it was cut into parts, it says the same; its times are those of its parts."""
        self._need_stream()
        whole = b"".join(self.good_stream)
        ways = [list(self.good_stream), [whole], [whole[i : i + 1] for i in range(len(whole))]]
        ways += [[whole[:cut], whole[cut:]] for cut in _cuts(whole)]
        for parts in ways:
            parsed = self._parse(parts, self.stream_type)
            assert parsed.error is None, f"a good stream was taken for an error: {parsed.error}"
            assert parsed.text == self.good_text, (
                f"the text is {parsed.text!r} where the stream came in {len(parts)} parts"
            )
            times = list(parsed.content_ns)
            assert times, "content_ns is empty, so there is no time to first token"
            assert times == sorted(times), f"content_ns is not in order: {times}"
            assert set(times) <= set(range(1, len(parts) + 1)), (
                f"content_ns has times at which no part came: {times}"
            )

    def test_a_stream_that_breaks_off(self) -> None:
        """Cut anywhere, it is what came; what is missing is an error, never a shorter answer."""
        self._need_stream()
        whole = b"".join(self.good_stream)
        for end in range(len(whole)):
            parsed = self._parse([whole[:end]], self.stream_type)
            assert self.good_text.startswith(parsed.text), (
                f"a stream that broke off after {whole[:end]!r} says {parsed.text!r}"
            )
            assert parsed.error or (self.good_text and parsed.text == self.good_text), (
                f"a stream that broke off after {whole[:end]!r} counts as a good response, with "
                f"the text {parsed.text!r}"
            )

    def test_a_response_that_breaks_off(self) -> None:
        """Half an answer is an error."""
        body = self._good_body().rstrip()
        for end in range(len(body)):
            parsed = self._parse([body[:end]], self.response_type)
            assert parsed.error, f"{body[:end]!r} counts as a good response: {parsed}"

    @pytest.mark.parametrize("what", WITHOUT_ANSWER)
    @pytest.mark.parametrize("content_type", _TYPES)
    def test_a_response_without_an_answer(self, what: str, content_type: str) -> None:
        """Whatever it is called and whatever was asked for, it becomes an error."""
        body = WITHOUT_ANSWER[what]
        for streaming in {False, self._streams}:
            parsed = self._parse([body] if body else [], content_type, streaming=streaming)
            assert parsed.error, f"{what} ({body[:60]!r}) counts as a good response: {parsed}"

    def test_a_response_of_another_shape(self) -> None:
        """With any part of it left out or of another type, it is read or becomes an error."""
        bodies = [body for body in (self.good_response,) if body]
        for body in bodies:
            for wrong in reshaped_json(body):
                self._parse([wrong], self.response_type)
        for index, part in enumerate(self.good_stream):
            head, brace, rest = part.partition(b"{")
            end = rest.rfind(b"}") + 1
            for wrong in reshaped_json(brace + rest[:end]):
                changed = list(self.good_stream)
                changed[index] = head + wrong + rest[end:]
                self._parse(changed, self.stream_type)

    def test_a_response_with_damaged_bytes(self) -> None:
        """Bytes that are changed, lost or doubled are read or become an error."""
        for wrong in damaged(self.good_response or b""):
            self._parse([wrong], self.response_type)
        for wrong in damaged(b"".join(self.good_stream)):
            self._parse([wrong], self.stream_type)

    def test_an_error_of_the_transport_stays(self) -> None:
        """It is what ended the request, whatever came before it."""
        error = ErrorDetails("RequestTimeout", "too slow")
        for parts in ([], [b"<html>"], [self.good_response or b""], list(self.good_stream)):
            parsed = self._parse(parts, self.response_type, error=error)
            assert parsed.error == error, f"the transport's error became {parsed.error}"

    def test_reading_changes_nothing(self) -> None:
        """A response can be read twice, and by two endpoints."""
        parts = list(self.good_stream) or [self._good_body()]
        kind = self.stream_type if self.good_stream else self.response_type
        record = _record(parts, kind)
        before = copy.deepcopy(record)
        endpoint = self._endpoint(streaming=self._streams)
        first, second = endpoint.parse_response(record), endpoint.parse_response(record)
        assert record == before, "parse_response changed the record"
        assert first == second, f"the same response was {first}, then {second}"

    def _good_body(self) -> bytes:
        if self.good_response is not None:
            return self.good_response
        if not self.good_stream:
            pytest.fail(
                f"{type(self).__name__} has no good answer: set `good_response`, `good_stream` or "
                "both, and `good_text`",
                pytrace=False,
            )
        pytest.skip("this endpoint is only streamed: there is no good_response")

    def _need_stream(self) -> None:
        if not self.good_stream:
            pytest.skip("this endpoint is not streamed: there is no good_stream")

    def _parse(
        self,
        parts: list[bytes],
        content_type: str,
        *,
        streaming: bool | None = None,
        error: ErrorDetails | None = None,
    ) -> ParsedResponse:
        record = _record(parts, content_type)
        record.error = error
        endpoint = self._endpoint(streaming=self._streams if streaming is None else streaming)
        shown = b"".join(parts)[:80]
        with blaming(f"parse_response must not raise, on {shown!r} ({content_type})"):
            parsed = endpoint.parse_response(record)
        _check(parsed, shown)
        return parsed


def _record(parts: Sequence[bytes], content_type: str) -> RawRecord:
    """Return the record of a response whose parts came at 1, 2, 3, … ns."""
    times = array("q", range(1, len(parts) + 1))
    return RawRecord(status=200, content_type=content_type, parts=list(parts), part_ns=times)


def _check(parsed: ParsedResponse, body: bytes) -> None:
    """Check that what was parsed has the types that metrics and exporters rely on."""
    assert isinstance(parsed, ParsedResponse), f"{body!r} gave {parsed!r}, no ParsedResponse"
    for name in ("text", "reasoning", "tool_calls"):
        value = getattr(parsed, name)
        assert isinstance(value, str), f"{name} is {value!r}, not a string, for {body!r}"
    assert all(type(ns) is int for ns in parsed.content_ns), f"content_ns: {parsed.content_ns!r}"
    finish = parsed.finish_reason
    assert finish is None or isinstance(finish, str), f"finish_reason is {finish!r} for {body!r}"
    if parsed.error is not None:
        check_error(parsed.error)
    for name in ("input_tokens", "output_tokens", "reasoning_tokens") if parsed.usage else ():
        count = getattr(parsed.usage, name)
        assert count is None or (type(count) is int and 0 <= count < math.inf), (
            f"usage.{name} is {count!r} for {body!r}"
        )


def _cuts(data: bytes) -> range:
    """Return where to cut ``data`` in two: everywhere, or at some forty places of a long one."""
    return range(0, len(data), max(1, len(data) // 40))
