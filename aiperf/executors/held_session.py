"""One time that a conversation is held with the server: a session."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiperf.common.models import RawRecord, Turn
    from aiperf.executors.prepared_turns import PreparedConversation, Preparer


class HeldSession:
    """Where a session stands.

    Args:
        prepared: The conversation.
        preparer: Makes the requests that need an answer of the server.
        number: The session's number in its phase.
        session_id: Its id.
    """

    __slots__ = (
        "_preparer",
        "_requests",
        "conversation",
        "number",
        "ready_ns",
        "request",
        "session_id",
        "turn_index",
        "turns",
    )

    def __init__(
        self, prepared: PreparedConversation, preparer: Preparer, number: int, session_id: str
    ) -> None:
        self._preparer = preparer
        self._requests = prepared.requests
        self.conversation = prepared.conversation
        """What has been said so far: the server's answers come in as they are given."""
        self.number = number
        self.session_id = session_id
        self.turn_index = 0
        self.request: Any = prepared.requests[0]
        self.turns = len(prepared.conversation.turns)
        """How many turns are held of the conversation."""
        self.ready_ns = 0
        """When the turn that is next may start at the earliest."""

    @property
    def turn(self) -> Turn:
        """The turn that is next, as the dataset has it."""
        return self.conversation.turns[self.turn_index]

    def advance(self, record: RawRecord) -> bool:
        """Go on to the next turn, after one that ended with ``record``.

        Returns:
            Whether there is one: a turn that failed ends the session, as its answer is missing in
            what would follow.

        Raises:
            RequestPreparationError: The next turn cannot be made into a request.
        """
        turns = self.conversation.turns
        following = self.turn_index + 1
        if following >= self.turns or record.error is not None:
            return False
        if following < len(self._requests):
            self.request = self._requests[following]
        else:
            if turns[self.turn_index].answer is None:
                answered = self._preparer.answered(turns[self.turn_index], record)
                if answered is None:
                    return False
                turns = (*turns[: self.turn_index], answered, *turns[following:])
                self.conversation = replace(self.conversation, turns=turns)
            self.request = self._preparer.request(self.conversation, turns[: following + 1])
        self.turn_index = following
        return True
