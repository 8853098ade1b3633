"""The content of one chat response, put together from its choices as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.endpoints.content import text_of
from aiperf.endpoints.openai_choices import ChoicesContent

if TYPE_CHECKING:
    from collections.abc import Mapping


class ChatContent(ChoicesContent):
    """What a chat completion says."""

    __slots__ = ()

    whole_name = "a chat completion"
    event_name = "a chat completion chunk"

    def add_event(self, event: dict[str, Any], ns: int) -> None:
        """Add a chunk; nearly all have one choice with a piece of text and nothing else."""
        choices = event.get("choices")
        if choices and len(choices) == 1 and not event.get("usage"):
            choice = choices[0]
            delta = choice.get("delta")
            if delta and len(delta) == 1 and not choice.get("finish_reason"):
                text = delta.get("content")
                if text and type(text) is str:
                    self.text.append(text)
                    self.content_ns.append(ns)
                    return
        self._add(choices or (), event.get("usage"), ns)

    def _add_choice(self, choice: Mapping[str, Any]) -> bool:
        """Add a message or a piece of one."""
        delta = choice.get("delta") or choice.get("message")
        if not delta:
            return False
        text = delta.get("content")
        if len(delta) == 1 and type(text) is str:  # as nearly all of them
            if text:
                self.text.append(text)
            return bool(text)
        return self._add_delta(delta)

    def _add_delta(self, delta: Mapping[str, Any]) -> bool:
        """Add one message or a piece of one; return whether there was any text in it."""
        get = delta.get
        text = text_of(get("content"))
        if refusal := get("refusal"):
            text += text_of(refusal)
        if reasoning := get("reasoning_content") or get("reasoning"):
            reasoning = text_of(reasoning)
        if calls := get("tool_calls"):
            calls = "".join(map(_call, calls))
        if text:
            self.text.append(text)
        if reasoning:
            self.reasoning.append(reasoning)
        if calls:
            self.tool_calls.append(calls)
        return bool(text or reasoning or calls)


def _call(call: Mapping[str, Any]) -> str:
    """Return what the model wrote of one tool call: the function's name and arguments."""
    function = call.get("function") or {}
    return text_of(function.get("name")) + text_of(function.get("arguments"))
