"""The contract of an endpoint: a payload from turns, the meaning of a response."""

from __future__ import annotations

import copy
import math
from array import array
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import orjson
import pytest

from aiperf.common.factories import EndpointFactory
from aiperf.common.models import ErrorDetails, ModelEndpoint, ParsedResponse, RawRecord, Turn
from aiperf.common.protocols import EndpointProtocol
from aiperf.testing.bad_bodies import WITHOUT_ANSWER, damaged, reshaped_json
from aiperf.testing.contract import Contract, blaming
from aiperf.testing.error_names import check_error
from aiperf.testing.text import TEXTS

if TYPE_CHECKING:
    from collections.abc import Sequence

_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_TYPES = ("application/json", "text/event-stream; charset=utf-8", "text/plain", "")


class EndpointContract(Contract):
    """Subclass it, set ``implementation``, and give one good response.

    ``good_response`` is the body of an answer as a whole and ``good_text`` what it says, ``""``
    for a format without text. For an endpoint that streams, ``good_stream`` has the same answer as
    parts of a stream, cut where a server would flush. Either may be left out, not both.
    """

    factory = EndpointFactory
    protocols = (EndpointProtocol,)

    good_response: ClassVar[bytes | None] = None
    good_text: ClassVar[str] = ""
    good_stream: ClassVar[Sequence[bytes]] = ()
    response_type: ClassVar[str] = "application/json"
    stream_type: ClassVar[str] = "text/event-stream"
    extra_inputs_go_to: ClassVar[str | None] = None
    """The field of a payload that extra inputs are put into, ``None`` for the payload itself."""

    # -- what a subclass may change ------------------------------------------------------------

    def model_endpoint(self, **changes: Any) -> ModelEndpoint:
        """Return what the endpoint is made with."""
        return ModelEndpoint(**{"model": "test-model", **changes})

    def turns(self, *texts: str) -> list[Turn]:
        """Return one turn for each text, as the endpoint's dataset would give them."""
        return [Turn((text,), max_tokens=16) for text in texts]

    def extra_inputs_in(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return where in ``payload`` what a person adds is found: at its top."""
        return payload

    # -- requests ------------------------------------------------------------------------------

    def test_the_path_is_a_path(self) -> None:
        """It begins with a slash, and a path that a person asked for takes its place."""
        path = self._endpoint().path
        assert isinstance(path, str), f"path is {path!r}, not a string"
        assert path.startswith("/"), f"path is {path!r}; it must begin with '/'"
        assert path.isprintable(), f"path is {path!r}, with characters that no URL may have"
        assert " " not in path, f"path is {path!r}; a URL has no blanks"
        for asked in ("/asked/for", "asked/for"):
            path = self._endpoint(path=asked).path
            assert path == "/asked/for", (
                f"path is {path!r} where ModelEndpoint(path={asked!r}) asks for '/asked/for'"
            )

    @pytest.mark.parametrize("streaming", [False, True])
    def test_the_headers_can_be_sent(self, streaming: bool) -> None:  # noqa: FBT001 - a parameter of the test
        """They are a mapping of legal names to values of one line."""
        headers = self._endpoint(streaming=streaming and self._streams).headers
        assert isinstance(headers, Mapping), f"headers is {headers!r}, no mapping"
        for name, value in headers.items():
            assert isinstance(name, str), f"a header's name is {name!r}"
            assert isinstance(value, str), f"the header {name} is {value!r}, not a string"
            assert name, "a header has no name"
            assert _TOKEN.issuperset(name), f"{name!r} cannot be the name of a header"
            assert value.isprintable(), f"the header {name} is {value!r}, which cannot be sent"
            assert value.isascii(), f"the header {name} is {value!r}, which is not ASCII"
            assert value == value.strip(), f"the header {name} has blanks around its value"

    @pytest.mark.parametrize("streaming", [False, True])
    def test_the_payload_is_json(self, streaming: bool) -> None:  # noqa: FBT001 - as above
        """It is a dict that survives being sent, whatever a prompt contains."""
        endpoint = self._endpoint(streaming=streaming and self._streams)
        for text in TEXTS:
            if not text:
                continue
            payload = endpoint.format_payload(self.turns(text))
            assert isinstance(payload, dict), f"the payload is {payload!r}, not a dict"
            with blaming("the payload must be JSON"):
                received = orjson.loads(orjson.dumps(payload))
            assert received == payload, f"the payload {payload!r} arrives as {received!r}"
            assert text in list(_strings(received)), (
                f"the turn's text {text!r} is not in the payload {payload!r}"
            )

    def test_a_turn_without_a_limit_of_tokens(self) -> None:
        """``max_tokens=None`` leaves it to the server."""
        turns = [replace(turn, max_tokens=None) for turn in self.turns("Hello")]
        with blaming("a turn without max_tokens must be formatted"):
            payload = self._endpoint().format_payload(turns)
        assert None not in payload.values(), f"the payload has a null: {payload!r}"

    def test_payloads_are_each_others_equals(self) -> None:
        """The same turns give the same payload, and each payload is an object by itself."""
        endpoint, turns = self._endpoint(), self.turns("Hello")
        first, second = endpoint.format_payload(turns), endpoint.format_payload(turns)
        assert first == second, f"the same turn gave {first!r}, then {second!r}"
        before = copy.deepcopy(second)
        _wreck(first)
        assert second == before, "two payloads share an object: what changes one changes the other"

    def test_the_last_turn_is_what_is_asked(self) -> None:
        """The earlier ones are its history, and nothing is kept from one call to the next."""
        endpoint = self._endpoint()
        turns = self.turns("first question", "second question")
        endpoint.format_payload(turns[:1])
        payload = endpoint.format_payload(turns)
        assert any("second question" in each for each in _strings(payload)), (
            f"the payload does not ask the last turn's question: {payload!r}"
        )
        again = self._endpoint().format_payload(turns)
        assert payload == again, "the payload depends on what was formatted before"

    def test_extra_inputs_come_last(self) -> None:
        """What a person adds with ``--extra-inputs`` is there, and beats what was there."""
        turns = self.turns("Hello")
        plain = self._with_extra_inputs(self._endpoint().format_payload(turns))
        extra = {"aiperf_contract": [1, "two"], **dict.fromkeys(plain, "replaced")}
        endpoint = self._endpoint(extra_inputs=extra)
        payload = self._with_extra_inputs(endpoint.format_payload(turns))
        found = self.extra_inputs_in(payload)
        lost = {name for name, value in extra.items() if found.get(name) != value}
        assert not lost, f"extra inputs do not come last: {sorted(lost)} in {payload!r}"

    # -- responses -----------------------------------------------------------------------------

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

    # -- details -------------------------------------------------------------------------------

    def _with_extra_inputs(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Return the part of a payload that extra inputs are put into."""
        place: dict[str, Any] = (
            payload if self.extra_inputs_go_to is None else payload[self.extra_inputs_go_to]
        )
        return place

    @property
    def _streams(self) -> bool:
        return bool(self.good_stream)

    def _endpoint(self, **changes: Any) -> EndpointProtocol:
        endpoint: EndpointProtocol = self.make(model_endpoint=self.model_endpoint(**changes))
        return endpoint

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


def _wreck(value: Any) -> None:
    """Empty a JSON value and everything in it."""
    if isinstance(value, dict | list):
        for each in list(value.values() if isinstance(value, dict) else value):
            _wreck(each)
        value.clear()


def _cuts(data: bytes) -> range:
    """Return where to cut ``data`` in two: everywhere, or at some forty places of a long one."""
    return range(0, len(data), max(1, len(data) // 40))


def _strings(value: Any) -> list[str]:
    """Return every string in a JSON value."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [text for each in value for text in _strings(each)] if isinstance(value, list) else []
