"""Every builtin implementation of AIPerf, and nothing else.

Each function is a hook implementation like any plugin's, at the lowest priority.
"""

from __future__ import annotations

from aiperf.plugins import LazyEntry, hookimpl


@hookimpl(trylast=True)
def aiperf_register_endpoint() -> list[LazyEntry]:
    """Wire formats."""
    return [
        LazyEntry(
            "chat",
            "aiperf.endpoints.openai_chat",
            "ChatEndpoint",
            identifier="openai_chat",
            description="OpenAI chat completions, streamed or not",
            metadata={"path": "/v1/chat/completions", "streaming": True, "tokens": True},
        ),
        LazyEntry(
            "embeddings",
            "aiperf.endpoints.openai_embeddings",
            "EmbeddingsEndpoint",
            identifier="openai_embeddings",
            description="OpenAI embeddings",
            metadata={"path": "/v1/embeddings", "streaming": False, "tokens": False},
        ),
    ]


@hookimpl(trylast=True)
def aiperf_register_transport() -> list[LazyEntry]:
    """Ways to send requests."""
    return [
        LazyEntry(
            "http",
            "aiperf.transports.http_transport",
            "HTTPTransport",
            identifier="http",
            description="HTTP/1.1 with keep-alive, TLS and streaming",
            metadata={"schemes": ["http", "https"]},
        ),
    ]
