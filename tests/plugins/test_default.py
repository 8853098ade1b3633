"""The one registry of a process."""

from __future__ import annotations

from aiperf.common.factories import EndpointFactory, PluginDiscovery
from aiperf.common.factory import AIPerfFactory
from aiperf.plugins.default import default_registry
from aiperf.plugins.registry import Registry


def test_every_factory_is_on_it_unless_it_says_otherwise(registry):
    """An application may have a registry of its own."""
    assert isinstance(default_registry, Registry)
    assert EndpointFactory.plugin_registry is default_registry
    assert PluginDiscovery.so_far().plugins == ()

    class OwnFactory(AIPerfFactory, registry=registry):
        """On another registry."""

    assert list(registry.slots) == ["own"]
    assert "own" not in default_registry.slots
    assert OwnFactory.plugin_registry is registry
