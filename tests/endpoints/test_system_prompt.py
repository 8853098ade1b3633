"""The one system prompt of a conversation."""

from __future__ import annotations

import pytest

from aiperf.common.models import Turn
from aiperf.endpoints.system_prompt import system_prompt


@pytest.mark.parametrize(
    ("systems", "expected"),
    [([None], None), (["a"], "a"), (["a", None], "a"), (["a", "b"], "b"), (["a", ""], "")],
)
def test_the_latest_is_in_force(systems, expected):
    """A turn without one leaves it as it was."""
    assert system_prompt([Turn(("x",), system=system) for system in systems]) == expected
