"""Delta debugging."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aiperf.devtools.ddmin import ddmin

COUNTS = st.integers(1, 40)


def _halvings(count):
    return max(count - 1, 0).bit_length()


@given(COUNTS, st.data())
def test_one_item_to_blame_is_found_by_halving(count, data):
    """It takes at most two tests for each time that the items can be halved."""
    culprit = data.draw(st.integers(0, count - 1))
    tested = []

    def fails(part):
        tested.append(part)
        return culprit in part

    assert ddmin(range(count), fails) == (culprit,)
    assert len(tested) <= 2 * _halvings(count)


@given(COUNTS, st.data())
def test_items_that_fail_only_together_are_found_together(count, data):
    """They are the result, in their order, wherever they lie."""
    culprits = data.draw(st.sets(st.integers(0, count - 1), min_size=1))
    assert ddmin(range(count), lambda part: culprits <= set(part)) == tuple(sorted(culprits))


@given(st.integers(1, 12), st.data())
def test_whatever_fails_the_result_cannot_do_without_any_item(count, data):
    """Also where more items do not fail although fewer do; and nothing is tested twice."""
    whole = tuple(range(count))
    failing = data.draw(st.sets(st.sets(st.sampled_from(whole), min_size=1).map(frozenset)))
    tested = []

    def fails(part):
        tested.append(part)
        return part == whole or frozenset(part) in failing

    result = ddmin(whole, fails)
    assert len(tested) == len(set(tested))
    assert () not in tested
    assert whole not in tested
    assert fails(result)
    smaller = [tuple(item for item in result if item != left_out) for left_out in result]
    assert not any(fails(part) for part in smaller if part)


@given(st.integers(2, 40), st.data())
def test_of_several_to_blame_one_is_found(count, data):
    """Each by itself makes it fail, so each by itself is an answer."""
    culprits = data.draw(st.sets(st.integers(0, count - 1), min_size=2))
    (found,) = ddmin(range(count), lambda part: not culprits.isdisjoint(part))
    assert found in culprits
