"""A moment of a running benchmark, as a user interface gets it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Recent:
    """The latest valid requests of a running phase, for the user interface.

    ``latencies_ms`` has the percentiles 50, 90 and 99 of each latency, by its name for people.
    """

    requests_per_s: float
    output_tokens_per_s: float | None = None
    latencies_ms: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """A moment of a running benchmark, for the user interface.

    ``recent`` is ``None`` until a request has succeeded. ``errors_by_type`` counts failures by the
    name of their error, and ``last_error`` is the latest one's message.
    """

    phase: str
    sent: int
    completed: int
    errors: int
    in_flight: int
    elapsed_s: float
    request_count: int | None
    duration_s: float | None
    recent: Recent | None = None
    errors_by_type: Mapping[str, int] = field(default_factory=dict)
    last_error: str = ""
