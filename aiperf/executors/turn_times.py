"""When the turns of a session start that has been let start as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from aiperf.common.models import RawRecord, Turn
    from aiperf.common.protocols import ArrivalProtocol, PacesUsers
    from aiperf.executors.held_session import HeldSession

_NS_PER_MS = 1e6


def starts_sessions(arrival: ArrivalProtocol) -> bool:
    """Return whether what a schedule lets start is a session, not a turn of any."""
    return _paces_users(arrival) or getattr(arrival, "follows_trace", False)


class TurnTimes:
    """The times of one session's turns; of a user who is paced, how many there are, too.

    Args:
        arrival: What let the session start.
        session: The session.
        scheduled_ns: When it was to start.
    """

    __slots__ = ("_gap_ns", "_scheduled_ns", "_session", "_zero_ns")

    def __init__(self, arrival: ArrivalProtocol, session: HeldSession, scheduled_ns: int) -> None:
        self._session = session
        self._scheduled_ns = scheduled_ns
        self._gap_ns: int | None = None
        self._zero_ns: int | None = None
        if _paces_users(arrival):
            user = cast("PacesUsers", arrival)
            self._gap_ns = user.turn_gap_ns
            session.turns = user.hold(scheduled_ns, session.turns)
        elif session.turn.timestamp_ms is not None:
            self._zero_ns = scheduled_ns - round(session.turn.timestamp_ms * _NS_PER_MS)

    def following(self, before: RawRecord) -> int:
        """Return when the turn that is next may start, after the one that ended with ``before``."""
        if self._gap_ns is not None:
            found = max(before.end_ns, self._scheduled_ns + self._gap_ns)
        else:
            found = ready_ns(self._session.turn, before, self._zero_ns)
        self._scheduled_ns = found
        return found


def ready_ns(turn: Turn, before: RawRecord, zero_ns: int | None) -> int:
    """Return when ``turn`` may start, after the one that ended with ``before``.

    That is at its time of the trace, whose beginning is ``zero_ns``, but not before the turn
    before it has ended; or, if it has no time or there is no such beginning, after its think time.
    """
    if zero_ns is not None and turn.timestamp_ms is not None:
        return max(before.end_ns, zero_ns + round(turn.timestamp_ms * _NS_PER_MS))
    return before.end_ns + round((turn.delay_ms or 0.0) * _NS_PER_MS)


def _paces_users(arrival: ArrivalProtocol) -> bool:
    return bool(getattr(arrival, "paces_users", False))
