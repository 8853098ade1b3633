"""The kinds of values that options take."""

from __future__ import annotations

import click
import pytest

from aiperf.cli.option_kinds import COUNT, GRACE, SECONDS, SpelledChoice


def test_a_name_may_be_written_with_underscores():
    way = SpelledChoice(["one-by-one"])
    assert way.convert("one_by_one", None, None) == way.convert("one-by-one", None, None)
    with pytest.raises(click.BadParameter, match="one-by-one"):
        way.convert("at_once", None, None)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e300", "1e-300", "-1", "0"])
def test_a_number_is_one_that_can_be_measured_with(value):
    """Neither nan nor something that overflows later, in the middle of a run."""
    with pytest.raises(click.BadParameter):
        SECONDS.convert(value, None, None)


def test_where_no_limit_is_a_limit_it_is_written_inf():
    assert GRACE.convert("inf", None, None) == float("inf")
    assert GRACE.convert("0", None, None) == 0
    with pytest.raises(click.BadParameter, match="or inf for no limit"):
        GRACE.convert("nan", None, None)


def test_a_count_is_one_that_can_be_reached():
    assert COUNT.convert("1000000000", None, None) == 10**9
    with pytest.raises(click.BadParameter, match=r"is more than 1,000,000,000\."):
        COUNT.convert("9" * 20, None, None)
