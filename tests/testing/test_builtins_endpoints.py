"""The builtin endpoints keep the contract that plugins are held to."""

from __future__ import annotations

from aiperf.testing import EndpointContract


class TestChat(EndpointContract):
    implementation = "chat=openai_chat"
    good_response = (
        b'{"object": "chat.completion", "choices": [{"index": 0, "finish_reason": "stop",'
        b' "message": {"role": "assistant", "content": "Gr\xc3\xbc\xc3\x9fe."}}],'
        b' "usage": {"prompt_tokens": 1, "completion_tokens": 2,'
        b' "completion_tokens_details": {"reasoning_tokens": 0}}}'
    )
    good_text = "Grüße."
    good_stream = (
        b'data: {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]}\n\n',
        b'data: {"choices": [{"index": 0, "delta": {"content": "Gr\xc3\xbc"}}]}\n\n',
        b'data: {"choices": [{"index": 0, "delta": {"content": "\xc3\x9fe."}}]}\n\n',
        b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\n',
        b'data: {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}\n\n',
        b"data: [DONE]\n\n",
    )


class TestEmbeddings(EndpointContract):
    implementation = "embeddings=openai_embeddings"
    good_response = (
        b'{"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [0.1, -2]}],'
        b' "usage": {"prompt_tokens": 3, "total_tokens": 3}}'
    )
