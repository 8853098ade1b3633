"""Twenty good plugins, and a program that says how they fare beside a hostile one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GOOD = """
from aiperf import LazyEntry, hookimpl
from aiperf.common.factories import TransportFactory

TransportFactory.register_lazy("{name}", "{name}.work", "Lazy", "{name}_lazy", is_plugin=True)


@hookimpl
def aiperf_register_endpoint():
    return [LazyEntry("{name}", "{name}.work", "Hooked", identifier="{name}_hook")]
"""

WORK = """
class Lazy: pass
class Hooked: pass
"""

PROGRAM = """
import json, logging, os, sys, threading, warnings

told = []

class Keep(logging.Handler):
    def emit(self, record):
        told.append(record.getMessage())

logging.getLogger("aiperf.plugins").addHandler(Keep())

from aiperf.common.factories import EndpointFactory, PluginDiscovery, TransportFactory
from aiperf.plugins.default import default_registry

def finders():
    found = [*sys.meta_path, *sys.path_hooks]
    return [str(each) for each in found if "importlib_metadata" not in str(each)]

path, before = list(sys.path), finders()
report = PluginDiscovery.discover_all()
again = PluginDiscovery.discover_all()
manager = default_registry.manager
listed = [
    f"{each.factory}.{each.class_type}={each.reference}"
    for factory in (EndpointFactory, TransportFactory)
    for each in factory.list_implementations()
]
made = [
    type(factory.create_instance(class_type)).__name__
    for factory in (EndpointFactory, TransportFactory)
    for class_type in factory.get_all_class_types()
    if class_type.startswith("good_")
]
once = len(told)
PluginDiscovery.refresh()
print()
print(json.dumps({
    "records": {
        each.name: [each.status, str(each.error or ""), len(each.entries)] for each in report
    },
    "same": again is report,
    "told": told[:once],
    "told_after_refresh": told[once:],
    "listed": listed,
    "selected": EndpointFactory.explain("chat").winner.reference,
    "made": made,
    "registered": sorted(
        name for name, _ in manager.list_name_plugin() if manager.has_plugin(name)
    ),
    "origins": sorted(manager.origins),
    "path": [each for each in sys.path if each not in path],
    "finders": [each for each in finders() if each not in before],
    "modules": sorted(name for name in sys.modules if name.partition(".")[0] == "bad_plugin"),
    "loading": str(manager.here.loading),
}))
"""


@pytest.fixture(scope="module")
def good(tmp_path_factory) -> Path:
    """Twenty good plugins, installed."""
    site = tmp_path_factory.mktemp("good")
    for number in range(20):
        name = f"good_{number:02}"
        metadata = site / f"{name}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[aiperf.plugins]\n{name} = {name}\n")
        (site / name).mkdir()
        (site / name / "__init__.py").write_text(GOOD.format(name=name))
        (site / name / "work.py").write_text(WORK)
    return site


@dataclass(frozen=True)
class Run:
    """Runs the program with the good plugins and whatever else is on the path."""

    fresh_python: Any
    good: Path

    def __call__(self, *path: Path, **options: Any) -> dict[str, Any]:
        """Return what the program saw.

        All twenty good plugins must have worked, and nothing been printed to standard error.
        """
        done = self.fresh_python.run(PROGRAM, path=[*path, self.good], timeout=60, **options)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        assert seen["made"] == ["Hooked"] * 20 + ["Lazy"] * 20
        for number in range(20):
            assert seen["records"][f"good_{number:02}"] == ["active", "", 2]
        assert seen["same"]
        assert seen["loading"] == "None"
        return seen


@pytest.fixture
def run(fresh_python, good) -> Run:
    """Give a :class:`Run`."""
    return Run(fresh_python, good)


@pytest.fixture(scope="module")
def alone() -> Callable[[Run], dict[str, Any]]:
    """Give a function that returns what the program sees with the good plugins alone."""
    kept: list[dict[str, Any]] = []

    def get(run: Run) -> dict[str, Any]:
        if not kept:
            kept.append(run())
        return kept[0]

    return get
