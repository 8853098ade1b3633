"""The builtin chat endpoint with one field more in each request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.endpoints.openai_chat import ChatEndpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.common.models import Turn

USER = "aiperf-benchmark"


class TaggedChatEndpoint(ChatEndpoint):
    """Names a user in each request, by which a server's log tells benchmarks from other traffic.

    ``--extra-inputs user:NAME`` names another.
    """

    def format_payload(self, turns: Sequence[Turn]) -> dict[str, Any]:
        """Return the builtin's request body, with ``user``."""
        return {"user": USER, **super().format_payload(turns)}
