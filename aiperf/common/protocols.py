"""The contract of each pluggable part: what an implementation must provide.

An implementation satisfies a protocol by its shape alone; it need not import this module.
The host constructs every part through its factory with the keyword arguments of ``__init__``
below. Only the methods named here are ever called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Mapping, Sequence

    from aiperf.common.config import DatasetConfig, LoadConfig, OutputConfig, TransportConfig
    from aiperf.common.models import (
        Conversation,
        ModelEndpoint,
        ParsedResponse,
        Progress,
        RawRecord,
        RequestRecord,
        RunResult,
        Turn,
    )
    from aiperf.common.over_time import OverTime
    from aiperf.common.record_table import Column


class EndpointProtocol(Protocol):
    """A wire format: a payload from a turn, the meaning from a response. No network, no clock."""

    def __init__(self, *, model_endpoint: ModelEndpoint) -> None: ...

    @property
    def path(self) -> str:
        """The URL path, beginning with ``/``, that requests go to.

        A path that ``model_endpoint`` has takes the place of the format's own.
        """
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers that this wire format needs on each request (content type, accept)."""
        ...

    def format_payload(self, turns: Sequence[Turn]) -> dict[str, Any]:
        """Return the JSON body for the last of ``turns``; the earlier ones are its history.

        Each body is an object of its own. ``model_endpoint.extra_inputs`` come last in it, or in
        the field that the format has for a request's options.
        """
        ...

    def parse_response(self, record: RawRecord) -> ParsedResponse:
        """Return what ``record``'s body means. Never raises: bad input becomes ``error``.

        That goes for an answer that was cut off, too. An error that ``record`` has stays. The
        record is not changed.
        """
        ...


class TransportProtocol(Protocol):
    """Sends one request and stamps its times. Knows no wire format.

    A method ``end_session(correlation_id)``, if it has one, is called when a session has had its
    last turn.
    """

    def __init__(self, *, config: TransportConfig) -> None: ...

    def prepare(self, path: str, body: bytes, headers: Mapping[str, str]) -> Any:
        """Render everything that can be rendered before the clock starts.

        Returns:
            A value of the transport's own that :meth:`send` takes, any number of times.
        """
        ...

    async def send(
        self,
        request: Any,
        record: RawRecord,
        *,
        request_id: str = "",
        correlation_id: str = "",
    ) -> None:
        """Send ``request`` and fill ``record`` in place as things happen.

        The ids go with the request (in HTTP as ``X-Request-ID`` and ``X-Correlation-ID``); an
        empty one does not. A failure of any kind becomes ``record.error``. Only cancellation is
        raised; what was measured until then stays in ``record``.
        """
        ...

    async def close(self) -> None:
        """Close every connection. Safe to call twice."""
        ...


class TokenizerProtocol(Protocol):
    """Counts tokens, and turns text into token ids and back.

    A method ``count_all(texts)``, which returns the :meth:`count` of each, says that the tokenizer
    counts mostly without the interpreter's lock, and in any thread: then no time that is taken
    waits for it.

    An attribute ``about``, a JSON-ready mapping, may say which vocabulary it is; artifacts have it.
    ``revision`` and ``trust_remote_code`` are passed to ``__init__`` where they are given and the
    entry's metadata names them in ``takes``.
    """

    def __init__(self, *, name: str | None = None) -> None: ...

    def count(self, text: str) -> int:
        """Return the number of tokens in ``text``."""
        ...

    def encode(self, text: str) -> list[int]:
        """Return the token ids of ``text``."""
        ...

    def decode(self, token_ids: Sequence[int]) -> str:
        """Return the text of ``token_ids``, as :meth:`encode` gave them."""
        ...


class DatasetProtocol(Protocol):
    """Yields the conversations of a run, reproducible from ``config.random_seed``."""

    def __init__(self, *, config: DatasetConfig, tokenizer: TokenizerProtocol) -> None: ...

    def load(self) -> Sequence[Conversation]:
        """Return the conversations, at least one; a run goes round them until it ends.

        Each has an id of its own. The same seed gives the same ones in every process; the
        functions of the module ``random`` are other code's.
        """
        ...


