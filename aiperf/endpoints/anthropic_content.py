"""The content of one message of the Anthropic messages format.

Source: https://docs.anthropic.com/en/docs/build-with-claude/streaming.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from aiperf.common.models import Usage
from aiperf.endpoints.content import Content, text_of
from aiperf.endpoints.usage import count_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_DELTAS = {
    "text_delta": ("text", "text"),
    "thinking_delta": ("thinking", "reasoning"),
    "input_json_delta": ("partial_json", "tool_calls"),
}
"""The field of a delta that has its text, and what of the content that is a piece of."""
_INPUTS = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


class MessageContent(Content):
    """What a message says. Thinking is its reasoning."""

    __slots__ = ("_counts",)

    whole_name = "a message"
    event_name = "an event of a message"

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[str, Any] = {}

    def add_whole(self, response: dict[str, Any], ns: int) -> None:
        """Add a message."""
        self._add_usage(response.get("usage"))
        self._stop(response.get("stop_reason"))
        have_text = [self._add_block(block) for block in response["content"]]
        if any(have_text):
            self.has_come(ns)

    def add_event(self, event: dict[str, Any], ns: int) -> None:
        """Add an event; those of a kind that is not known are passed over."""
        kind = event["type"]
        if kind == "content_block_delta":
            delta = event["delta"]
            if delta["type"] in _DELTAS:
                name, pieces = _DELTAS[delta["type"]]
                text = text_of(delta[name])
                if text:
                    getattr(self, pieces).append(text)
                    self.has_come(ns)
        elif kind == "content_block_start":
            if self._add_block(event["content_block"]):
                self.has_come(ns)
        elif kind == "message_start":
            self._add_usage(event["message"].get("usage"))
        elif kind == "message_delta":
            self._add_usage(event.get("usage"))
            self._stop(event["delta"].get("stop_reason"))
        elif kind == "message_stop":
            self.is_over = True

    def _stop(self, reason: Any) -> None:
        if reason:
            self.finish_reason = str(reason)

    def _add_block(self, block: Mapping[str, Any]) -> bool:
        """Add a block, or what is known of one at its start; return whether it has any text."""
        text, thinking = text_of(block.get("text")), text_of(block.get("thinking"))
        if text:
            self.text.append(text)
        if thinking:
            self.reasoning.append(thinking)
        given = block.get("input")
        call = text_of(block.get("name")) + (orjson.dumps(given).decode() if given else "")
        if call:
            self.tool_calls.append(call)
        return bool(text or thinking or call)

    def _add_usage(self, usage: Mapping[str, Any] | None) -> None:
        """Add counts; of a count that came before, the later one holds.

        Input tokens that a cache had are counted apart from the others.
        """
        if not usage:
            return
        counts = self._counts
        counts.update((name, count) for name, count in usage.items() if count is not None)
        inputs = [count_of(counts[name]) or 0 for name in _INPUTS if name in counts]
        self.usage = Usage(
            input_tokens=sum(inputs) if inputs else None,
            output_tokens=count_of(counts.get("output_tokens")),
            cache_read_tokens=count_of(counts.get("cache_read_input_tokens")),
            cache_write_tokens=count_of(counts.get("cache_creation_input_tokens")),
        )
