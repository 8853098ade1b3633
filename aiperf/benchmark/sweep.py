"""Runs a benchmark several times, one after the other; each run is one as by itself.

The embedded server, where it is what is measured, is a new one for each run: none has what the
runs before it have left there.
"""

from __future__ import annotations

import gc
import signal
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from aiperf.benchmark.ending_signals import ending_signals
from aiperf.benchmark.failure_words import failures_in_words
from aiperf.benchmark.session import run_session
from aiperf.common.statistics_json import metric_object
from aiperf.plugins.errors import AIPerfError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import FrameType

    from aiperf.benchmark.runner import Outcome
    from aiperf.benchmark.sweep_plan import PlannedRun, SweepPlan


@dataclass(frozen=True, slots=True)
class SweptRun:
    """What is kept of a run: its metrics as ``profile_export_aiperf.json`` has them, no requests.

    ``failures`` say what went wrong; ``stopped_by`` is the number of the signal that ended the
    sweep, and ``was_cancelled`` says whether it cut this run short.
    """

    planned: PlannedRun
    metrics: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    stopped_by: int | None = None
    was_cancelled: bool = False
    has_results: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether it ran to its end and nothing went wrong."""
        return self.has_results and not self.failures and not self.was_cancelled


class Watcher(Protocol):
    """Is told how a sweep gets on."""

    def begins(self, index: int, run: PlannedRun) -> None:
        """Take note of a run that begins; ``index`` counts from 0."""
        ...

    def ended(self, runs: Sequence[SweptRun]) -> None:
        """Take note of all runs that have ended, the last one just now."""
        ...


def run_sweep(plan: SweepPlan, watcher: Watcher) -> list[SweptRun]:
    """Run what is planned until the end or until a signal, and return what ran.

    A run that fails is kept as such, and the others follow.

    Raises:
        AIPerfError: the first run cannot begin: none could.
    """
    runs: list[SweptRun] = []
    pause = threading.Event()
    for index, planned in enumerate(plan.runs):
        watcher.begins(index, planned)
        try:
            with _stoppable():
                pause.wait(plan.pause_before(index))
                ran = _swept(planned, run_session(planned.config))
        except AIPerfError as error:
            if not runs:
                raise
            ran = SweptRun(planned, failures=(str(error),))
        except _Stopped as stopped:
            ran = SweptRun(planned, stopped_by=stopped.number, was_cancelled=True)
        gc.collect()  # so that no run collects what the one before it has left
        runs.append(ran)
        watcher.ended(runs)
        if ran.stopped_by is not None:
            break
    return runs


def _swept(planned: PlannedRun, outcome: Outcome) -> SweptRun:
    return SweptRun(
        planned,
        metrics={each.tag: metric_object(each) for each in outcome.result.statistics},
        warnings=outcome.result.warnings,
        failures=tuple(failures_in_words(outcome)),
        stopped_by=outcome.stopped_by,
        was_cancelled=outcome.result.was_cancelled,
        has_results=outcome.has_results,
    )


class _Stopped(KeyboardInterrupt):
    """A signal came while no load was running, or a second one while it was."""

    number = int(signal.SIGINT)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let a signal raise :class:`_Stopped`; the load, while it runs, has its own way."""

    def stop(number: int, _: FrameType | None) -> None:
        stopped = _Stopped()
        stopped.number = number
        raise stopped

    before = {number: signal.signal(number, stop) for number in ending_signals()}
    try:
        yield
    except _Stopped:
        raise
    except KeyboardInterrupt as interrupt:
        raise _Stopped from interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
