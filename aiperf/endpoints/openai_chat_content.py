"""The content of one chat response, put together from its choices as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.endpoints.content import Content, text_of
from aiperf.endpoints.usage import usage_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ChatContent(Content):
    """What a chat completion says."""

    __slots__ = ()

    whole_name = "a chat completion"
    event_name = "a chat completion chunk"

    def add_whole(self, response: dict[str, Any], ns: int) -> None:
        """Add a completion."""
        self._add(response["choices"], response.get("usage"), ns)

    def add_event(self, event: dict[str, Any], ns: int) -> None:
        """Add a chunk."""
        self._add(event.get("choices") or (), event.get("usage"), ns)

    def _add(
        self, choices: Sequence[Mapping[str, Any]], usage: Mapping[str, Any] | None, ns: int
    ) -> None:
        """Add what arrived at ``ns``; it counts as content if any text in it is not empty."""
        if usage:
            self.usage = usage_of(usage)
        has_content = False
        for choice in choices:
            delta = choice.get("delta") or choice.get("message")
            if delta:
                text = delta.get("content")
                if len(delta) == 1 and type(text) is str:  # as nearly all of them
                    if text:
                        self.text.append(text)
                        has_content = True
                elif self._add_delta(delta):
                    has_content = True
            finish_reason = choice.get("finish_reason")
            if finish_reason:
                self.finish_reason = str(finish_reason)
        if has_content:
            self.content_ns.append(ns)

    def _add_delta(self, delta: Mapping[str, Any]) -> bool:
        """Add one message or a piece of one; return whether there was any text in it."""
        get = delta.get
        text = text_of(get("content"))
        refusal = text_of(get("refusal"))
        reasoning = text_of(get("reasoning_content") or get("reasoning"))
        tool_calls = get("tool_calls")
        calls = "".join(map(_call, tool_calls)) if tool_calls else ""
        if text or refusal:
            self.text.append(text + refusal)
        if reasoning:
            self.reasoning.append(reasoning)
        if calls:
            self.tool_calls.append(calls)
        return bool(text or refusal or reasoning or calls)


def _call(call: Mapping[str, Any]) -> str:
    """Return what the model wrote of one tool call: the function's name and arguments."""
    function = call.get("function") or {}
    return text_of(function.get("name")) + text_of(function.get("arguments"))