class ArrivalProtocol(Protocol):
    """Says when the next request may start. Its time begins with the first :meth:`acquire`.

    One whose class has the attribute ``paces_users = True`` is a :class:`PacesUsers`, too.

    One whose class has the attribute ``follows_trace = True`` replays the times of a dataset:
    ``config.timestamps_ms`` has the start of each conversation, in order, and what it lets start
    is a conversation, the later turns of which have times of their own.

    One whose class has an attribute ``shares`` can be one of several that let a load start
    together, each in a process of its own, and does only what is in ``config.share``. With
    ``"slots"`` that is so many of the ``config.concurrency`` slots of a closed loop. With
    ``"times"`` it is some of the times of a schedule which ``config`` and ``rng`` settle
    entirely, and which begins at the attribute ``begin_ns``, a ``perf_counter_ns`` reading, if
    that was set before the first :meth:`acquire`.
    """

    def __init__(self, *, config: LoadConfig, rng: random.Random) -> None: ...

    async def acquire(self) -> int | None:
        """Wait until the next request may start.

        Several callers may wait at once; each return lets one request start. A caller may be
        cancelled while it waits.

        Returns:
            The ``perf_counter_ns`` at which it was scheduled, or ``None`` where there is no
            schedule (closed-loop modes); then what starts is a whole conversation, all turns of
            it, with think times between them.

        Raises:
            StopAsyncIteration: The schedule has ended: nobody starts any more.
        """
        ...

    def release(self) -> None:
        """Say that what :meth:`acquire` let start has ended: the request, or the conversation."""
        ...


class PacesUsers(Protocol):
    """What an :class:`ArrivalProtocol` has, too, that lets users start, not single requests.

    What it lets start is a conversation. Its later turns start ``turn_gap_ns`` nanoseconds after
    the one before each was to, but not before that has been answered, and then count from there.
    """

    paces_users: ClassVar[bool]
    turn_gap_ns: int

    def hold(self, scheduled_ns: int, turns: int) -> int:
        """Return how many turns to hold of a conversation of ``turns`` that begins.

        ``scheduled_ns`` is what :meth:`ArrivalProtocol.acquire` returned for it.
        """
        ...


class RecordMetricProtocol(Protocol):
    """A metric with a value, or several, for each valid request."""

    scope: ClassVar[Literal["record"]]
    tag: ClassVar[str]
    header: ClassVar[str]
    unit: ClassVar[str]

    def compute(self, record: RequestRecord) -> float | list[float] | None:
        """Return the record's value in ``unit``, or ``None`` where it has none.

        ``record.metrics`` already has the values of the metrics named in ``requires`` of this
        metric's registry entry.
        """
        ...


class RunTotals(Protocol):
    """What a metric of the whole run may ask about it."""

    @property
    def duration_s(self) -> float:
        """Seconds from the first request's start to the last response's end, failed ones too."""
        ...

    @property
    def request_count(self) -> int:
        """Valid requests, warm-up left out."""
        ...

    @property
    def error_count(self) -> int:
        """Failed and cancelled requests, warm-up left out."""
        ...

    @property
    def good_count(self) -> int | None:
        """Valid requests that meet every objective, ``None`` if there is no objective."""
        ...

    def total(self, tag: str) -> float | None:
        """The sum of all values of a record metric, ``None`` if it has none."""
        ...

    def column(self, tag: str) -> Column | None:
        """The values of a record metric, NaN where a request has none; ``None`` if it has none.

        The same requests are in the same places in every column. It is not to be written into.
        """
        ...

    def over_time(self, curve: str, *, active: bool = False) -> OverTime | None:
        """How much there was at each moment of the run; ``None`` in a slice, or if nobody knows.

        ``concurrency``, ``prefill_concurrency`` and ``decode_concurrency`` are valid requests
        under way: all, those before their first token, those after it. ``prefill_throughput``,
        ``decode_throughput`` and ``total_throughput`` are tokens per second that are read, written
        and both, with ``_per_user`` (not of the total) those of each such request.
        ``tokens_in_flight`` are the tokens of the requests under way. With ``active``, which speeds
        have, only the time counts in which there are such requests.
        """
        ...


class RunMetricProtocol(Protocol):
    """A metric with one value for the run as a whole."""

    scope: ClassVar[Literal["run"]]
    tag: ClassVar[str]
    header: ClassVar[str]
    unit: ClassVar[str]

    def compute(self, run: RunTotals) -> float | OverTime | None:
        """Return the run's value in ``unit``, or ``None`` where it has none.

        What had a value at each moment has its distribution.
        """
        ...


MetricProtocol = RecordMetricProtocol | RunMetricProtocol
"""Either kind of metric; ``scope`` says which."""


