"""Runs one benchmark from its configuration to its artifacts."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from aiperf.benchmark.composition import (
    LoadBuilder,
    build_endpoint,
    build_exporters,
)
from aiperf.benchmark.ending_signals import told_of_signals
from aiperf.benchmark.exporting import export
from aiperf.benchmark.guarded_ui import GuardedUI
from aiperf.benchmark.health import ClientHealth
from aiperf.benchmark.inputs import write_inputs
from aiperf.benchmark.live import Live
from aiperf.benchmark.metric_choice import build_metrics, description
from aiperf.benchmark.metrics_engine import MetricsEngine
from aiperf.benchmark.part_errors import blamed_on
from aiperf.benchmark.provenance import input_config, provenance, secrets_of, without_credentials
from aiperf.benchmark.recorder import Recorder
from aiperf.benchmark.token_doubts import token_doubts
from aiperf.benchmark.tokenizer_choice import told
from aiperf.common.factories import ExecutorFactory, UIFactory
from aiperf.common.garbage import rare_collections
from aiperf.common.models import PROFILING, WARMUP, ClockAnchor, Progress, RunResult
from aiperf.common.warmup import warmup_load
from aiperf.plugins.errors import AIPerfError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aiperf.common.config import BenchmarkConfig
    from aiperf.common.models import ErrorDetails
    from aiperf.common.protocols import ExecutorProtocol
    from aiperf.plugins.report import DiscoveryReport

_UPDATE_S = 0.2


@dataclass(frozen=True, slots=True)
class Context:
    """What exporters are told before the first request; see ``RunContext``."""

    config: Mapping[str, Any]
    provenance: Mapping[str, Any]
    anchor: ClockAnchor
    description: Mapping[str, Any]
    units: Mapping[str, str]

    def to_wall(self, perf_ns: int) -> int:
        """Return the Unix time in nanoseconds of a ``perf_counter_ns`` reading."""
        return self.anchor.to_wall(perf_ns)

    def unit_of(self, tag: str) -> str:
        """Return the unit of the metric called ``tag``."""
        return self.units[tag]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a benchmark ended.

    ``failures`` are what ended the load early and what could not be written. ``stopped_by`` is
    the number of the signal that ended it early, if one did. ``last_error`` is that of the
    request which failed last, warm-up included.
    """

    result: RunResult
    artifacts: tuple[str, ...]
    failures: tuple[AIPerfError, ...]
    stopped_by: int | None
    has_results: bool
    last_error: ErrorDetails | None


