"""The table of finished requests: rows in order of ending, values in the row they belong to."""

from __future__ import annotations

from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiperf.benchmark.record_table import CANCELLED, FAILED, VALID, Table

VALUE = st.none() | st.floats(-1e9, 1e9) | st.lists(st.floats(-1e9, 1e9), max_size=3)


@given(st.lists(st.tuples(VALUE, VALUE)))
def test_every_value_is_in_its_row(rows):
    """Also of a metric that has one value for some requests and several for others."""
    table = Table()
    for number, row in enumerate(rows):
        table.begin(number, number + 5, VALID)
        for tag, value in zip("ab", row, strict=True):
            if isinstance(value, list):
                table.put_list(tag, array("d", value))
            elif value is not None:
                table.put(tag, value)
    assert len(table) == len(rows)
    assert table.start_ns.tolist() == list(range(len(rows)))
    for index, tag in enumerate("ab"):
        column = [row[index] for row in rows]
        expected = [
            (number, each)
            for number, value in enumerate(column)
            for each in (value if isinstance(value, list) else [value])
            if each is not None
        ]
        if tag in table.tags:
            found = table.column(tag)
            assert len(found) == len(rows)
            kept = np.flatnonzero(~np.isnan(found))
            assert list(zip(kept.tolist(), found[kept].tolist(), strict=True)) == expected
        elif tag in table.list_tags:
            values, row_of = table.lists(tag)
            assert list(zip(row_of.tolist(), values.tolist(), strict=True)) == expected
        else:
            assert expected == []
        read = [each for chunk in table.chunks(tag) for each in chunk.tolist()]
        assert read == [value for _, value in expected]


@given(st.lists(st.tuples(st.sampled_from("vvvvlfm"), st.integers(0, 99))))
def test_a_row_added_as_a_whole(rows):
    """Rows like those before them, and after them a list in place of a value, or none at all."""
    added, expected = Table(), Table()
    for number, (kind, value) in enumerate(rows):
        values = {"a": float(value), "b": [1.0, value] if kind == "l" else value, "c": [2.0]}
        values = {} if kind == "f" else {"c": [3.0]} if kind == "m" else values
        outcome = VALID if values else FAILED
        added.add(number, number + 5, outcome, values)
        expected.begin(number, number + 5, outcome)
        for tag, each in values.items():
            if isinstance(each, list):
                expected.put_list(tag, array("d", each))
            else:
                expected.put(tag, each)
    assert (added.tags, added.list_tags) == (expected.tags, expected.list_tags)
    assert added.outcome.tolist() == expected.outcome.tolist()
    for tag in added.tags:
        assert np.array_equal(added.column(tag), expected.column(tag), equal_nan=True)
    for tag in added.list_tags:
        for found, right in zip(added.lists(tag), expected.lists(tag), strict=True):
            assert found.tolist() == right.tolist()


def test_how_requests_ended():
    """Failed and cancelled ones have a row, and no values."""
    table = Table()
    for outcome in (FAILED, VALID, CANCELLED):
        table.begin(7, 9, outcome)
        if outcome == VALID:
            table.put("latency", 2.0)
    assert table.outcome.tolist() == [1, 0, 2]
    assert table.end_ns.tolist() == [9, 9, 9]
    assert np.array_equal(table.column("latency"), [np.nan, 2.0, np.nan], equal_nan=True)


def test_a_metric_that_nobody_has():
    """Is a KeyError, so that a misspelt tag is not an empty plot."""
    table = Table()
    with pytest.raises(KeyError, match="latency"):
        table.column("latency")
    with pytest.raises(KeyError, match="gaps"):
        table.lists("gaps")
    assert list(table.chunks("latency")) == []


def test_a_dropped_metric_is_gone():
    """Its values are not in the results by another way."""
    table = Table()
    table.begin(1, 2, VALID)
    table.put("a", 1.0)
    table.put_list("b", array("d", [1.0]))
    table.drop("a")
    table.drop("b")
    assert (table.tags, table.list_tags, table.has("a"), table.has("b")) == ((), (), False, False)
