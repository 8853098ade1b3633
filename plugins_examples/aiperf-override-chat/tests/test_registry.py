"""What installing the plugin changes, seen through the factory that AIPerf itself uses."""

from __future__ import annotations

from aiperf.common.factories import EndpointFactory, PluginDiscovery


def test_the_plugin_loads() -> None:
    """Discovery finds it by its entry point, and its hook is right."""
    record = PluginDiscovery.discover_all().get("override_chat")
    assert record is not None
    assert (record.status, record.distribution) == ("active", "aiperf-override-chat")


def test_both_endpoints_are_selected() -> None:
    """A plugin comes before a builtin; the builtin stays, and can be chosen by its identifier."""
    PluginDiscovery.discover_all()
    chat = [each.identifier for each in EndpointFactory.list_implementations("chat")]
    completions = [each.identifier for each in EndpointFactory.list_implementations("completions")]
    assert chat[0] == "tagged_chat"
    assert "openai_chat" in chat
    assert completions[0] == "openai_completions"
