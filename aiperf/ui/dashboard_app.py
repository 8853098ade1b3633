"""The process that draws the dashboard: reads moments of a run from a pipe until it is closed.

Run as ``python -m aiperf.ui.dashboard_app FILE_DESCRIPTOR TITLE``; the keys that end the run send
its process SIGINT.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import deque
from typing import TYPE_CHECKING, Any, ClassVar

import orjson
from textual.app import App
from textual.containers import Horizontal, Vertical
from textual.widgets import DataTable, Footer, ProgressBar, Sparkline, Static

from aiperf.common.models import Progress, Recent
from aiperf.ui.progress_text import fraction_done, in_words

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

_HISTORY = 120
_NICENESS = 10
"""The measurement goes first where processes wait for a core."""
_FULL = 1000


class Dashboard(App[None]):
    """Where a run stands: how far, how fast, which latencies, which errors.

    Args:
        pipe: what moments are read from, a line of JSON each.
        title: what is measured.
        stop_run: called when a person wants the run to end.
    """

    CSS = """
    #title { text-style: bold; padding: 0 1; }
    #state { padding: 0 1; }
    #bar { padding: 0 1; height: 1; }
    #bar Bar { width: 1fr; }
    Horizontal { height: 5; }
    .chart { border: round $primary; padding: 0 1; width: 1fr; height: 5; }
    .chart Sparkline { height: 2; }
    #latencies { border: round $primary; height: auto; }
    #errors { border: round $error; padding: 0 1; height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("q", "stop_run", "End the run, keep the results"),
        ("ctrl+c", "stop_run", "End the run"),
    ]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, pipe: int, title: str, stop_run: Any) -> None:
        super().__init__()
        self._pipe = pipe
        self._run_title = title
        self._stop_run = stop_run
        self._rates: deque[float] = deque(maxlen=_HISTORY)
        self._latencies: deque[float] = deque(maxlen=_HISTORY)
        self._rest = b""

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        yield Static(self._run_title, id="title", markup=False)
        yield Static("", id="state", markup=False)
        yield ProgressBar(id="bar", total=None, show_eta=False)
        with Horizontal():
            with Vertical(classes="chart", id="rate"):
                yield Static("", id="rate-now", markup=False)
                yield Sparkline([], id="rate-line")
            with Vertical(classes="chart", id="latency"):
                yield Static("", id="latency-now", markup=False)
                yield Sparkline([], id="latency-line")
        yield DataTable(id="latencies", cursor_type="none")
        yield Static("no errors", id="errors", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        """Begin to read."""
        self.query_one("#rate").border_title = "throughput"
        self.query_one("#latency").border_title = "latency"
        table = self.query_one("#latencies", DataTable)
        table.border_title = "the latest requests, in ms"
        self.query_one("#errors").border_title = "errors"
        for column in ("latency", "p50", "p90", "p99"):
            table.add_column(column, key=column)
        asyncio.get_running_loop().add_reader(self._pipe, self._read)

    def action_stop_run(self) -> None:
        """End the run; the dashboard goes when the run closes the pipe."""
        self.query_one("#state", Static).update("ending the run …")
        self._stop_run()

    def _read(self) -> None:
        data = os.read(self._pipe, 1 << 16)
        if not data:
            asyncio.get_running_loop().remove_reader(self._pipe)
            self.exit()
            return
        *lines, self._rest = (self._rest + data).split(b"\n")
        if lines:  # only the latest moment is of interest
            self.show(_progress(orjson.loads(lines[-1])))

    def show(self, progress: Progress) -> None:
        """Show one moment."""
        self.query_one("#state", Static).update(f"{progress.phase}: {in_words(progress)}")
        bar, done = self.query_one("#bar", ProgressBar), fraction_done(progress)
        bar.update(total=None if done is None else _FULL, progress=(done or 0) * _FULL)
        if progress.recent is not None:
            self._show_recent(progress.recent)
        if progress.errors_by_type:
            counts = [f"{count:>8,}  {name}" for name, count in progress.errors_by_type.items()]
            self.query_one("#errors", Static).update(
                "\n".join([*counts, f"the latest: {progress.last_error}"])
            )

    def _show_recent(self, recent: Recent) -> None:
        self._rates.append(recent.requests_per_s)
        now = f"{recent.requests_per_s:,.1f} requests/s"
        if recent.output_tokens_per_s is not None:
            now += f", {recent.output_tokens_per_s:,.0f} output tokens/s"
        self.query_one("#rate-now", Static).update(now)
        self.query_one("#rate-line", Sparkline).data = list(self._rates)
        table = self.query_one("#latencies", DataTable)
        table.clear()
        for name, values in recent.latencies_ms.items():
            table.add_row(name, *(f"{value:,.2f}" for value in values))
        if recent.latencies_ms:
            name, (median, *_) = next(iter(recent.latencies_ms.items()))
            self._latencies.append(median)
            self.query_one("#latency-now", Static).update(f"{median:,.2f} ms {name}, median")
            self.query_one("#latency-line", Sparkline).data = list(self._latencies)


def _progress(fields: dict[str, Any]) -> Progress:
    recent = fields.pop("recent")
    return Progress(**fields, recent=None if recent is None else Recent(**recent))


def main() -> None:
    """Draw until the pipe is closed."""
    pipe, title = int(sys.argv[1]), sys.argv[2]
    os.nice(_NICENESS)
    run = os.getppid()
    Dashboard(pipe, title, lambda: os.kill(run, signal.SIGINT)).run()


if __name__ == "__main__":
    main()
