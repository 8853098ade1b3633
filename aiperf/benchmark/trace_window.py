"""The part of a trace that a fixed schedule replays, and its beginning."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from aiperf.common.errors import ConfigError
from aiperf.common.models import Conversation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiperf.common.config import LoadConfig
    from aiperf.common.models import Turn


def has_timestamps(conversations: Sequence[Conversation]) -> bool:
    """Return whether the first turn of the first conversation has a time of a trace."""
    first = conversations[0].turns
    return bool(first) and first[0].timestamp_ms is not None


def trace_window(conversations: Sequence[Conversation], load: LoadConfig) -> list[Conversation]:
    """Return the conversations to replay, in the order of their start.

    Turns outside of the offsets are left out, and with them the turns without a time of their own
    that follow them. Times count from the start offset, from the first turn if the offset is
    automatic, and else from the trace's own beginning.

    Raises:
        ConfigError: there is no time where one is needed, or nothing is left.
    """
    start_ms = load.fixed_schedule_start_offset
    end_ms = load.fixed_schedule_end_offset
    first_ms = 0.0 if start_ms is None else start_ms
    last_ms = math.inf if end_ms is None else end_ms
    kept: list[Conversation] = []
    for each in conversations:
        if each.turns and each.turns[0].timestamp_ms is None:
            raise ConfigError(
                f"the conversation {each.conversation_id!r} has no timestamp for its first turn, "
                "which a fixed schedule needs. Give it one, or another --arrival-pattern "
                "(--no-fixed-schedule if you have named none)",
                option="--fixed-schedule",
            )
        turns = tuple(_inside(each.turns, first_ms, last_ms))
        if turns:
            kept.append(Conversation(each.conversation_id, turns))
    if not kept:
        raise ConfigError(
            "no turn of the dataset has a timestamp between the offsets of the fixed schedule "
            f"({first_ms:g} and {last_ms:g} ms). Change --fixed-schedule-start-offset or "
            "--fixed-schedule-end-offset",
            option="--fixed-schedule-start-offset",
        )
    kept.sort(key=lambda each: each.turns[0].timestamp_ms or 0.0)
    zero_ms = next(starts_ms(kept)) if load.fixed_schedule_auto_offset else first_ms
    return [_shifted(each, zero_ms) for each in kept]


def starts_ms(conversations: Sequence[Conversation]) -> Iterator[float]:
    """Yield when each conversation of a window starts."""
    for each in conversations:
        yield each.turns[0].timestamp_ms or 0.0


def _inside(turns: Sequence[Turn], first_ms: float, last_ms: float) -> Iterator[Turn]:
    is_inside = False
    for turn in turns:
        if turn.timestamp_ms is not None:
            is_inside = first_ms <= turn.timestamp_ms <= last_ms
        if is_inside:
            yield turn


def _shifted(conversation: Conversation, zero_ms: float) -> Conversation:
    if not zero_ms:
        return conversation
    turns = tuple(
        turn
        if turn.timestamp_ms is None
        else replace(turn, timestamp_ms=turn.timestamp_ms - zero_ms)
        for turn in conversation.turns
    )
    return Conversation(conversation.conversation_id, turns)
