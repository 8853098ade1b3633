"""The values that travel along the measuring path, from a dataset's turn to a finished record.

All times are ``time.perf_counter_ns`` readings (integers, nanoseconds) unless a name says
otherwise; a run keeps one wall-clock anchor (:class:`ClockAnchor`) to turn them into dates.
"""

from __future__ import annotations

import time
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from aiperf.common.progress import Progress as Progress  # noqa: PLC0414 - exported: one has all
from aiperf.common.progress import Recent as Recent  # noqa: PLC0414 - as above

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiperf.common.record_table import RecordTable
    from aiperf.common.request_trace import RequestTrace

PROFILING = "profiling"
WARMUP = "warmup"
_READINGS = 8
LOCAL = "local"
"""The worker of what the process of the benchmark itself has sent."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One user turn: what is asked for, before any wire format.

    ``texts`` holds one text for a conversation endpoint, a batch of them for embeddings, and the
    passages for rankings, whose ``query`` is apart. ``input_tokens`` is the dataset's own count of
    all texts (``None``: not counted yet); ``max_tokens`` is the most output tokens to ask for
    (``None``: leave it to the server). ``images`` and ``audios`` are URLs, mostly ``data:`` ones
    (``data:image/png;base64,…``, ``data:audio/wav;base64,…``).

    ``answer`` is what the server said to it, or is taken to have said: part of the history of the
    turns that follow. ``delay_ms`` is the think time, from the end of the turn before it to its
    start. ``timestamp_ms`` is when it starts, counted from the beginning of a trace; ``None`` where
    it is not from one.
    """

    texts: tuple[str, ...]
    system: str | None = None
    max_tokens: int | None = None
    input_tokens: int | None = None
    query: str | None = None
    images: tuple[str, ...] = ()
    audios: tuple[str, ...] = ()
    answer: str | None = None
    delay_ms: float | None = None
    timestamp_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A named sequence of turns, sent in order."""

    conversation_id: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class ModelEndpoint:
    """What an endpoint implementation needs to know about the server it formats for.

    ``path`` overrides the endpoint's own URL path. ``extra_inputs`` is merged into every
    payload last. ``use_legacy_max_tokens`` asks chat for ``max_tokens`` instead of
    ``max_completion_tokens``.
    """

    model: str
    streaming: bool = False
    path: str | None = None
    extra_inputs: Mapping[str, Any] = field(default_factory=dict)
    use_legacy_max_tokens: bool = False
    use_server_token_count: bool = False


@dataclass(frozen=True, slots=True)
class ErrorDetails:
    """Why a request failed.

    ``type`` is the name of one of our exception classes (``ConnectError``, ``ReadTimeout``,
    …), ``code`` the HTTP status or ``None``, ``message`` one line for a person.
    """

    type: str
    message: str
    code: int | None = None


@dataclass(slots=True)
class RawRecord:
    """What a transport saw of one request, filled in while it happens.

    A transport fills it in place, so that a request which is cancelled half-way still leaves
    what was measured. ``parts`` holds the response body as it arrived, one item for each read
    that carried body bytes, decoded from its transfer coding; ``part_ns[i]`` is the time at
    which ``parts[i]`` arrived. ``0`` means that a moment was not reached.
    """

    start_ns: int = 0
    """The request is handed to the connection (or starts to wait for one)."""
    sent_ns: int = 0
    """Its last byte was handed to the operating system."""
    ack_ns: int = 0
    """The response's status and headers had arrived."""
    end_ns: int = 0
    """The response was complete, or the request failed."""
    status: int = 0
    content_type: str = ""
    parts: list[bytes] = field(default_factory=list)
    part_ns: array[int] = field(default_factory=lambda: array("q"))
    error: ErrorDetails | None = None
    connection_reused: bool = False
    url: str = ""
    """The server that it went to, if there are several."""
    worker_id: str = LOCAL
    """The process that sent it."""
    trace: RequestTrace | None = None
    """More of what happened, if that was asked for and the transport can tell."""


class Usage(NamedTuple):  # a third of what a frozen dataclass costs to make
    """The server's own token counts, ``None`` where it did not say.

    ``cache_read_tokens`` and ``cache_write_tokens`` are those of the input that a cache of prompts
    had, and those that were put into it.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    total_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None


@dataclass(slots=True)
class ParsedResponse:
    """What a response meant, found by the endpoint after the clock stopped.

    ``content_ns`` holds the arrival of each chunk that carried content (text, reasoning or a
    tool call), in order; a response that was not streamed has one. The first
    ``reasoning_chunks`` of them carried reasoning and nothing else. An error that is only
    visible in the body (broken JSON, an error object inside a 200) is ``error``.
    """

    text: str = ""
    reasoning: str = ""
    tool_calls: str = ""
    content_ns: array[int] = field(default_factory=lambda: array("q"))
    usage: Usage | None = None
    finish_reason: str | None = None
    error: ErrorDetails | None = None
    reasoning_chunks: int = 0


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was sent and received: the payload, and the response as it arrived."""

    payload: Mapping[str, Any]
    raw: RawRecord


