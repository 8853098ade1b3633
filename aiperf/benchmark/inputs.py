"""Writes ``inputs.json``: every payload of the run, as the endpoint formats it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.benchmark.part_errors import blamed_on
from aiperf.common.encoding import to_json
from aiperf.common.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from aiperf.common.models import Conversation
    from aiperf.common.protocols import EndpointProtocol

FILE_NAME = "inputs.json"


def write_inputs(
    endpoint: EndpointProtocol,
    conversations: Sequence[Conversation],
    provenance: Mapping[str, Any],
    directory: Path,
) -> str:
    """Write the payloads of all conversations and return the file's path.

    Raises:
        ExportError: the file cannot be written, or a payload has no JSON form.
        AIPerfError: the endpoint failed to format a payload.
    """
    path = directory / FILE_NAME
    with blamed_on(endpoint, "format a payload"):
        data = [
            {
                "session_id": conversation.conversation_id,
                "payloads": [
                    endpoint.format_payload(conversation.turns[: index + 1])
                    for index in range(len(conversation.turns))
                ],
            }
            for conversation in conversations
        ]
    write_whole(path, to_json({"data": data, "provenance": provenance}, path, indent=True))
    return str(path)
