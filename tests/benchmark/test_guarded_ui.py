"""A user interface that cannot cost the run."""

from __future__ import annotations

import pytest

from aiperf.benchmark.guarded_ui import GuardedUI
from aiperf.common.models import PROFILING, Progress

MOMENT = Progress(PROFILING, 1, 0, 0, 1, 0.5, 10, None)


class Screen:
    """Notes what it is told, and raises at one of the calls."""

    def __init__(self, *, fails_at="", error=None):
        self.told = []
        self._fails_at = fails_at
        self._error = error

    def start(self, title):
        self._note("start", title)

    def update(self, progress):
        self._note("update", progress)

    def stop(self):
        self._note("stop")

    def _note(self, name, *values):
        self.told.append((name, *values))
        if name == self._fails_at:
            raise self._error


def show(screen):
    """Show a whole run and return its warnings."""
    guarded = GuardedUI(screen)
    guarded.start("m at localhost")
    guarded.update(MOMENT)
    guarded.update(MOMENT)
    guarded.stop()
    return guarded.warnings


def test_everything_is_passed_on():
    screen = Screen()
    assert show(screen) == []
    assert screen.told == [
        ("start", "m at localhost"),
        ("update", MOMENT),
        ("update", MOMENT),
        ("stop",),
    ]


def test_a_run_that_nobody_looks_at_is_not_told():
    """Nor one whose showing has failed: whoever asks first can spare the looking up."""

    class Blind(Screen):
        wants_updates = False

    blind, failing = Blind(), Screen(fails_at="start", error=OSError("no screen"))
    assert show(blind) == []
    assert [name for name, *_ in blind.told] == ["start", "stop"]
    assert GuardedUI(Screen()).wants_updates
    guarded = GuardedUI(failing)
    guarded.start("m at localhost")
    assert not guarded.wants_updates


@pytest.mark.parametrize("error", [OSError("no screen"), SystemExit("no screen")])
@pytest.mark.parametrize(
    ("fails_at", "told"),
    [
        ("start", ["start", "stop"]),
        ("update", ["start", "update", "stop"]),
        ("stop", ["start", "update", "update", "stop"]),
    ],
)
def test_a_failure_is_a_warning_and_ends_the_showing(fails_at, told, error):
    """It is still stopped, so that it can leave the terminal as it was."""
    screen = Screen(fails_at=fails_at, error=error)
    (warning,) = show(screen)
    assert f"Screen failed to show the run: {type(error).__name__}: no screen. " in warning
    assert [name for name, *_ in screen.told] == told


def test_ctrl_c_goes_through():
    with pytest.raises(KeyboardInterrupt):
        show(Screen(fails_at="update", error=KeyboardInterrupt()))
