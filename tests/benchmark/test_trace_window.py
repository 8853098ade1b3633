"""Which part of a trace is replayed, and when it begins."""

from __future__ import annotations

import pytest

from aiperf.benchmark.trace_window import has_timestamps, starts_ms, trace_window
from aiperf.common.config import LoadConfig
from aiperf.common.errors import ConfigError
from aiperf.common.models import Conversation, Turn


def conversation(name, *times):
    return Conversation(
        name, tuple(Turn((f"{name}{n}",), timestamp_ms=t) for n, t in enumerate(times))
    )


TRACE = [
    conversation("late", 300.0, 400.0),
    conversation("early", 100.0, None, 250.0, None),
    conversation("middle", 200.0),
]


def shown(conversations):
    return [
        (each.conversation_id, [(turn.texts[0], turn.timestamp_ms) for turn in each.turns])
        for each in conversations
    ]


def test_conversations_are_in_the_order_of_their_start():
    """Times count from the trace's own beginning."""
    window = trace_window(TRACE, LoadConfig())
    assert [each.conversation_id for each in window] == ["early", "middle", "late"]
    assert list(starts_ms(window)) == [100, 200, 300]
    assert window[2] == TRACE[0]


def test_an_automatic_offset_begins_with_the_first():
    window = trace_window(TRACE, LoadConfig(fixed_schedule_auto_offset=True))
    assert list(starts_ms(window)) == [0, 100, 200]
    assert [turn.timestamp_ms for turn in window[0].turns] == [0, None, 150, None]


def test_offsets_cut_out_a_part():
    """Both ends belong to it. A turn without a time goes with the one before it."""
    window = trace_window(
        TRACE, LoadConfig(fixed_schedule_start_offset=200.0, fixed_schedule_end_offset=300.0)
    )
    assert shown(window) == [
        ("middle", [("middle0", 0)]),
        ("early", [("early2", 50), ("early3", None)]),
        ("late", [("late0", 100)]),
    ]


def test_a_conversation_without_a_time_is_an_error():
    """It is named, with what to do."""
    with pytest.raises(ConfigError, match=r"'b' has no timestamp.*--no-fixed-schedule"):
        trace_window([conversation("a", 1.0), conversation("b", None, 2.0)], LoadConfig())


def test_a_window_with_nothing_in_it_is_an_error():
    with pytest.raises(ConfigError, match="--fixed-schedule-start-offset"):
        trace_window(TRACE, LoadConfig(fixed_schedule_start_offset=1000.0))


def test_a_trace_is_known_by_its_first_turn():
    assert has_timestamps(TRACE)
    assert not has_timestamps([conversation("a", None, 2.0), *TRACE])
    assert not has_timestamps([Conversation("empty", ()), *TRACE])
