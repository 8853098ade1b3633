"""The content of one chat response, put together from its choices as they come."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from aiperf.common.models import ParsedResponse
from aiperf.endpoints.openai_common import usage_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiperf.common.models import Usage


class ChatContent:
    """What a response said; add a whole completion, or chunk after chunk of a stream."""

    __slots__ = ("_content_ns", "_reasoning", "_text", "_tool_calls", "_usage", "finish_reason")

    def __init__(self) -> None:
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._tool_calls: list[str] = []
        self._content_ns = array("q")
        self._usage: Usage | None = None
        self.finish_reason: str | None = None
        """Why the model stopped, ``None`` until it said so."""

    def add(
        self, choices: Sequence[Mapping[str, Any]], usage: Mapping[str, Any] | None, ns: int
    ) -> None:
        """Add what arrived at ``ns``; it counts as content if any text in it is not empty.

        Raises:
            AttributeError: As these do, it says that something has not the shape it should have.
            TypeError: As above.
        """
        if usage:
            self._usage = usage_of(usage)
        has_content = False
        for choice in choices:
            delta = choice.get("delta") or choice.get("message")
            if delta and self._add_delta(delta):
                has_content = True
            finish_reason = choice.get("finish_reason")
            if finish_reason:
                self.finish_reason = str(finish_reason)
        if has_content:
            self._content_ns.append(ns)

    def parsed(self) -> ParsedResponse:
        """Return what has been added so far."""
        return ParsedResponse(
            text="".join(self._text),
            reasoning="".join(self._reasoning),
            tool_calls="".join(self._tool_calls),
            content_ns=self._content_ns,
            usage=self._usage,
            finish_reason=self.finish_reason,
        )

    def _add_delta(self, delta: Mapping[str, Any]) -> bool:
        """Add one message or a piece of one; return whether there was any text in it."""
        get = delta.get
        text = _text(get("content"))
        refusal = _text(get("refusal"))
        reasoning = _text(get("reasoning_content") or get("reasoning"))
        tool_calls = get("tool_calls")
        calls = "".join(map(_call, tool_calls)) if tool_calls else ""
        if text or refusal:
            self._text.append(text + refusal)
        if reasoning:
            self._reasoning.append(reasoning)
        if calls:
            self._tool_calls.append(calls)
        return bool(text or refusal or reasoning or calls)


def _text(value: Any) -> str:
    """Return a text that may be missing, or be a list of parts of which some are text."""
    if not value:
        return ""
    if type(value) is str:
        return value
    if type(value) is list:
        return "".join(_text(part.get("text")) for part in value)
    msg = f"not a text: {value!r}"
    raise TypeError(msg)


def _call(call: Mapping[str, Any]) -> str:
    """Return what the model wrote of one tool call: the function's name and arguments."""
    function = call.get("function") or {}
    return _text(function.get("name")) + _text(function.get("arguments"))
