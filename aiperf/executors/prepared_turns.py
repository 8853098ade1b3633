"""What can be done about a request before its clock starts: its payload and its bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson

from aiperf.common.errors import AIPerfError, RequestPreparationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiperf.common.models import Conversation, RawRecord, Turn
    from aiperf.common.protocols import LoadParts


@dataclass(frozen=True, slots=True)
class PreparedConversation:
    """A conversation and, for each of its first turns, what the transport prepared.

    Those turns have requests here that need no answer of the server: the first one, and each
    whose earlier turns have got their answers from the dataset.
    """

    conversation: Conversation
    requests: tuple[Any, ...]


class Upcoming:
    """The conversations that are still to be held, the next of which is known.

    Args:
        conversations: All of them, in order.
    """

    def __init__(self, conversations: Iterator[PreparedConversation | None]) -> None:
        self._conversations = conversations
        self.next = next(conversations, None)
        """The next one, ``None`` when there are no more."""

    def take(self) -> PreparedConversation | None:
        """Return the next one, and go on."""
        taken = self.next
        self.next = next(self._conversations, None)
        return taken


class Preparer:
    """Makes requests of turns.

    Args:
        parts: The endpoint, the transport and the conversations.
    """

    def __init__(self, parts: LoadParts) -> None:
        self._endpoint = parts.endpoint
        self._transport = parts.transport
        self._conversations = parts.conversations
        self._path = parts.endpoint.path
        self._headers = parts.endpoint.headers

    def prepare(self, number: int) -> PreparedConversation:
        """Return the conversation at index ``number`` with every turn prepared that can be.

        Raises:
            RequestPreparationError: A turn cannot be made into a request.
        """
        conversation = self._conversations[number]
        requests: list[Any] = []
        for index, turn in enumerate(conversation.turns):
            requests.append(self.request(conversation, conversation.turns[: index + 1]))
            if turn.answer is None:
                break
        return PreparedConversation(conversation, tuple(requests))

    def request(self, conversation: Conversation, turns: Sequence[Turn]) -> Any:
        """Return the request for the last of ``turns``; the earlier ones are its history.

        Raises:
            RequestPreparationError: It cannot be made.
        """
        try:
            payload = self._endpoint.format_payload(turns)
            return self._transport.prepare(self._path, orjson.dumps(payload), self._headers)
        except AIPerfError:
            raise
        except Exception as error:
            index, name = len(turns) - 1, conversation.conversation_id
            raise RequestPreparationError(
                f"turn {index} of the conversation {name!r} cannot be made into a request by "
                f"{type(self._endpoint).__name__} and {type(self._transport).__name__}: "
                f"{type(error).__name__}: {error}; correct the dataset, --extra-inputs or those "
                "classes",
                conversation_id=name,
                turn_index=index,
            ) from error

    def has_content(self, record: RawRecord) -> bool:
        """Return whether the response in ``record``, as far as it has come, has a first token."""
        try:
            return bool(self._endpoint.parse_response(record).content_ns)
        except Exception:  # noqa: BLE001 - as below
            return False

    def answered(self, turn: Turn, record: RawRecord) -> Turn | None:
        """Return ``turn`` with the answer in ``record``; ``None`` if there is no good one.

        The answer is the text of the response, without reasoning.
        """
        try:
            parsed = self._endpoint.parse_response(record)
        except Exception:  # noqa: BLE001 - it must not; whoever counts the record says that it did
            return None
        return None if parsed.error is not None else replace(turn, answer=parsed.text)
