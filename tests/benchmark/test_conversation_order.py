"""The order in which conversations are sent."""

from __future__ import annotations

from collections import Counter
from itertools import islice, pairwise

import pytest

from aiperf.benchmark.conversation_order import conversation_order


def first(number, strategy, count=5, seed=1):
    return list(islice(conversation_order(count, strategy, seed), number))


def test_sequential_goes_round():
    assert first(7, "sequential") == [0, 1, 2, 3, 4, 0, 1]


def test_shuffle_sends_all_before_one_comes_again():
    """In another order each time."""
    numbers = first(50, "shuffle")
    rounds = [tuple(numbers[start : start + 5]) for start in range(0, 50, 5)]
    assert all(sorted(each) == [0, 1, 2, 3, 4] for each in rounds)
    assert len(set(rounds)) > 5


def test_random_draws_each_anew():
    """Each as often as any other, and one may come twice in a row."""
    numbers = first(5000, "random")
    assert all(900 < times < 1100 for times in Counter(numbers).values())
    assert any(one == other for one, other in pairwise(numbers))


@pytest.mark.parametrize("strategy", ["random", "shuffle"])
def test_the_order_follows_from_the_seed(strategy):
    assert first(50, strategy) == first(50, strategy)
    assert first(50, strategy) != first(50, strategy, seed=2)
    assert first(50, strategy, seed=None) != first(50, strategy, seed=None)


@pytest.mark.parametrize("strategy", ["sequential", "random", "shuffle"])
def test_of_nothing_there_is_no_order(strategy):
    assert first(3, strategy, count=0) == []
