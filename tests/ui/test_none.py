"""The user interface that shows nothing."""

from __future__ import annotations

from aiperf.common.models import Progress
from aiperf.ui.none import NoUI


def test_nothing_is_shown(capfd):
    """On neither stream."""
    ui = NoUI()
    ui.start("a run")
    ui.update(Progress("profiling", 2, 1, 0, 1, 0.5, 10, None))
    ui.stop()
    ui.stop()
    assert capfd.readouterr() == ("", "")


def test_it_costs_no_library(fresh_python):
    """Showing nothing needs nothing to show it with."""
    printed = fresh_python("import aiperf.ui.none, sys; print('rich' in sys.modules)")
    assert printed == "False\n"
