"""The choices of an OpenAI completion, of a chat or a plain text, whole or as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.endpoints.content import Content
from aiperf.endpoints.usage import usage_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ChoicesContent(Content):
    """What all choices say, one after the other; a subclass knows where a choice has its text."""

    __slots__ = ()

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
            if self._add_choice(choice):
                has_content = True
            finish_reason = choice.get("finish_reason")
            if finish_reason:
                self.finish_reason = str(finish_reason)
        if has_content:
            self.has_come(ns)

    def _add_choice(self, choice: Mapping[str, Any]) -> bool:
        """Add one choice or a piece of one; return whether there was any text in it."""
        raise NotImplementedError
