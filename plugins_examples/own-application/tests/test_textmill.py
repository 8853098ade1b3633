"""The application by itself, as its users start it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from textmill.factories import FilterFactory, FilterType

from aiperf.common.factories import PluginDiscovery

if TYPE_CHECKING:
    from aiperf.testing import IsolatedPlugins

HTTP_STACK = (
    "aiperf.transports",
    "aiperf.endpoints",
    "aiperf.server",
    "asyncio",
    "http",
    "httptools",
    "ssl",
    "urllib.request",
    "uvicorn",
    "uvloop",
)


def test_every_class_type_of_the_enum_has_a_builtin() -> None:
    """An enum member and its string mean the same."""
    PluginDiscovery.discover_all()
    for member in FilterType:
        assert any(each.is_builtin for each in FilterFactory.list_implementations(member))
    reverse = FilterFactory.create_instance(FilterType.REVERSE)
    assert type(reverse) is FilterFactory.get_class_from_type("reverse")
    assert reverse.apply("abc") == "cba"


def test_a_plugin_comes_before_the_builtin(aiperf_plugins: IsolatedPlugins) -> None:
    """The fixture of AIPerf serves any application that uses its registry."""
    assert FilterFactory.create_instance(FilterType.UPPER).apply("abc") == "ABC"
    aiperf_plugins.load_module("louder", path=Path(__file__).parents[1] / "plugins")
    assert FilterFactory.create_instance(FilterType.UPPER).apply("abc") == "ABC!"


def test_the_http_stack_of_aiperf_is_never_imported() -> None:
    """In an interpreter of its own, the application runs to its end without it."""
    code = "import sys, textmill.cli; textmill.cli.main(); print(*sys.modules)"
    command = [sys.executable, "-c", code, "abc", "--filter=reverse"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    printed, modules = done.stdout.splitlines()
    assert printed == "cba"
    assert "textmill.filters" in modules.split()
    assert [
        each
        for each in modules.split()
        if f"{each}.".startswith(tuple(f"{name}." for name in HTTP_STACK))
    ] == []
