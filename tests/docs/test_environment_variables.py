"""docs/environment-variables.md has exactly the variables that the code reads."""

from __future__ import annotations

import re
from pathlib import Path

from aiperf.plugins import environment

CHECKOUT = Path(__file__).parents[2]
PAGE = CHECKOUT / "docs" / "environment-variables.md"
VARIABLE = re.compile(r"AIPERF_[A-Z_]+[A-Z]\b")


def _headings() -> list[str]:
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(r"^## `(AIPERF_\w+)`$", text, flags=re.MULTILINE)


def test_each_plugin_variable_is_documented():
    """Each variable of ``aiperf.plugins.environment`` has a section of its own."""
    variables = {
        value
        for value in vars(environment).values()
        if isinstance(value, str) and VARIABLE.fullmatch(value)
    }
    assert variables
    assert variables - set(_headings()) == set()


def test_the_page_has_what_the_package_names_and_nothing_else():
    """Each variable named anywhere in the package has one section, and no other has one."""
    named = {
        name
        for module in (CHECKOUT / "aiperf").rglob("*.py")
        for name in VARIABLE.findall(module.read_text(encoding="utf-8"))
    }
    assert sorted(_headings()) == sorted(named)
