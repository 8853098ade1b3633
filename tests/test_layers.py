"""The lines between the parts that only running code shows; ``lint-imports`` holds the others."""

from __future__ import annotations

import shutil
from pathlib import Path

import aiperf


def test_the_registry_can_be_lifted_out(fresh_python, tmp_path):
    """Every module of ``aiperf.plugins`` imports where no other part of aiperf is there."""
    plugins = Path(aiperf.__file__).parent / "plugins"
    shutil.copytree(plugins, tmp_path / "site" / "aiperf" / "plugins")
    (tmp_path / "site" / "aiperf" / "__init__.py").write_text("")
    modules = [f"aiperf.plugins.{path.stem}" for path in plugins.glob("[!_]*.py")]
    printed = fresh_python(
        """
        import importlib, sys
        for name in sys.argv[1:]:
            print(importlib.import_module(name).__file__)
        """,
        *modules,
        path=[tmp_path / "site"],
        warnings_are_errors=True,
    )
    assert modules
    assert {Path(line).parent for line in printed.splitlines()} == {
        tmp_path / "site" / "aiperf" / "plugins"
    }
