"""Both endpoints are held to what AIPerf expects of any endpoint."""

from __future__ import annotations

from aiperf_override_chat.completions import CompletionsEndpoint
from aiperf_override_chat.tagged_chat import TaggedChatEndpoint

from aiperf.testing import EndpointContract


class TestTaggedChatEndpoint(EndpointContract):
    """The builtin's wire format, with a user."""

    implementation = TaggedChatEndpoint
    good_response = b'{"choices": [{"message": {"content": "a b"}, "finish_reason": "stop"}]}'
    good_text = "a b"
    good_stream = (
        b'data: {"choices": [{"delta": {"role": "assistant"}}]}\n\n',
        b'data: {"choices": [{"delta": {"content": "a"}}]}\n\n',
        b'data: {"choices": [{"delta": {"content": " b"}}]}\n\n',
        b"data: [DONE]\n\n",
    )


class TestCompletionsEndpoint(EndpointContract):
    """The wire format of completions."""

    implementation = CompletionsEndpoint
    good_response = (
        b'{"choices": [{"text": "a b", "finish_reason": "stop"}],'
        b' "usage": {"prompt_tokens": 3, "completion_tokens": 2}}'
    )
    good_text = "a b"
    good_stream = (
        b'data: {"choices": [{"text": "a", "finish_reason": null}]}\n\n',
        b'data: {"choices": [{"text": " b", "finish_reason": "stop"}]}\n\n',
        b'data: {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}\n\n',
        b"data: [DONE]\n\n",
    )
