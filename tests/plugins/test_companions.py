"""Plugins that another plugin registers: same origin, same fate."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from aiperf import LazyEntry, hookimpl
from aiperf.plugins.loading import load_plugin
from aiperf.plugins.origins import OriginKind

LEADER = """
from types import SimpleNamespace

from aiperf import LazyEntry, hookimpl
from aiperf.plugins.default import default_registry

companion = SimpleNamespace(
    aiperf_register_transport=hookimpl(lambda: [LazyEntry("tcp", "json", "JSONDecoder")])
)
default_registry.manager.register(companion, "companion")

@hookimpl
def aiperf_register_endpoint():
    return [LazyEntry("chat", "json", "JSONDecoder", identifier="leader")]
"""


def test_it_has_its_leaders_origin_and_comes_and_goes_with_it(discover, install_plugin):
    """Disabled with its leader, there again with it, though the module is not imported again."""
    found = discover(
        install_plugin("acme", LEADER),
        after="""
        import os

        def seen():
            return [
                (str(each.origin.kind), each.origin.distribution, each.origin.plugin)
                for each in TransportFactory.list_implementations("tcp")
            ]

        extra["first"] = seen()
        os.environ["AIPERF_PLUGINS_DISABLED"] = "acme"
        PluginDiscovery.refresh()
        extra["disabled"] = seen()
        del os.environ["AIPERF_PLUGINS_DISABLED"]
        PluginDiscovery.refresh()
        extra["again"] = seen()
        manager.unregister(name="acme")
        extra["unregistered"] = seen()
        """,
    )
    there = [["entry-point", "acme", "companion"]]
    assert found.extra == {"first": there, "disabled": [], "again": there, "unregistered": []}


@pytest.fixture
def transports(registry):
    """The registry's transports, for what a companion brings."""
    return registry.define_factory("transport", "TransportFactory", "tests", "")


def test_a_companion_that_a_hook_registers_is_registered_by_the_next_call(
    registry, make, endpoints, transports
):
    """It goes with its leader and is not put back in its stead."""

    def hook():
        if not registry.manager.has_plugin("companion"):
            give = hookimpl(lambda: [LazyEntry("tcp", "json", "JSONDecoder")])
            companion = SimpleNamespace(aiperf_register_transport=give)
            registry.manager.register(companion, "companion")
        return [make.entry("leader")]

    leader, origin = make.plugin(hook), make.installed("acme")
    assert load_plugin(registry.manager, origin, lambda: leader)
    assert [each.identifier for each in endpoints.list_implementations("chat")] == ["leader"]
    (there,) = registry.candidates(transports, "tcp")
    assert (there.origin.kind, there.origin.plugin) == (OriginKind.ENTRY_POINT, "companion")
    registry.manager.unregister(name="acme")
    assert registry.candidates(transports, "tcp") == ()
    assert load_plugin(registry.manager, origin, lambda: leader)
    assert registry.candidates(transports, "tcp") == ()
    endpoints.list_implementations("chat")
    assert len(registry.candidates(transports, "tcp")) == 1


def test_a_companion_that_somebody_took_out_is_left_out(registry, make, endpoints, transports):
    """And one that another plugin's name has taken meanwhile is not touched."""
    companion = make.plugin([], "companion")

    def load():
        registry.manager.register(companion, "companion")
        return leader

    assert endpoints
    assert transports
    leader, origin = make.plugin([make.entry("leader")]), make.installed("json")
    assert load_plugin(registry.manager, origin, load)
    registry.manager.unregister(name="companion")
    other = make.plugin([], "other")
    registry.manager.register(other, "companion")
    registry.manager.unregister(name="json")
    assert registry.manager.get_plugin("companion") is other
    assert load_plugin(registry.manager, origin, lambda: leader)
    assert registry.manager.get_plugin("companion") is other
