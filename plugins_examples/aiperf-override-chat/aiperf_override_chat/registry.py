"""What this plugin brings. AIPerf imports this module at start-up, and the others on first use."""

from __future__ import annotations

from aiperf import LazyEntry, hookimpl


@hookimpl
def aiperf_register_endpoint() -> list[LazyEntry]:
    """One endpoint for a type that AIPerf has, so it overrides, and one for a new type."""
    return [
        LazyEntry(
            "chat",
            "aiperf_override_chat.tagged_chat",
            "TaggedChatEndpoint",
            identifier="tagged_chat",
            description="OpenAI chat completions, with a user in each request",
            metadata={"path": "/v1/chat/completions", "streaming": True, "tokens": True},
        ),
        LazyEntry(
            "plain_completions",
            "aiperf_override_chat.completions",
            "CompletionsEndpoint",
            identifier="plain_completions",
            description="OpenAI completions, streamed or not",
            metadata={"path": "/v1/completions", "streaming": True, "tokens": True},
        ),
    ]
