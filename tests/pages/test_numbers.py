"""Numbers as a person reads them."""

from __future__ import annotations

import pytest

from aiperf.pages.numbers import MISSING, largest, number, whole_or_number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.012345, "0.01235"),
        (5.6931, "5.693"),
        (-49.406, "-49.41"),
        (773.94, "773.9"),
        (96975.4, "96,975"),
        (1e-9, "0.000000"),
        (None, MISSING),
        (float("nan"), MISSING),
        (float("inf"), MISSING),
    ],
)
def test_about_four_digits_say_something(value, text):
    """More are noise, and thousands are apart."""
    assert number(value) == text


def test_numbers_of_a_row_have_the_same_decimals():
    """Those of the largest, so that they can be compared at a glance."""
    row = (1.0, None, 250.25)
    assert [number(each, largest(row)) for each in row] == ["1.0", MISSING, "250.2"]


def test_counts_have_no_decimals():
    """There is no half request."""
    assert whole_or_number(1234.0) == "1,234"
    assert whole_or_number(12.34) == "12.34"
    assert whole_or_number(None) == MISSING
