"""The content of one response of the OpenAI responses format.

Source: https://platform.openai.com/docs/api-reference/responses-streaming.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.endpoints.content import Content, text_of
from aiperf.endpoints.json_body import reported
from aiperf.endpoints.usage import usage_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXT = "response.output_text.delta"
_DELTAS = {
    "response.refusal.delta": "text",
    "response.reasoning_summary_text.delta": "reasoning",
    "response.reasoning_text.delta": "reasoning",
    "response.function_call_arguments.delta": "tool_calls",
    "response.custom_tool_call_input.delta": "tool_calls",
    "response.mcp_call_arguments.delta": "tool_calls",
}
_ENDS = {"response.completed", "response.incomplete", "response.failed", "response.cancelled"}


class ResponsesContent(Content):
    """What a response says; an answer that was cut off at a limit of tokens is one."""

    __slots__ = ()

    whole_name = "a response"
    event_name = "an event of a response"

    def add_whole(self, response: dict[str, Any], ns: int) -> None:
        """Add a response."""
        self._end(response)
        have_text = [self._add_item(item) for item in response["output"]]
        if any(have_text):
            self.has_come(ns)

    def add_event(self, event: dict[str, Any], ns: int) -> None:
        """Add an event; the texts that those called ``….done`` repeat are left out."""
        kind = event["type"]
        if kind == _TEXT:
            pieces = self.text
        elif kind in _DELTAS:
            pieces = getattr(self, _DELTAS[kind])
        else:
            self._add_other(kind, event, ns)
            return
        delta = text_of(event["delta"])
        if delta:
            pieces.append(delta)
            self.has_come(ns)

    def _add_other(self, kind: str, event: Mapping[str, Any], ns: int) -> None:
        """Add an event that is no piece of a text."""
        if kind == "response.output_item.added":
            name = text_of(event["item"].get("name"))
            if name:
                self.tool_calls.append(name)
                self.has_come(ns)
        elif kind in _ENDS:
            self.is_over = True
            response = event["response"]
            if self.content_ns:
                self._end(response)
            else:  # a server that streams only the whole
                self.add_whole(response, ns)
        elif kind == "error":
            raise reported(event, repr(event).encode())

    def _end(self, response: Mapping[str, Any]) -> None:
        """Take the usage, and why the model stopped."""
        self.usage = usage_of(response.get("usage"))
        status = response.get("status")
        if status in {"failed", "cancelled"}:
            report = response.get("error") or f"the response has the status {status!r}"
            raise reported(report, repr(report).encode())
        details = response.get("incomplete_details") or {}
        reason = details.get("reason") or status
        self.finish_reason = str(reason) if reason else None

    def _add_item(self, item: Mapping[str, Any]) -> bool:
        """Add one item of the output; return whether there was any text in it."""
        kind = item.get("type")
        parts = [*(item.get("summary") or ()), *(item.get("content") or ())]
        said = "".join(
            [text_of(part.get("text")) or text_of(part.get("refusal")) for part in parts]
        )
        if said:
            (self.reasoning if kind == "reasoning" else self.text).append(said)
        call = text_of(item.get("name")) + text_of(item.get("arguments") or item.get("input"))
        if call:
            self.tool_calls.append(call)
        return bool(said or call)
