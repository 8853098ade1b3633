"""A tie between plugins is told in one line that has all that is needed to settle it."""

from __future__ import annotations

from aiperf.plugins.resolver import ranked, unsettled
from aiperf.plugins.ties import tie_warning


def test_a_tie_names_winner_losers_and_the_line_that_pins_each(make):
    """The lines are ready to be copied; a shadowed identifier is written with its plugin."""
    candidates = ranked(
        make.candidate(identifier, make.installed(name))
        for identifier, name in [("quick", "ccc"), ("fast", "bbb"), ("fast", "aaa")]
    )
    assert tie_warning("endpoint", candidates, unsettled(candidates)) == (
        "endpoint.chat: plugin 'aaa' (aaa 1.0) is selected before plugin 'bbb' (bbb 1.0) and "
        "plugin 'ccc' (ccc 1.0) only because of the alphabetical order of their names. "
        'To keep it: AIPERF_IMPLEMENTATIONS="endpoint.chat=fast". '
        'To change it: AIPERF_IMPLEMENTATIONS="endpoint.chat=fast@bbb" or '
        'AIPERF_IMPLEMENTATIONS="endpoint.chat=quick".'
    )
