"""The half of an endpoint's contract that is about requests: payloads made of turns."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import orjson
import pytest

from aiperf.common.factories import EndpointFactory
from aiperf.common.models import ModelEndpoint, Turn
from aiperf.common.protocols import EndpointProtocol
from aiperf.testing.contract import Contract, blaming
from aiperf.testing.text import TEXTS

if TYPE_CHECKING:
    from collections.abc import Sequence

_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


class EndpointRequests(Contract):
    """What :class:`~aiperf.testing.endpoint_contract.EndpointContract` asks of requests."""

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

    # -- what is asked ------------------------------------------------------------------------

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


def _wreck(value: Any) -> None:
    """Empty a JSON value and everything in it."""
    if isinstance(value, dict | list):
        for each in list(value.values() if isinstance(value, dict) else value):
            _wreck(each)
        value.clear()


def _strings(value: Any) -> list[str]:
    """Return every string in a JSON value."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [text for each in value for text in _strings(each)] if isinstance(value, list) else []
