"""Whatever a server sends, the answer has content or an error, in every format of texts."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiperf.common.models import ModelEndpoint, RawRecord
from aiperf.endpoints.anthropic_messages import MessagesEndpoint
from aiperf.endpoints.huggingface_generate import HuggingFaceGenerateEndpoint
from aiperf.endpoints.openai_chat import ChatEndpoint
from aiperf.endpoints.openai_completions import CompletionsEndpoint
from aiperf.endpoints.openai_responses import ResponsesEndpoint

unhurried = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ENDPOINTS = {
    ChatEndpoint: (),
    CompletionsEndpoint: (),
    HuggingFaceGenerateEndpoint: (),
    MessagesEndpoint: (
        "message", "message_start", "message_delta", "message_stop", "content_block_start",
        "content_block_delta", "text_delta", "thinking_delta", "input_json_delta", "error",
    ),
    ResponsesEndpoint: (
        "response.output_text.delta", "response.reasoning_text.delta", "response.completed",
        "response.incomplete", "response.failed", "response.output_item.added", "error", "message",
        "failed", "reasoning",
    ),
}  # fmt: skip
"""Each with the values that its events are told apart by."""
KEYS = (
    "choices", "delta", "message", "content", "text", "reasoning", "refusal", "finish_reason",
    "tool_calls", "function", "name", "arguments", "object", "error", "code", "usage",
    "prompt_tokens", "completion_tokens_details", "reasoning_tokens", "type", "response", "output",
    "item", "status", "incomplete_details", "reason", "summary", "content_block", "thinking",
    "partial_json", "input", "stop_reason", "input_tokens", "token", "special", "generated_text",
    "details", "generated_tokens", "prefill",
)  # fmt: skip


def json_with(kinds):
    """Return a strategy of JSON values that are like those of a format."""
    texts = st.sampled_from([*kinds, "", "x"])
    keys = st.sampled_from(KEYS)
    leaves = st.sampled_from([None, True, -1, 3, 0.5, [], {}]) | texts
    inner = leaves | st.lists(leaves, max_size=2) | st.dictionaries(keys, leaves, max_size=3)
    middle = inner | st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=3)
    return middle | st.builds(
        lambda kind, fields: {**fields, "type": kind},
        texts,
        st.dictionaries(keys, middle, max_size=3),
    )


def bodies(kinds):
    """Return a strategy of the parts of a body, events or not."""
    values = json_with(kinds).map(lambda value: json.dumps(value).encode()) | st.binary(max_size=9)
    names = st.sampled_from([b"", b"event: error\n", b"event: x\n"])
    events = st.tuples(names, values, st.sampled_from([b"\n\n", b"\r\n\r\n", b"\n"])).map(
        lambda drawn: b"%bdata: %b%b" % drawn
    )
    return st.lists(values, max_size=3) | st.lists(events, max_size=5)


@pytest.mark.once
@pytest.mark.parametrize("endpoint", ENDPOINTS)
@unhurried
@given(st.data())
def test_nothing_that_a_server_sends_raises(endpoint, data):
    """It may be of any shape, called anything and cut anywhere."""
    parts = data.draw(bodies(ENDPOINTS[endpoint]))
    record = RawRecord(status=200, parts=parts)
    record.part_ns.extend(range(len(parts)))
    record.content_type = data.draw(st.sampled_from(["text/event-stream", "application/json", ""]))
    made = endpoint(model_endpoint=ModelEndpoint("m", streaming=True))
    parsed = made.parse_response(record)
    assert parsed.error is not None or len(parsed.content_ns) > 0
    assert isinstance(parsed.text + parsed.reasoning + parsed.tool_calls, str)
    assert list(parsed.content_ns) == sorted(parsed.content_ns)
