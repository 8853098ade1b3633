"""Writes ``inputs.json``: every payload of the run, as the endpoint formats it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from aiperf.common.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aiperf.common.models import Conversation
    from aiperf.common.protocols import EndpointProtocol

FILE_NAME = "inputs.json"


def write_inputs(
    endpoint: EndpointProtocol, conversations: Sequence[Conversation], directory: Path
) -> str:
    """Write the payloads of all conversations and return the file's path.

    Raises:
        ConfigError: the directory cannot be written to.
    """
    path = directory / FILE_NAME
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
    try:
        directory.mkdir(parents=True, exist_ok=True)
        path.write_bytes(orjson.dumps({"data": data}, option=orjson.OPT_INDENT_2))
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror or error}. Choose another directory with "
            "--output-artifact-dir.",
            option="--output-artifact-dir",
        ) from error
    return str(path)
