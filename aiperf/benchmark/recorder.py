"""Takes each finished request off the measuring path: parses, counts, computes, hands on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from aiperf.benchmark.counting_thread import CountingThread
from aiperf.benchmark.part_errors import name_of, part_error
from aiperf.benchmark.provenance import REDACTED
from aiperf.benchmark.spare_turns import SpareTurns
from aiperf.benchmark.token_counting import TokenCounting, Uncounted
from aiperf.common.models import (
    PROFILING,
    WARMUP,
    ErrorDetails,
    Exchange,
    ParsedResponse,
    RequestRecord,
)
from aiperf.plugins.errors import described

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiperf.benchmark.metrics_engine import MetricsEngine
    from aiperf.common.models import Conversation, RawRecord
    from aiperf.common.protocols import EndpointProtocol, ExporterProtocol, TokenizerProtocol

_HOPELESS = 32
"""So many requests failed with none succeeding: a server is not there, not merely slow."""


_REFUSALS = frozenset({401, 403, 404, 405})
"""The status for a wrong key, path or model, which no waiting mends."""


class _Finished(NamedTuple):  # a third of what a frozen dataclass costs to make
    raw: RawRecord
    session_num: int
    x_request_id: str
    x_correlation_id: str
    conversation: Conversation
    turn_index: int
    phase: str
    scheduled_ns: int | None
    was_cancelled: bool


class Recorder:
    """The sink of an executor.

    :meth:`done` only puts the request into a queue, which is worked off between the turns of the
    loop, so that no connection waits long for its time to be taken.

    Args:
        endpoint: parses the responses.
        tokenizer: counts tokens, unless ``use_server_token_count``.
        engine: computes the metrics.
        exporters: those that want each record.
        secrets: what a server may echo in an error and no artifact may contain.
        streaming: whether responses were asked for as streams.
        keep_raw: whether records have what was sent and received.
        concurrency: how many requests may fail at the start before the run is hopeless.
        on_hopeless: called once when none of the first requests got through to a server that
            knows what they want.
    """

    def __init__(
        self,
        *,
        endpoint: EndpointProtocol,
        tokenizer: TokenizerProtocol,
        engine: MetricsEngine,
        exporters: Sequence[ExporterProtocol],
        use_server_token_count: bool,
        concurrency: int,
        secrets: Sequence[str] = (),
        streaming: bool = False,
        keep_raw: bool = False,
        on_hopeless: Callable[[], None],
    ) -> None:
        self._endpoint = endpoint
        self._engine = engine
        self._exporters = list(exporters)
        self._secrets = tuple(secrets)
        self._streaming = streaming
        self._keep_raw = keep_raw
        self._patience = max(_HOPELESS, 2 * concurrency)
        self._on_hopeless = on_hopeless
        self._finished: SpareTurns[_Finished] = SpareTurns(self._work_off)
        self._counted: SpareTurns[RequestRecord] = SpareTurns(self._hand_on)
        self._thread: CountingThread | None = None
        self.sent_count = 0
        self.ended_count = 0
        self.warmed_up_count = 0
        self.failed_count = 0
        self.last_error: ErrorDetails | None = None
        self.warnings: list[str] = []
        self._tokens = TokenCounting(
            tokenizer, use_server_token_count=use_server_token_count, warnings=self.warnings
        )

    def count_beside(self) -> None:
        """Let a tokenizer that can count beside this loop, as the load's times are taken on it."""
        if self._tokens.can_count_beside:
            self._thread = CountingThread(self._tokens, self._counted.put)

    @property
    def beside_ns(self) -> int:
        """The processor time of what was counted beside the loop."""
        return 0 if self._thread is None else self._thread.cpu_ns

    def sent(self) -> None:
        """One request is about to start."""
        self.sent_count += 1

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
        """One request has ended; keep it for later."""
        self.ended_count += 1
        self.warmed_up_count += phase == WARMUP
        self._finished.put(
            _Finished(
                raw,
                session_num,
                x_request_id,
                x_correlation_id,
                conversation,
                turn_index,
                phase,
                scheduled_ns,
                was_cancelled,
            )
        )

    def flush(self) -> None:
        """Work off everything that is left; the run has ended."""
        self._finished.flush()
        if self._thread is not None:
            self._thread.flush()
            self._counted.flush()

    def _work_off(self, batch: list[_Finished]) -> None:
        """Work off some of the waiting requests, and hand them on together or have them counted."""
        thread = self._thread
        records = []
        for finished in batch:
            record, parsed = self._record(finished)
            if thread is not None:
                thread.put(Uncounted(record, parsed, finished.conversation.turns))
                continue
            if parsed is not None:
                self._tokens.count(record, parsed, finished.conversation.turns)
            records.append(record)
        if records:
            self._hand_on(records)

    def _hand_on(self, records: list[RequestRecord]) -> None:
        """Let the metrics and the exporters have requests that are complete."""
        for record in records:
            self._engine.add(record)
            self._keep_watch(record)
        for exporter in list(self._exporters):
            try:
                together = getattr(exporter, "record_batch", None)
                if together is not None:
                    together(records)
                else:
                    for record in records:
                        exporter.record(record)
            except (Exception, SystemExit) as failure:  # noqa: BLE001 - a plugin's; the run goes on
                self._exporters.remove(exporter)
                self.warnings.append(
                    f"{part_error(exporter, 'take a record', failure)}. It got no further records"
                )

    def _record(self, finished: _Finished) -> tuple[RequestRecord, ParsedResponse | None]:
        """Return the record of a request, and its response if that is to be counted."""
        raw = finished.raw
        parsed: ParsedResponse | None = None
        error = raw.error
        if error is None and not finished.was_cancelled:
            parsed = self._parse(raw)
            error = parsed.error
        if error is not None and self._secrets:
            error = replace(error, message=self._without_secrets(error.message))
        record = RequestRecord(  # by position, at half the cost of names
            finished.session_num,
            finished.x_request_id,
            finished.x_correlation_id,
            finished.conversation.conversation_id,
            finished.turn_index,
            finished.phase,
            raw.start_ns,
            raw.ack_ns,
            raw.end_ns,
            finished.scheduled_ns,
            raw.part_ns[:0] if parsed is None else parsed.content_ns,
        )
        record.was_cancelled = finished.was_cancelled
        record.url = raw.url
        record.worker_id = raw.worker_id
        record.error = error
        if parsed is not None:
            record.reasoning_chunks = parsed.reasoning_chunks
        if raw.trace is not None:
            record.raw = raw
        if error is not None:
            parsed = None
        elif self._streaming:
            self._check_streamed(raw)
        if self._keep_raw and record.phase == PROFILING:
            record.exchange = self._exchange(finished)
        return record, parsed

    def _exchange(self, finished: _Finished) -> Exchange | None:
        """Return what was sent and received, without secrets that a server may have echoed."""
        turns = finished.conversation.turns[: finished.turn_index + 1]
        try:
            payload = self._endpoint.format_payload(turns)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin's; the run goes on
            self._keep_raw = False
            self.warnings.append(
                f"{part_error(self._endpoint, 'format a payload', error)}. From request "
                f"{finished.session_num} on, there are no raw records"
            )
            return None
        raw = finished.raw
        for secret in self._secrets:
            parts = [part.replace(secret.encode(), REDACTED.encode()) for part in raw.parts]
            raw = replace(raw, parts=parts)
        return Exchange(payload, raw)

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, REDACTED)
        return text

    def _check_streamed(self, raw: RawRecord) -> None:
        """Say once that a server did not stream: its TTFT is then that of the whole response."""
        if raw.content_type.startswith("application/json"):
            self._streaming = False
            self.warnings.append(
                "The server answered with a whole response where a stream was asked for: the time "
                "to first token is then the request latency. Leave --streaming out, or correct the "
                "server."
            )

    def _parse(self, raw: RawRecord) -> ParsedResponse:
        """Let the endpoint parse; one that raises, which it must not, makes an error record."""
        try:
            parsed: object = self._endpoint.parse_response(raw)
            if not isinstance(parsed, ParsedResponse):
                return _unparsed(self._endpoint, TypeError(f"it returned {parsed!r}"))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin's; the run goes on
            return _unparsed(self._endpoint, error)
        return parsed

    def _keep_watch(self, record: RequestRecord) -> None:
        """Stop a run that reaches no server, or the wrong one, rather than fail to its end."""
        if record.error is None:
            self._patience = 0
            return
        self.failed_count += record.phase == PROFILING
        if not record.was_cancelled:
            self.last_error = record.error
        if self._patience and not record.was_cancelled and _is_hopeless(record, record.error):
            self._patience -= 1
            if self._patience == 0:
                self._on_hopeless()


def _is_hopeless(record: RequestRecord, error: ErrorDetails) -> bool:
    """Return whether a request ended as each further one would: unanswered, or not let in."""
    return record.ack_ns == 0 or (error.type == "HTTPStatusError" and error.code in _REFUSALS)


def _unparsed(endpoint: EndpointProtocol, error: BaseException) -> ParsedResponse:
    """Return what stands for a response that ``endpoint`` raised ``error`` over."""
    message = f"{name_of(endpoint)} failed to parse a response: {described(error)}"
    return ParsedResponse(error=ErrorDetails(type=type(error).__name__, message=message))
