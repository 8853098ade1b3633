"""The errors for names that mean nothing."""

from __future__ import annotations

import pytest

from aiperf.plugins.errors import FactoryCreationError, PluginLoadError
from aiperf.plugins.report import PluginRecord, PluginStatus
from aiperf.plugins.slots import FactorySlot
from aiperf.plugins.unknown import (
    absent_plugins_note,
    unknown_class_type,
    unknown_implementation,
)


@pytest.fixture
def slot():
    return FactorySlot("endpoint", "EndpointFactory", "acme.factories", "aiperf_register_endpoint")


def test_an_unknown_class_type_names_the_nearest(slot):
    """It is a factory's error and a TypeError, and carries what was asked for."""
    error = unknown_class_type(slot, "caht", ["chat", "rank"], " Note.")
    assert str(error) == (
        "No implementation registered for 'caht' in EndpointFactory. Did you mean 'chat'? Note."
    )
    assert isinstance(error, FactoryCreationError)
    assert isinstance(error, TypeError)
    assert (error.factory, error.class_type) == ("endpoint", "caht")


def test_an_unknown_implementation_names_the_nearest_and_who_asked(slot, make):
    """A shadowed one is offered as ``identifier@plugin``."""
    candidates = [make.candidate("fast"), make.candidate("fast", make.installed("zzz"))]
    error = unknown_implementation(slot, candidates, "fats", "", asked_by="a variable")
    assert str(error) == (
        "EndpointFactory: 'chat' has no implementation 'fats' (a variable asks for it). "
        "Did you mean 'fast'?"
    )
    assert (error.factory, error.class_type, error.identifier) == ("endpoint", "chat", "fats")
    other = unknown_implementation(slot, candidates, "???", "")
    assert str(other).endswith("has no implementation '???'. Known: 'fast', 'fast@zzz'.")


def test_failed_plugins_are_mentioned_since_one_may_have_the_name(make):
    """Those that did not fail are not."""
    fine = PluginRecord("fine", make.installed("fine"), PluginStatus.ACTIVE)
    error = PluginLoadError("broken")
    bad = [PluginRecord(n, make.installed(n), PluginStatus.FAILED, error=error) for n in "ab"]
    assert absent_plugins_note([fine]) == ""
    assert absent_plugins_note([fine, *bad]) == (
        " Failed plugins, which may have it: a, b (see: aiperf plugins list)."
    )


def test_plugins_that_are_switched_off_are_mentioned_too(make):
    """Some by name, the rest by their number."""
    off = [PluginRecord(n, make.installed(n), PluginStatus.DISABLED) for n in "abcdefghij"]
    assert absent_plugins_note(off[:8]) == (
        " Disabled plugins, which may have it: a, b, c, d, e, f, g, h (see: aiperf plugins list)."
    )
    assert ": a, b, c, d, e, f, g, h and 2 more (see" in absent_plugins_note(off)