class Benchmark:
    """One run. Everything pluggable in it comes from a factory.

    Args:
        config: what to run.
        report: what discovery found, for the provenance.

    Raises:
        AIPerfError: the configuration cannot work, or a part cannot be made.
    """

    def __init__(self, config: BenchmarkConfig, report: DiscoveryReport) -> None:
        self._builder = LoadBuilder(config)
        self._config = config = self._builder.config
        chosen = build_metrics(config)
        self._engine = MetricsEngine(
            chosen.metrics,
            chosen.requires,
            objectives=chosen.objectives,
            secondary=chosen.secondary,
            directory=config.output.artifact_dir,
        )
        self._exporters = build_exporters(config)
        self._ui = GuardedUI(UIFactory.create_instance(config.types.ui))
        self._endpoint = build_endpoint(config)
        self._recorder = Recorder(
            endpoint=self._endpoint,
            tokenizer=self._builder.tokenizer,
            engine=self._engine,
            exporters=[exporter for exporter in self._exporters if exporter.wants_records],
            use_server_token_count=config.use_server_token_count,
            secrets=secrets_of(config.transport),
            streaming=config.streaming,
            keep_raw=config.output.export_level == "raw",
            concurrency=config.load.concurrency,
            on_hopeless=self._give_up,
        )
        self._executor: ExecutorProtocol = ExecutorFactory.create_instance(
            config.types.executor, load=config.load, build=self._builder, sink=self._recorder
        )
        if not hasattr(self._executor, "loop_readings"):  # it takes its times on this loop
            self._recorder.count_beside()
        self._context = Context(
            config=input_config(config),
            provenance={
                **provenance(config, [metric.tag for metric in chosen.metrics], report),
                "tokenizer": told(self._builder.tokenizer, config),
            },
            anchor=ClockAnchor.take(),
            description=description(chosen, config.metrics.slice_duration),
            units={metric.tag: metric.unit for metric in chosen.metrics},
        )
        self._health = ClientHealth(
            has_begun=lambda: self._recorder.sent_count > 0,
            aside_ns=lambda: self._recorder.beside_ns,
        )
        self._live = Live(self._engine)
        self._signals = ExitStack()
        self._stopped_by: int | None = None
        self._shown_phase = ""
        self._phase_start_ns = 0
        self._notes: list[str] = []
        self._failures: list[AIPerfError] = []

    def run(self, loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None) -> Outcome:
        """Run to the end, or until a signal, and write the artifacts.

        Raises:
            AIPerfError: there is no first request: a part cannot make it, or an artifact's place
                cannot be written to.
        """
        conversations = self._builder.conversations
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            runner.run(self._builder.try_out())
        for exporter in self._exporters:
            with blamed_on(exporter, "start"):
                exporter.start(self._context)
        inputs = write_inputs(
            self._endpoint,
            conversations,
            self._context.provenance,
            self._config.output.artifact_dir,
        )
        start_ns = time.perf_counter_ns()
        self._ui.start(self._title())
        with self._signals:
            try:
                with (
                    blamed_on(self._executor, "generate the load"),
                    rare_collections(),
                    asyncio.Runner(loop_factory=loop_factory) as runner,
                ):
                    runner.run(self._measure())
            except AIPerfError as error:
                if not self._recorder.sent_count:
                    raise
                self._failures.append(error)  # what was measured until then is kept
            finally:
                end_ns = time.perf_counter_ns()
                self._ui.stop()
            return self._finish(start_ns, end_ns, inputs)

    async def _measure(self) -> None:
        stop = partial(self._stop, asyncio.get_running_loop())
        self._signals.enter_context(told_of_signals(stop))
        self._health.start()
        shown = asyncio.create_task(self._show_progress())
        try:
            await self._executor.run()
        finally:
            self._health.stop()
            self._health.elsewhere = tuple(getattr(self._executor, "loop_readings", ()))
            shown.cancel()
            self._recorder.flush()
            self._update_ui()

    def _stop(self, loop: asyncio.AbstractEventLoop, number: int) -> None:
        """End the run early, if it has not ended, and keep what was measured."""
        self._stopped_by = number
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._executor.stop)

    def _give_up(self) -> None:
        error = self._recorder.last_error
        is_refused = error is not None and error.type == "HTTPStatusError"
        got = "were refused" if is_refused else "got no answer"
        self._notes.append(
            f"The run was stopped early, because all of its first requests {got}"
            + (f": {error.type}: {error.message}" if error is not None else "")
        )
        self._executor.stop()

    async def _show_progress(self) -> None:
        while True:
            self._update_ui()
            await asyncio.sleep(_UPDATE_S)

    def _update_ui(self) -> None:
        if not self._ui.wants_updates:
            return
        recorder, load = self._recorder, self._config.load
        warm = recorder.warmed_up_count
        is_warming_up = (
            warmup_load(load) is not None
            and warm == recorder.ended_count
            and not 0 < load.warmup_request_count <= warm
        )
        now_ns = time.perf_counter_ns()
        phase = WARMUP if is_warming_up else PROFILING
        if phase != self._shown_phase:
            self._shown_phase, self._phase_start_ns = phase, now_ns
        self._ui.update(
            Progress(
                phase=phase,
                sent=recorder.sent_count - (0 if is_warming_up else warm),
                completed=recorder.ended_count - (0 if is_warming_up else warm),
                errors=recorder.failed_count,
                in_flight=recorder.sent_count - recorder.ended_count,
                elapsed_s=(now_ns - self._phase_start_ns) / 1e9,
                request_count=(
                    load.warmup_request_count or None if is_warming_up else load.request_count
                ),
                duration_s=load.warmup_duration if is_warming_up else load.benchmark_duration,
                recent=self._live.recent(now_ns),
                errors_by_type=self._engine.errors_by_type,
                last_error="" if recorder.last_error is None else recorder.last_error.message,
            )
        )

    def _finish(self, start_ns: int, end_ns: int, inputs: str) -> Outcome:
        statistics, types = self._engine.finish(), self._config.types
        slices = self._engine.slices(self._config.metrics.slice_duration)
        result = RunResult(
            statistics=statistics,
            errors=self._engine.errors,
            anchor=self._context.anchor,
            start_ns=start_ns,
            end_ns=end_ns,
            was_cancelled=self._stopped_by is not None,
            config=self._context.config,
            provenance=self._context.provenance,
            client_health=self._health.summary(),
            records=self._engine.records,
            slices=slices,
            warnings=(
                *map(str, self._failures),
                *self._notes,
                *self._engine.warnings,
                *self._recorder.warnings,
                *token_doubts(statistics, self._config.tokenizer.name or types.tokenizer),
                *self._ui.warnings,
                *self._health.warnings(statistics),
            ),
        )
        artifacts, failures = export(self._exporters, result)
        return Outcome(
            result,
            (inputs, *artifacts),
            (*self._failures, *failures),
            self._stopped_by,
            has_results=self._engine.request_count > 0,
            last_error=self._recorder.last_error,
        )

    def _title(self) -> str:
        url = without_credentials(self._config.transport.url)
        return f"{self._config.model} {self._config.types.endpoint} at {url}"
