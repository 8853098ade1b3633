"""Plugins in this process, and discovery of installed ones in a process of its own."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from textwrap import dedent
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from aiperf.common.factory import AIPerfFactory
from aiperf.plugins import LazyEntry, hookimpl
from aiperf.plugins.candidates import Candidate, HookOrder
from aiperf.plugins.loading import load_plugin
from aiperf.plugins.origins import Origin, OriginKind
from aiperf.plugins.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path


@pytest.fixture
def registry() -> Registry:
    """Give a registry of its own, without any factory."""
    return Registry()


@pytest.fixture
def endpoints(registry: Registry) -> type[AIPerfFactory[str, Any]]:
    """Give a factory called ``endpoint`` on ``registry``."""

    class EndpointFactory(AIPerfFactory[str, Any], registry=registry):
        """Endpoints."""

    return EndpointFactory


@pytest.fixture
def warned(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Give a function that returns what ``aiperf.plugins`` has warned of so far."""
    caplog.set_level(logging.DEBUG, "aiperf.plugins")
    return lambda: [each.getMessage() for each in caplog.records if each.name == "aiperf.plugins"]


def entry(identifier: str, class_type: str = "chat", target: str = "acme:Acme") -> LazyEntry:
    """Return an entry whose module nothing imports."""
    return LazyEntry(class_type, *target.split(":"), identifier=identifier)


def plugin(hook: object, name: str = "acme", **options: Any) -> ModuleType:
    """Return a module whose endpoint hook is ``hook``, or returns it if it is no function."""
    module = ModuleType(name)
    function = hook if callable(hook) else lambda: hook
    module.aiperf_register_endpoint = hookimpl(function, **options)
    return module


def installed(name: str, distribution: str | None = None) -> Origin:
    """Return the origin of a plugin that came from an entry point."""
    return Origin(
        OriginKind.ENTRY_POINT,
        plugin=name,
        module=name,
        distribution=distribution or name,
        version="1.0",
        entry_point=name,
    )


def candidate(
    identifier: str = "x",
    origin: Origin | None = None,
    *,
    order: HookOrder = HookOrder.PLAIN,
    **keywords: Any,
) -> Candidate:
    """Return a candidate from the plugin ``acme`` or from ``origin``."""
    origin = origin or installed("acme")
    is_plugin = keywords.pop("is_plugin", origin.kind is not OriginKind.BUILTIN)
    return Candidate(entry(identifier), origin, is_plugin=is_plugin, hook_order=order, **keywords)


def load(registry: Registry, origin: Origin, loaded: object) -> bool:
    """Load a plugin as discovery does."""
    return load_plugin(registry.manager, origin, lambda: loaded)


@pytest.fixture
def make() -> SimpleNamespace:
    """Give the makers of entries, plugins, origins and candidates."""
    return SimpleNamespace(
        entry=entry, plugin=plugin, installed=installed, candidate=candidate, load=load
    )


HEALTHY = """
from aiperf import LazyEntry, hookimpl
from aiperf.common.factories import TransportFactory

TransportFactory.register_lazy("{name}", "{name}.classes", "Lazy", "{name}_lazy", is_plugin=True)


@hookimpl
def aiperf_register_endpoint():
    return [LazyEntry("{name}", "{name}.classes", "Hooked", identifier="{name}_hook")]
"""

SCRIPT = """
import json, logging, sys

warnings = []

class Keep(logging.Handler):
    def emit(self, record):
        warnings.append(record.getMessage())

logging.getLogger("aiperf.plugins").addHandler(Keep())

from aiperf.common.factories import EndpointFactory, PluginDiscovery, TransportFactory
from aiperf.plugins.default import default_registry

manager = default_registry.manager
extra = {{}}
error = None
{before}
try:
    report = PluginDiscovery.discover_all()
except Exception as caught:
    error = caught
    report = PluginDiscovery.so_far()
{after}

def listed():
    try:
        return [
            f"{{each.factory}}.{{each.class_type}}={{each.identifier}}@{{each.origin.plugin}}"
            for factory in (EndpointFactory, TransportFactory)
            for each in factory.list_implementations()
        ]
    except Exception as caught:
        return [type(caught).__name__]

def shown(error):
    return None if error is None else [type(error).__name__, str(error)]

print(json.dumps({{
    "records": [
        {{
            "name": record.name, "origin": record.origin, "distribution": record.distribution,
            "version": record.version, "module": record.module, "path": record.path,
            "status": record.status, "error": shown(record.error), "reason": record.reason,
            "import_time": record.import_time, "hooks": record.hooks,
            "unmet": record.unmet,
            "entries": [f"{{each.factory}}.{{each.class_type}}={{each.identifier}}"
                        for each in record.entries],
        }}
        for record in report
    ],
    "warnings": warnings,
    "error": shown(error),
    "failures": [shown(each) for each in getattr(error, "failures", ())],
    "listed": listed(),
    "registered": [name for name, _ in manager.list_name_plugin()],
    "modules": list(sys.modules),
    "extra": extra,
}}))
"""


