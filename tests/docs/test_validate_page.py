"""docs/validate-in-ci.md lists every rule."""

from __future__ import annotations

from pathlib import Path

from aiperf.devtools.findings import RULES

PAGE = Path(__file__).parents[2] / "docs" / "validate-in-ci.md"


def test_the_page_lists_the_rules_that_there_are():
    """Each with its meaning, in the order of the code, and none that is gone."""
    table = PAGE.read_text(encoding="utf-8").partition("## Rules")[2]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| `")]
    assert [(rule.strip("`"), meaning) for rule, meaning in rows] == list(RULES.items())
