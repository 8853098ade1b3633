"""A number that several processes see."""

from __future__ import annotations

from aiperf.executors.shared_count import SharedCount


def test_one_counts_and_another_reads(tmp_path):
    """At once, and whoever was first."""
    mine, theirs = SharedCount(str(tmp_path / "n")), SharedCount(str(tmp_path / "n"))
    assert theirs.value == 0
    for number in range(1, 4):
        mine.add_one()
        assert theirs.value == number
    mine.close()
    assert theirs.value == 3
    theirs.close()
