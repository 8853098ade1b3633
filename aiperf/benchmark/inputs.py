"""Writes ``inputs.json``: every payload of the run, as the endpoint formats it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.benchmark.part_errors import blamed_on
from aiperf.common.encoding import to_json
from aiperf.common.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from aiperf.common.models import Conversation
    from aiperf.common.protocols import EndpointProtocol

FILE_NAME = "inputs.json"
_MOST_BYTES = 64 << 20
"""Where the file ends: images and traces could fill a disk before the first request."""


def write_inputs(
    endpoint: EndpointProtocol,
    conversations: Sequence[Conversation],
    provenance: Mapping[str, Any],
    directory: Path,
    most_bytes: int = _MOST_BYTES,
) -> str:
    """Write the payloads of all conversations and return the file's path.

    Conversations are formatted and written one at a time. Those for which there is no room in
    about ``most_bytes`` are left out, and counted as ``conversations_left_out``.

    Raises:
        ExportError: the file cannot be written, or a payload has no JSON form.
        AIPerfError: the endpoint failed to format a payload.
    """
    path = directory / FILE_NAME
    write_whole(path, _pieces(endpoint, conversations, provenance, path, most_bytes))
    return str(path)


def _pieces(
    endpoint: EndpointProtocol,
    conversations: Sequence[Conversation],
    provenance: Mapping[str, Any],
    path: Path,
    most_bytes: int,
) -> Iterator[bytes]:
    size = written = 0
    yield b'{\n  "data": ['
    for conversation in conversations:
        piece = _indented(_session(endpoint, conversation), path, b"    ")
        yield b",\n    " if written else b"\n    "
        yield piece
        written += 1
        size += len(piece)
        if size >= most_bytes:
            break
    yield b"\n  ],\n"
    left_out = len(conversations) - written
    if left_out:
        yield b'  "conversations_left_out": %d,\n' % left_out
    yield b'  "provenance": ' + _indented(provenance, path, b"  ") + b"\n}\n"


def _session(endpoint: EndpointProtocol, conversation: Conversation) -> dict[str, Any]:
    """Return the payloads of a conversation and, of a trace, their times."""
    turns = conversation.turns
    with blamed_on(endpoint, "format a payload"):
        payloads = [endpoint.format_payload(turns[: index + 1]) for index in range(len(turns))]
    session: dict[str, Any] = {"session_id": conversation.conversation_id, "payloads": payloads}
    if any(turn.timestamp_ms is not None for turn in turns):
        session["timestamps_ms"] = [turn.timestamp_ms for turn in turns]
    if any(turn.delay_ms is not None for turn in turns):
        session["delays_ms"] = [turn.delay_ms for turn in turns]
    return session


def _indented(value: Any, path: Path, indent: bytes) -> bytes:
    """Return JSON whose lines but the first are indented; text has no newline that is one."""
    return to_json(value, path, indent=True).strip().replace(b"\n", b"\n" + indent)
