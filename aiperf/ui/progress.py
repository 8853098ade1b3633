"""Shows a run as a progress bar on a terminal, and as a line now and then anywhere else.

All of it goes to standard error, so that standard output has the results alone.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn
from rich.progress import Progress as Bars
from rich.text import Text

from aiperf.ui.progress_text import fraction_done, in_words, live_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType
    from rich.progress import TaskID

    from aiperf.common.models import Progress

_SECONDS_BETWEEN_LINES = 10.0


class ProgressUI:
    """Shows where the run stands.

    A standard error that has gone away (a closed terminal, a broken pipe) ends the showing and
    nothing else.
    """

    def __init__(self) -> None:
        self._view: _View | None = None

    def start(self, title: str) -> None:
        """Begin to show the run called ``title``."""
        console = _Console(stderr=True, highlight=False)
        self._view = _BarView(console) if _can_redraw(console) else _LineView(console)
        try:
            self._view.start(title)
        except OSError:
            self._view = None  # nobody is there to be told

    def update(self, progress: Progress) -> None:
        """Show where the run stands; nothing before :meth:`start` and after :meth:`stop`."""
        if self._view is None:
            return
        try:
            self._view.update(progress)
        except OSError:
            self._view = None  # nobody is there to be told

    def stop(self) -> None:
        """Show the last state and leave the terminal as it was. Safe to call twice."""
        view, self._view = self._view, None
        if view is None:
            return
        try:
            view.stop()
        except OSError:
            return  # nobody is there to be told


class _View(Protocol):
    """One way to show a run; the three calls of the interface."""

    def start(self, title: str) -> None: ...
    def update(self, progress: Progress) -> None: ...
    def stop(self) -> None: ...


class _Console(Console):
    """A console that a broken pipe silences; rich's own would end the process."""

    def on_broken_pipe(self) -> None:
        self.quiet = True


class _Bars(Bars):
    """Bars, and below them a line on the latest requests."""

    latest = ""

    def get_renderables(self) -> Iterable[RenderableType]:
        yield from super().get_renderables()
        if self.latest:
            yield Text(self.latest, no_wrap=True, overflow="ellipsis")


class _BarView:
    """A bar for each phase, drawn when there is something new and by no thread of its own."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._tasks: dict[str, TaskID] = {}
        self._bars = _Bars(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[state]}", markup=False),
            console=console,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def start(self, title: str) -> None:
        self._console.print(title, markup=False)
        self._bars.start()

    def update(self, progress: Progress) -> None:
        done = fraction_done(progress)
        if progress.phase not in self._tasks:
            self._tasks[progress.phase] = self._bars.add_task(progress.phase, state="")
        self._bars.update(
            self._tasks[progress.phase],
            total=None if done is None else 1.0,
            completed=done or 0.0,
            state=in_words(progress),
        )
        self._bars.latest = live_in_words(progress)
        self._bars.refresh()

    def stop(self) -> None:
        self._bars.stop()


class _LineView:
    """A line every ten seconds of the run, and one for the end of each phase."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last: Progress | None = None
        self._said: Progress | None = None
        self._since = 0.0

    def start(self, title: str) -> None:
        self._print(title)

    def update(self, progress: Progress) -> None:
        if self._last is not None and self._last.phase != progress.phase:
            self._say(self._last)
            self._since = progress.elapsed_s
        if progress.elapsed_s - self._since >= _SECONDS_BETWEEN_LINES:
            self._since = progress.elapsed_s
            self._say(progress)
        self._last = progress

    def stop(self) -> None:
        if self._last is not None:
            self._say(self._last)

    def _say(self, progress: Progress) -> None:
        """Print the state, unless it is what was printed last."""
        if progress != self._said:
            words = filter(None, (in_words(progress), live_in_words(progress)))
            self._print(f"{progress.phase}: {'; '.join(words)}")
            self._said = progress

    def _print(self, line: str) -> None:
        self._console.print(line, markup=False, soft_wrap=True)


def _can_redraw(console: Console) -> bool:
    """Return whether standard error is a terminal on which a line can be drawn again.

    Asked of the stream itself, because settings that force colors make rich take a file for one.
    """
    return (
        sys.stderr is not None
        and sys.stderr.isatty()
        and console.is_terminal
        and not console.is_dumb_terminal
    )