@dataclass(slots=True)
class RequestRecord:
    """One finished request with everything that metrics and exporters read.

    Token counts are ``None`` when nothing counted them; ``output_tokens`` leaves out the reasoning
    tokens, whoever counted. ``usage`` are the counts that the server gave, and ``max_tokens`` is
    the length of output that it was asked for. The first ``reasoning_chunks`` of ``content_ns``
    carried nothing but reasoning. ``raw`` is there only where the transport traced the request.
    ``url`` is the server's, if there are several. ``metrics`` maps a
    metric's tag to its value, or to a list of values for a metric with several per request.
    ``exchange`` is there only with the export level ``raw``. ``worker_id`` is the process that sent
    it.
    """

    session_num: int
    x_request_id: str
    x_correlation_id: str
    conversation_id: str
    turn_index: int
    phase: str
    start_ns: int
    ack_ns: int
    end_ns: int
    scheduled_ns: int | None
    content_ns: array[int]
    input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    was_cancelled: bool = False
    url: str = ""
    error: ErrorDetails | None = None
    metrics: dict[str, float | list[float]] = field(default_factory=dict)
    exchange: Exchange | None = None
    worker_id: str = LOCAL
    usage: Usage | None = None
    max_tokens: int | None = None
    reasoning_chunks: int = 0
    raw: RawRecord | None = None


@dataclass(frozen=True, slots=True)
class ClockAnchor:
    """One wall-clock reading beside one ``perf_counter_ns`` reading of the same moment."""

    wall_ns: int
    perf_ns: int

    @classmethod
    def take(cls) -> Self:
        """Read both clocks now, the wall clock between two readings of the other.

        The closest of several tries is taken: a process may lose its core between two readings.
        """
        best, width = cls(0, 0), 0
        for _ in range(_READINGS):
            before, wall, after = time.perf_counter_ns(), time.time_ns(), time.perf_counter_ns()
            if not best.wall_ns or after - before < width:
                best, width = cls(wall, (before + after) // 2), after - before
        return best

    def to_wall(self, perf_ns: int) -> int:
        """Return the Unix time in nanoseconds of a ``perf_counter_ns`` reading."""
        return self.wall_ns + (perf_ns - self.perf_ns)


@dataclass(frozen=True, slots=True)
class Statistics:
    """The distribution of one metric over a run; a metric of the run as a whole has ``avg`` only.

    What is ``secondary`` is for files, and not for a short table.
    Percentiles are exact, by linear interpolation between the two nearest values.
    """

    tag: str
    header: str
    unit: str
    avg: float
    count: int = 1
    min: float | None = None
    max: float | None = None
    std: float | None = None
    sum: float | None = None
    percentiles: Mapping[int, float] = field(default_factory=dict)
    secondary: bool = False


@dataclass(frozen=True, slots=True)
class TimeSlice:
    """The statistics of the requests that started within a part of a run.

    ``is_complete`` is false for a last slice that is shorter than the others.
    """

    start_ns: int
    end_ns: int
    is_complete: bool
    statistics: tuple[Statistics, ...]


@dataclass(frozen=True, slots=True)
class ErrorCount:
    """How often one kind of error ended a request."""

    error: ErrorDetails
    count: int


@dataclass(frozen=True, slots=True)
class RunResult:
    """Everything that is known when a run has ended; what exporters write.

    ``config`` and ``provenance`` are JSON-ready mappings. ``client_health`` holds the client's
    own limits as measured during the run and, in ``warnings``, what they put in doubt. ``records``
    is a table of the finished requests, ``None`` where nobody kept one, and ``slices`` the run by
    ``--slice-duration``.
    """

    statistics: tuple[Statistics, ...]
    errors: tuple[ErrorCount, ...]
    anchor: ClockAnchor
    start_ns: int
    end_ns: int
    was_cancelled: bool
    config: Mapping[str, Any]
    provenance: Mapping[str, Any]
    client_health: Mapping[str, Any]
    warnings: tuple[str, ...] = ()
    records: RecordTable | None = field(default=None, repr=False, compare=False)
    slices: tuple[TimeSlice, ...] = ()
