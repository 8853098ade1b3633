"""Everything about a request that can be done before a run: its payload and its bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from aiperf.common.errors import AIPerfError, RequestPreparationError

if TYPE_CHECKING:
    from aiperf.common.models import Conversation
    from aiperf.common.protocols import LoadParts


@dataclass(frozen=True, slots=True)
class PreparedConversation:
    """A conversation and, for each of its turns, what the transport prepared."""

    conversation: Conversation
    requests: tuple[Any, ...]


def prepare_conversation(parts: LoadParts, number: int) -> PreparedConversation:
    """Return a conversation of ``parts`` with every turn prepared.

    The payload of a turn is formatted with the conversation's earlier turns as its history.

    Raises:
        RequestPreparationError: A turn cannot be made into a request.
    """
    path, headers = parts.endpoint.path, parts.endpoint.headers
    conversation = parts.conversations[number]
    requests: list[Any] = []
    for index in range(len(conversation.turns)):
        try:
            payload = parts.endpoint.format_payload(conversation.turns[: index + 1])
            request = parts.transport.prepare(path, orjson.dumps(payload), headers)
        except AIPerfError:
            raise
        except Exception as error:
            raise RequestPreparationError(
                f"turn {index} of the conversation {conversation.conversation_id!r} cannot be "
                f"made into a request by {type(parts.endpoint).__name__} and "
                f"{type(parts.transport).__name__}: {type(error).__name__}: {error}; correct "
                "the dataset, --extra-inputs or those classes",
                conversation_id=conversation.conversation_id,
                turn_index=index,
            ) from error
        requests.append(request)
    return PreparedConversation(conversation, tuple(requests))
