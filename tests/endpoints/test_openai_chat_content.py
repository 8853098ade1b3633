"""How a response's content is put together."""

from __future__ import annotations

import pytest

from aiperf.common.models import Usage
from aiperf.endpoints.openai_chat_content import ChatContent


def test_deltas_and_messages_are_added_in_order():
    """Each addition with content has one time; the latest usage and finish_reason stay."""
    content = ChatContent()
    add = content.add_event
    add(
        {"choices": [{"delta": {"content": "a", "refusal": "b"}}], "usage": {"prompt_tokens": 1}},
        10,
    )
    add({"choices": [{"delta": {}, "finish_reason": "length"}]}, 20)
    whole = {"choices": [{"message": {"content": "c", "reasoning": "d"}}]}
    content.add_whole({**whole, "usage": {"prompt_tokens": 2}}, 30)
    add({"choices": []}, 40)
    parsed = content.parsed()
    assert (parsed.text, parsed.reasoning, parsed.tool_calls) == ("abc", "d", "")
    assert list(parsed.content_ns) == [10, 30]
    assert parsed.usage == Usage(2, None, None)
    assert parsed.finish_reason == content.finish_reason == "length"


@pytest.mark.parametrize(
    ("deltas", "reasoning_chunks"),
    [
        ([{"content": "a"}, {"content": "b"}], 0),
        ([{"reasoning": "a"}, {"reasoning": "b"}, {"content": "c"}, {"reasoning": "d"}], 2),
        ([{"reasoning": "a"}, {"tool_calls": [{"function": {"name": "f"}}]}], 1),
        ([{"role": "assistant", "content": ""}, {"reasoning": "a"}], 1),
        ([{"reasoning": "a", "content": "b"}, {"reasoning": "c"}], 0),
    ],
)
def test_how_many_chunks_are_nothing_but_reasoning(deltas, reasoning_chunks):
    """Until the first one with something else."""
    content = ChatContent()
    for delta in deltas:
        content.add_event({"choices": [{"delta": delta}]}, 10)
    assert content.parsed().reasoning_chunks == reasoning_chunks


@pytest.mark.parametrize(
    "delta",
    [
        {"role": "assistant"},
        {"content": ""},
        {"content": None, "tool_calls": []},
        {"tool_calls": [{"index": 0, "id": "call_1", "type": "function"}]},
        {"content": [{"type": "image_url"}]},
    ],
)
def test_what_has_no_text_is_no_content(delta):
    """A role, an id or something empty is not what the model wrote."""
    content = ChatContent()
    content.add_event({"choices": [{"delta": delta}]}, 10)
    assert not content.parsed().content_ns


@pytest.mark.parametrize(
    "choices", [5, [5], [{"delta": 5}], [{"delta": {"content": 5}}], [{"delta": {"refusal": {1}}}]]
)
def test_a_wrong_shape_raises(choices):
    """The caller knows which response that was."""
    with pytest.raises((AttributeError, TypeError)):
        ChatContent().add_event({"choices": choices}, 10)
