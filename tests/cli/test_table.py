"""Plain text tables."""

from __future__ import annotations

from aiperf.cli.table import table


def test_columns_are_as_wide_as_their_widest_cell():
    """Two blanks apart, with nothing after the last word of a line."""
    assert table(("A", "LONG", "C"), [("aaa", "b", "c"), ("a", "", "cc"), ("a", "b", "")]) == (
        "A    LONG  C\naaa  b     c\na          cc\na    b"
    )


def test_a_table_without_rows_is_its_header():
    assert table(("A", "B"), []) == "A  B"
