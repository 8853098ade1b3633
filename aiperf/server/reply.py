"""What an endpoint answers, rendered to bytes before any of it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

DONE = b"data: [DONE]\n\n"
"""The event that ends an OpenAI stream."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A response that is sent at once, when its last token is due; an error is never delayed."""

    body: bytes
    status: int = 200
    tokens: int = 0
    headers: Sequence[tuple[bytes, bytes]] = ()
    images: int = 0
    audios: int = 0
    content_type: bytes = b"application/json"


@dataclass(frozen=True, slots=True)
class Stream:
    """Server-sent events: ``opening`` at once, each of ``chunks`` when its token is due."""

    opening: bytes
    chunks: Sequence[bytes]
    closing: bytes
    status: int = 200
    images: int = 0
    audios: int = 0

    @property
    def tokens(self) -> int:
        """The number of tokens, one to a chunk."""
        return len(self.chunks)


Reply = Whole | Stream


def event(data: bytes, name: bytes = b"") -> bytes:
    """Return ``data`` as one server-sent event, called ``name`` if that is not empty."""
    return b"event: %b\ndata: %b\n\n" % (name, data) if name else b"data: %b\n\n" % data
