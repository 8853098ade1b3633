"""Conversations as one text."""

from __future__ import annotations

import pytest

from aiperf.common.models import Turn
from aiperf.endpoints.plain_prompt import plain_prompt


@pytest.mark.parametrize(
    ("turns", "text"),
    [
        ([Turn((" as it is\n",))], " as it is\n"),
        ([Turn(("a", "b"))], "a\nb"),
        ([Turn(("a",), answer="x")], "a"),
        ([Turn(("a",), answer="x"), Turn(("b",)), Turn(("c",), answer="z")], "a\nx\nb\nc"),
        ([Turn(("a",), answer="x")] * 2, "a\nx\na"),
        ([Turn(("a",), system="s"), Turn(("b",), system="s")], "s\na\nb"),
        ([Turn(("a",), system="s"), Turn(("b",), system="t")], "s\na\nt\nb"),
    ],
)
def test_everything_that_was_said_is_in_it(turns, text):
    """In order, each system prompt once, and without the answer that is asked for."""
    assert plain_prompt(turns) == text