class ExporterProtocol(Protocol):
    """Writes one artifact."""

    wants_records: ClassVar[bool]
    """Whether :meth:`record` is to be called for each request as it ends."""

    def __init__(self, *, config: OutputConfig) -> None: ...

    def start(self, context: RunContext) -> None:
        """The run is about to begin; ``context`` is known before the first request.

        What cannot be written is found out here, before anything is measured: the artifact
        directory is made if it is not there. A run that cannot begin after all is never finished;
        what is opened here is then closed with the instance.

        Raises:
            ExportError: it cannot be written.
        """
        ...

    def record(self, record: RequestRecord) -> None:
        """One request, warm-up included, has ended. Off the measuring path, in order of ending.

        An exporter may also have a method ``record_batch``, which is then called in place of this
        one, with a sequence of those that are handed on together.
        """
        ...

    def finish(self, result: RunResult) -> str | None:
        """Write the artifact, in place of one that an earlier run has left.

        Returns:
            The path of the file that was written, or ``None`` if there is no file.

        Raises:
            ExportError: it cannot be written.
        """
        ...


class RunContext(Protocol):
    """What is known about a run before its first request."""

    @property
    def config(self) -> Mapping[str, Any]:
        """The configuration, JSON-ready, without secrets."""
        ...

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Which implementations run and where they came from, JSON-ready."""
        ...

    @property
    def description(self) -> Mapping[str, Any]:
        """What else is needed to compute the results again from the records, JSON-ready.

        ``metrics``: ``tag``, ``header``, ``unit``, ``scope`` and ``secondary`` of each metric, in
        the order of the results. ``objectives``: ``tag``, ``value`` and ``larger_is_better`` of
        what a good request must meet. ``slice_duration``: seconds, or ``None``.
        """
        ...

    def to_wall(self, perf_ns: int) -> int:
        """Return the Unix time in nanoseconds of a ``perf_counter_ns`` reading."""
        ...

    def unit_of(self, tag: str) -> str:
        """Return the unit of the metric called ``tag``."""
        ...


class UIProtocol(Protocol):
    """Shows a running benchmark. Never called from the measuring path.

    Standard output belongs to the results. A call at a time when nothing is shown does nothing.

    A class whose attribute ``wants_updates`` is ``False`` gets no updates: where the run stands is
    not looked up then.
    """

    def start(self, title: str) -> None:
        """The run begins."""
        ...

    def update(self, progress: Progress) -> None:
        """A few times a second: where the run stands."""
        ...

    def stop(self) -> None:
        """The run has ended; leave the terminal as it was. Safe to call twice."""
        ...


class LoadParts(Protocol):
    """What an executor drives; built anew in each place where load is generated."""

    endpoint: EndpointProtocol
    transport: TransportProtocol
    arrival: ArrivalProtocol
    warmup_arrival: ArrivalProtocol
    conversations: Sequence[Conversation]

    def order(self) -> Iterator[int]:
        """Yield the index in ``conversations`` of the one to send next, mostly without end.

        Where it ends, as that of a trace does, the run has no more conversations to start.
        """
        ...


class BuildsLoad(Protocol):
    """Makes what an executor drives. It pickles, and takes the plugins along."""

    def __call__(self, load: LoadConfig | None = None, /) -> LoadParts:
        """Return new parts, for ``load`` if that is given: a share of the whole load.

        The conversations and their order are always the whole.
        """
        ...


class RecordSink(Protocol):
    """Where an executor hands over what it measured."""

    def sent(self) -> None:
        """One request is about to start."""
        ...

    def done(
        self,
        raw: RawRecord,
        *,
        session_num: int,
        x_request_id: str,
        x_correlation_id: str,
        conversation: Conversation,
        turn_index: int,
        phase: str,
        scheduled_ns: int | None,
        was_cancelled: bool,
    ) -> None:
        """One request has ended; called exactly once for each :meth:`sent`. Cheap.

        ``conversation`` is as it was sent: with the server's answers to its earlier turns, where
        these are the history.
        """
        ...


class ExecutorProtocol(Protocol):
    """Generates the load in some place: this process, others, other machines.

    One that does so in other processes may have an attribute ``loop_readings``: when :meth:`run`
    has ended, the :class:`~aiperf.common.loop_watch.LoopReading` of each.
    """

    def __init__(self, *, load: LoadConfig, build: BuildsLoad, sink: RecordSink) -> None: ...

    async def run(self) -> None:
        """Run warm-up and then the benchmark, to its end or until :meth:`stop`."""
        ...

    def stop(self) -> None:
        """Cancel what is in flight and let :meth:`run` return soon. Safe from a signal handler."""
        ...
