"""Shares of a whole: nothing is in two, and nothing in none."""

from __future__ import annotations

import itertools

import pytest

from aiperf.common.share import WHOLE, Share


@pytest.mark.parametrize("count", [1, 2, 3, 7])
@pytest.mark.parametrize("whole", [0, 1, 2, 5, 7, 20])
def test_shares_are_the_whole(count, whole):
    """Each thing is in exactly one, and each share knows how many it has."""
    shares = [Share(index, count) for index in range(count)]
    taken = [list(share.take(iter(range(whole)))) for share in shares]
    assert sorted(itertools.chain(*taken)) == list(range(whole))
    assert [share.of(whole) for share in shares] == [len(each) for each in taken]


def test_the_whole_is_everything():
    """Without an end, too."""
    assert list(itertools.islice(WHOLE.take(itertools.count()), 3)) == [0, 1, 2]
