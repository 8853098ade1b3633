"""Both classes are held to what AIPerf expects of any endpoint and any tokenizer."""

from __future__ import annotations

from aiperf_declarative_style.endpoints import ShortEmbeddingsEndpoint
from aiperf_declarative_style.tokenizers import UTF8Tokenizer

from aiperf.testing import EndpointContract, TokenizerContract


class TestShortEmbeddingsEndpoint(EndpointContract):
    """The builtin's wire format, with a number of dimensions."""

    implementation = ShortEmbeddingsEndpoint
    good_response = b'{"data": [{"embedding": [0.1, -0.2]}], "usage": {"prompt_tokens": 3}}'


class TestUTF8Tokenizer(TokenizerContract):
    """Bytes are tokens, so no text is lost."""

    implementation = UTF8Tokenizer
