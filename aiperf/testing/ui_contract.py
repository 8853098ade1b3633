"""The contract of a user interface: it shows a run, and never gets in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.common.factories import UIFactory
from aiperf.common.models import PROFILING, WARMUP, Progress, Recent
from aiperf.common.protocols import UIProtocol
from aiperf.testing.contract import Contract, blaming

if TYPE_CHECKING:
    import pytest

RECENT = Recent(12.5, 800.0, {"Time to First Token": (20.0, 30.0, 40.0)})
TITLE = "test-model [bold]on[/bold] http://127.0.0.1:8000 你好"


class UIContract(Contract):
    """Subclass it and set ``implementation``."""

    factory = UIFactory
    protocols = (UIProtocol,)

    def test_a_run_is_shown(self, capsys: pytest.CaptureFixture[str]) -> None:
        """From start to stop, warm-up first; standard output is left to the results."""
        ui = self._ui()
        ui.start(TITLE)
        for progress in _run():
            with blaming(f"update({progress}) must not fail"):
                ui.update(progress)
        ui.stop()
        printed = capsys.readouterr().out
        assert printed == "", f"it wrote to standard output, where results go: {printed[:200]!r}"

    def test_stopping_twice(self) -> None:
        """Whoever is not sure stops it again."""
        ui = self._ui()
        ui.start(TITLE)
        with blaming("stop() may be called twice"):
            ui.stop()
            ui.stop()

    def test_stopping_what_was_not_started(self) -> None:
        """A run that could not begin is stopped, too."""
        with blaming("stop() may be called without start()"):
            self._ui().stop()

    def test_an_update_at_the_wrong_time(self) -> None:
        """Before the start and after the end it shows nothing, or something, but raises nothing."""
        ui, progress = self._ui(), _run()[-1]
        with blaming("update() may come before start()"):
            ui.update(progress)
        ui.start(TITLE)
        ui.stop()
        with blaming("update() may come after stop()"):
            ui.update(progress)
        ui.stop()

    def test_one_after_another(self) -> None:
        """A process may run several benchmarks."""
        for _ in range(2):
            ui = self._ui()
            ui.start(TITLE)
            ui.update(_run()[0])
            ui.stop()

    def test_progress_goes_to_nobody_elses_hands(self) -> None:
        """A progress is a value: the same one may be shown twice."""
        ui, progress = self._ui(), _run()[1]
        ui.start(TITLE)
        ui.update(progress)
        with blaming("the same progress may come twice"):
            ui.update(progress)
        ui.stop()

    def _ui(self) -> UIProtocol:
        ui: UIProtocol = self.make()
        return ui


def _run() -> list[Progress]:
    """Return the moments of a run: with and without a known end, with none and with many."""
    return [
        Progress(WARMUP, 0, 0, 0, 0, 0.0, 2, None),
        Progress(WARMUP, 2, 2, 0, 0, 0.5, 2, None),
        Progress(PROFILING, 0, 0, 0, 0, 0.0, None, None),
        Progress(PROFILING, 10, 5, 1, 5, 12.0, 100, 60.0),
        Progress(PROFILING, 10, 5, 1, 5, 24.0, None, 60.0),
        Progress(PROFILING, 120, 110, 110, 10, 90.0, 100, 60.0),
        Progress(
            PROFILING, 20, 15, 1, 5, 30.0, None, 60.0, RECENT, {"ReadTimeout": 1}, "too [late]"
        ),
        Progress(PROFILING, 10**9, 10**9, 10**9, 0, 10.0**6, 0, 0.0),
    ]
