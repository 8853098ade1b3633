"""What a person can set about the embedded model server: one frozen value, checked when made."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from aiperf.server.errors import ServerSettingError

if TYPE_CHECKING:
    from pathlib import Path

MAX_OUTPUT_TOKENS = 131_072
"""The most tokens that one response can have; a request for more is refused, as by a real model."""

_HOUR_MS = 3_600_000


def _about(text: str, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    return {"help": text, "low": low, "high": high}


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How the server behaves; each field is the ``aiperf mock-server`` option of that name.

    A field's metadata has its ``help`` and, for a number, the ``low`` and ``high`` that it must
    lie between, both included.

    Raises:
        ServerSettingError: A number is out of its range.
    """

    host: str = field(default="127.0.0.1", metadata=_about("Address to listen on."))
    port: int = field(
        default=8000, metadata=_about("Port to listen on; 0 takes any free one.", 0, 65_535)
    )
    grpc_port: int | None = field(
        default=None,
        metadata=_about(
            "Port to speak KServe v2 over gRPC on; 0 takes any free one. Without it, gRPC is not "
            "spoken.",
            0,
            65_535,
        ),
    )
    ttft: float = field(
        default=20.0,
        metadata=_about(
            "Milliseconds from a request to its first token (or its embeddings).", 0, _HOUR_MS
        ),
    )
    itl: float = field(
        default=5.0, metadata=_about("Milliseconds from each token to the next.", 0, _HOUR_MS)
    )
    output_tokens: int = field(
        default=64,
        metadata=_about(
            "Tokens in a response to a request that sets no limit.", 1, MAX_OUTPUT_TOKENS
        ),
    )
    jitter: float = field(
        default=0.0,
        metadata=_about("Standard deviation of each delay, as a fraction of the delay.", 0, 1),
    )
    error_rate: float = field(
        default=0.0, metadata=_about("Fraction of the requests that fail.", 0, 1)
    )
    error_status: int = field(
        default=500, metadata=_about("HTTP status of the requests that fail.", 400, 599)
    )
    seed: int = field(
        default=0,
        metadata=_about("Decides words, embeddings, jitter and which requests fail.", 0, 2**32 - 1),
    )
    embedding_dimensions: int = field(
        default=1024,
        metadata=_about("Numbers in an embedding, where the request does not say.", 1, 65_536),
    )
    reasoning_tokens: int = field(
        default=0,
        metadata=_about(
            "Tokens of each chat response that are sent as its reasoning.", 0, MAX_OUTPUT_TOKENS
        ),
    )
    log: Path | None = field(
        default=None,
        metadata=_about(
            "File to log the true times of every token to, as JSON Lines; what it had is replaced."
        ),
    )

    def __post_init__(self) -> None:
        """Check each number's range."""
        for each in fields(self):
            low, high = each.metadata["low"], each.metadata["high"]
            value = getattr(self, each.name)
            if None not in (low, value) and not low <= value <= high:  # False for NaN, too
                raise ServerSettingError(
                    f"{each.name} must be from {low} to {high}, not {value}",
                    setting=each.name,
                    value=value,
                )
