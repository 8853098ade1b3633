"""Names for things that would otherwise share one."""

from __future__ import annotations

from aiperf.plugins.naming import first_free


def test_the_shortest_name_that_is_free_is_taken():
    """The plain one, then the fuller one, then that with a number, from 2."""
    taken = []
    for _ in range(4):
        taken.append(first_free("fast", "acme:fast", taken))
    assert taken == ["fast", "acme:fast", "acme:fast#2", "acme:fast#3"]
