"""What this plugin brings. To import this module is to register it; the others are still lazy."""

from __future__ import annotations

from aiperf.common.factories import EndpointFactory, TokenizerFactory

EndpointFactory.register_lazy(
    "embeddings",
    "aiperf_declarative_style.endpoints",
    "ShortEmbeddingsEndpoint",
    identifier="short_embeddings",
    is_plugin=True,
    description="OpenAI embeddings of 256 numbers",
    metadata={"path": "/v1/embeddings", "streaming": False, "tokens": False},
)
TokenizerFactory.register_lazy(
    "utf8",
    "aiperf_declarative_style.tokenizers",
    "UTF8Tokenizer",
    identifier="utf8",
    is_plugin=True,
    description="each byte of the text is a token",
)
