"""JSON on lines of their own."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from aiperf.endpoints.json_lines import json_lines

BODY = b'{"a": 1}\n\r\n {"b": "\xc3\xbc"}\r\n[]'
LINES = [b'{"a": 1}', b'{"b": "\xc3\xbc"}', b"[]"]


@given(st.lists(st.integers(0, len(BODY)), max_size=6).map(sorted))
def test_lines_cut_anywhere(cuts):
    """Each comes with the time of the part that its last byte, the line feed, came in."""
    edges = [0, *cuts, len(BODY)]
    parts = [BODY[a:b] for a, b in pairwise(edges)]
    found = list(json_lines(parts, range(1, len(parts) + 1)))
    assert [line for _, line in found] == LINES
    for ns, line in found[:-1]:
        end = BODY.index(b"\n", BODY.index(line)) + 1
        assert ns == next(n for n in range(1, len(edges)) if edges[n] >= end)
    assert found[-1][0] == len(parts)


def test_nothing():
    assert list(json_lines([], [])) == []
    assert list(json_lines([b"", b" \n"], [1, 2])) == []
