"""What installing the plugin changes, seen through the factory that AIPerf itself uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiperf.common.factories import EndpointFactory

if TYPE_CHECKING:
    from aiperf.testing import IsolatedPlugins


def test_the_plugin_loads(aiperf_plugins: IsolatedPlugins) -> None:
    """Discovery finds it by its entry point, and its hook is right."""
    report = aiperf_plugins.load_installed("aiperf-override-chat")
    assert [(each.name, each.status) for each in report] == [("override_chat", "active")]


@pytest.mark.aiperf_plugins(installed=["aiperf-override-chat"])
def test_both_endpoints_are_selected() -> None:
    """A plugin comes before a builtin; the builtin stays, and can be chosen by its identifier."""
    chat = [each.identifier for each in EndpointFactory.list_implementations("chat")]
    completions = [
        each.identifier for each in EndpointFactory.list_implementations("plain_completions")
    ]
    assert chat == ["tagged_chat", "openai_chat"]
    assert completions == ["plain_completions"]


@pytest.mark.usefixtures("aiperf_plugins")
def test_without_the_plugin_the_builtin_is_alone() -> None:
    """An isolated registry has no installed plugin unless a test asks for it."""
    chat = [each.identifier for each in EndpointFactory.list_implementations("chat")]
    assert chat == ["openai_chat"]