@dataclass(frozen=True)
class Discovered:
    """What discovery in another process came to; ``error`` and errors are (type, text) pairs."""

    records: list[dict[str, Any]]
    warnings: list[str]
    error: tuple[str, str] | None
    failures: list[tuple[str, str]]
    listed: list[str]
    registered: list[str]
    modules: list[str]
    extra: dict[str, Any]

    def record(self, name: str) -> dict[str, Any]:
        """Return the one record of the plugin called ``name``."""
        (record,) = [record for record in self.records if record["name"] == name]
        return record

    @property
    def statuses(self) -> dict[str, str]:
        """How each plugin fared, by its name."""
        return {record["name"]: record["status"] for record in self.records}


@dataclass(frozen=True)
class Discover:
    """Runs discovery in a fresh interpreter, with warnings as errors.

    Code ``before`` and ``after`` discovery may fill the dict ``extra``.
    """

    fresh_python: Any

    def __call__(
        self,
        *path: Path,
        env: Mapping[str, str] | None = None,
        before: str = "",
        after: str = "",
        threads: int = 0,
    ) -> Discovered:
        """Discover what is installed in ``path`` and return what came of it."""
        if threads:
            before = dedent(before) + THREADS.format(threads=threads)
        code = SCRIPT.format(before=dedent(before), after=dedent(after))
        printed = self.fresh_python(code, path=path, env=env, warnings_are_errors=True)
        return Discovered(**json.loads(printed.splitlines()[-1]))


THREADS = """
import threading

start = threading.Barrier({threads})
reports = []

def run():
    start.wait()
    reports.append(PluginDiscovery.discover_all())

runners = [threading.Thread(target=run) for _ in range({threads})]
for runner in runners:
    runner.start()
for runner in runners:
    runner.join()
extra["reports"] = [sorted(f"{{r.name}} {{r.status}} {{len(r.entries)}}" for r in report)
                    for report in reports]
"""


@pytest.fixture
def discover(fresh_python: Any) -> Discover:
    """Give a :class:`Discover`."""
    return Discover(fresh_python)


@dataclass(frozen=True)
class Isolated:
    """Installs a plugin that fails between two that are healthy, and checks that it fails alone."""

    install_plugin: Any
    discover: Discover

    def __call__(
        self,
        source: str,
        *words: str,
        target: str = "bad_plugin",
        env: Mapping[str, str] | None = None,
    ) -> Discovered:
        """Check that ``source`` fails with one record and one warning that have ``words``.

        Its distribution is ``bad-plugin`` 2.5, its module ``bad_plugin``; the entry point ``bad``
        names ``target``.
        """
        for name in ("aaa", "zzz"):
            self.install_plugin(name, HEALTHY.format(name=name))
        site = self.install_plugin.make_distribution(
            "bad-plugin",
            "2.5",
            files={"bad_plugin.py": source},
            entry_points={"aiperf.plugins": {"bad": target}},
        )
        found = self.discover(site, env=env)
        assert found.statuses == {"aaa": "active", "bad": "failed", "zzz": "active"}
        self.check_healthy(found)
        record = found.record("bad")
        assert (record["distribution"], record["version"]) == ("bad-plugin", "2.5")
        assert (record["hooks"], record["entries"]) == ([], [])
        assert "bad" not in found.registered
        assert not [each for each in found.listed if "@bad" in each]
        (warning,) = found.warnings
        assert "\n" not in warning
        for word in ("plugin 'bad' (bad-plugin 2.5)", *words):
            assert word in warning
            assert word in " ".join(record["error"][1].split())
        return found

    @staticmethod
    def check_healthy(found: Discovered) -> None:
        """Check that both healthy plugins have everything."""
        for name in ("aaa", "zzz"):
            assert found.record(name)["entries"] == [
                f"endpoint.{name}={name}_hook",
                f"transport.{name}={name}_lazy",
            ]
            assert f"endpoint.{name}={name}_hook@{name}" in found.listed
            assert f"transport.{name}={name}_lazy@{name}" in found.listed


@pytest.fixture
def fails_alone(install_plugin: Any, discover: Discover) -> Isolated:
    """Give an :class:`Isolated`."""
    return Isolated(install_plugin, discover)


@pytest.fixture
def install_healthy(install_plugin: Any) -> Callable[[Iterable[str]], Path]:
    """Give a function that installs healthy plugins by name and returns their site directory."""

    def install(names: Iterable[str]) -> Path:
        site = None
        for name in names:
            site = install_plugin(name, HEALTHY.format(name=name))
        assert site is not None
        return site

    return install
