"""docs/metrics.md has exactly the builtin metrics, as the registry describes them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aiperf.common.factories import MetricFactory

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"


@pytest.mark.parametrize(
    ("scope", "heading"),
    [("record", "One value for each request"), ("run", "One value for the run")],
)
def test_the_tables_are_the_registry(scope, heading):
    """Each builtin metric is in its scope's table: tag, unit, what must be given; in order."""
    _, _, rest = PAGE.read_text(encoding="utf-8").partition(f"\n## {heading}\n")
    section, _, _ = rest.partition("\n## ")
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|.*\| ([^|]+) \|$", section, flags=re.MULTILINE)
    registered = [
        (
            each.class_type,
            each.metadata["unit"],
            ", ".join(each.metadata.get("needs", ())) or "always",
        )
        for each in MetricFactory.list_implementations()
        if each.is_builtin and each.metadata["scope"] == scope
    ]
    assert rows == registered
