"""docs/architecture.md names every part: packages, factories, hooks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aiperf.common.factories import EndpointFactory

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def page() -> str:
    return (CHECKOUT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_each_package_has_its_place(page):
    """Every package of AIPerf, and no other, is under "Where things are"."""
    packages = {each.parent.name for each in (CHECKOUT / "aiperf").glob("*/__init__.py")}
    assert set(re.findall(r"`aiperf/(\w+)/`", page)) == packages


def test_each_factory_has_its_row(page):
    """Every factory of AIPerf is in the table, with its hook."""
    rows = re.findall(r"^\| `(\w+Factory)` \| `(\w+)` \|", page, flags=re.MULTILINE)
    slots = EndpointFactory.plugin_registry.slots.values()
    assert sorted(rows) == sorted(
        (slot.title, slot.hook) for slot in slots if slot.module == "aiperf.common.factories"
    )
