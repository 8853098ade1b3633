"""The concrete factories, and discovery for all of them."""

from __future__ import annotations

import inspect

import pytest

from aiperf.common import factories, protocols
from aiperf.common.factories import PluginDiscovery
from aiperf.common.factory import AIPerfFactory
from aiperf.plugins.default import default_registry
from aiperf.plugins.report import DiscoveryReport

FACTORIES = {
    name: value
    for name, value in vars(factories).items()
    if isinstance(value, type)
    and issubclass(value, AIPerfFactory)
    and value.__module__ == factories.__name__
}


def test_the_factories_are_those_of_the_host():
    """One for each pluggable part; all of them are public."""
    assert set(FACTORIES) == {
        f"{part}Factory"
        for part in (
            "Endpoint",
            "Transport",
            "Dataset",
            "Arrival",
            "Metric",
            "Exporter",
            "UI",
            "Tokenizer",
            "Executor",
        )
    }
    assert set(FACTORIES) | {
        "AIPerfFactory",
        "AIPerfSingletonFactory",
        "FactoryCreationError",
        "FactoryMixin",
        "InvalidStateError",
        "PluginDiscovery",
    } == set(factories.__all__)


@pytest.mark.parametrize("factory", FACTORIES.values(), ids=FACTORIES)
def test_a_factory_names_its_protocol_and_tells_what_it_wants(factory):
    """The hook's documentation says what an implementation must provide, and shows one whole."""
    name = factory.__name__.removesuffix("Factory")
    assert hasattr(protocols, f"{name}Protocol")
    hook = getattr(default_registry.manager.hook, f"aiperf_register_{name.lower()}")
    documentation = hook.spec.function.__doc__
    assert inspect.cleandoc(documentation).startswith(inspect.getdoc(factory).splitlines()[0])
    assert "An implementation provides" in documentation
    assert "Protocol``" in documentation
    content = {"__name__": "acme"}
    exec("if True:\n" + documentation.partition("Example::")[2], content)  # noqa: S102 - as shown
    (entry,) = content[f"aiperf_register_{name.lower()}"]()
    assert entry.module_path == "acme"
    assert entry.class_name in content, "the class is there, too"


@pytest.mark.parametrize("factory", FACTORIES.values(), ids=FACTORIES)
def test_every_factory_has_its_builtins(factory):
    """They are listed without a plugin and without discovery."""
    listed = factory.list_implementations()
    assert listed
    assert all(each.is_builtin and not each.is_plugin for each in listed)
    assert {each.class_type for each in listed} == set(factory.get_all_class_types())


def test_discovery_is_for_the_process(monkeypatch):
    """Both calls give a report; what is known so far can be asked for without loading anything."""
    monkeypatch.setenv("AIPERF_PLUGIN_AUTOLOAD", "0")
    report = PluginDiscovery.discover_all()
    assert isinstance(report, DiscoveryReport)
    assert PluginDiscovery.discover_all() is report
    again = PluginDiscovery.refresh()
    assert again is not report
    assert again == report
    assert PluginDiscovery.so_far().plugins == report.plugins
