"""Overrides: by call, for a block, and by AIPERF_IMPLEMENTATIONS."""

from __future__ import annotations

from threading import RLock

import pytest

from aiperf.plugins.errors import PluginSettingError
from aiperf.plugins.selection import Selection
from aiperf.plugins.slots import FactorySlot

BY_CALL = "EndpointFactory.use_implementation_by_id"


@pytest.fixture
def slot():
    return FactorySlot("endpoint", "EndpointFactory", "acme.factories", "aiperf_register_endpoint")


@pytest.fixture
def selection():
    return Selection(RLock())


def test_nothing_is_selected_at_first(selection, slot):
    """No override is not the same as an override that says nothing."""
    assert selection.override(slot, "chat") is None


def test_a_call_beats_the_variable(selection, slot, monkeypatch):
    """Taken back, it leaves the variable in force, for its own class type only."""
    monkeypatch.setenv("AIPERF_IMPLEMENTATIONS", "endpoint.chat=slow,transport.rank=none")
    assert selection.override(slot, "chat") == ("slow", "AIPERF_IMPLEMENTATIONS")
    selection.set(slot, "chat", "fast")
    assert selection.override(slot, "chat") == ("fast", BY_CALL)
    selection.set(slot, "chat", None)
    assert selection.override(slot, "chat") == ("slow", "AIPERF_IMPLEMENTATIONS")
    assert selection.override(slot, "rank") is None


def test_selecting_forgets_which_class_was_loaded(selection, slot):
    """The next instance is of the class that was selected."""
    slot.classes["chat"] = object
    selection.set(slot, "chat", "fast")
    assert slot.classes == {}


@pytest.mark.parametrize("before", [None, "slow"])
def test_a_block_restores_what_was_selected_before_it(selection, slot, before):
    """Whatever happens in it, also an exception."""
    selection.set(slot, "chat", before)
    expected = selection.override(slot, "chat")

    def fail():
        with selection.restored(slot, "chat"):
            selection.set(slot, "chat", "fast")
            raise KeyError("inside")

    with pytest.raises(KeyError):
        fail()
    assert selection.override(slot, "chat") == expected


def test_the_variable_is_read_once_until_it_is_asked_again(selection, slot, monkeypatch):
    """A resolution does not change half-way through a run."""
    monkeypatch.setenv("AIPERF_IMPLEMENTATIONS", "endpoint.chat=slow")
    assert selection.environment == {("endpoint", "chat"): "slow"}
    monkeypatch.setenv("AIPERF_IMPLEMENTATIONS", "endpoint.chat=fast")
    assert selection.override(slot, "chat") == ("slow", "AIPERF_IMPLEMENTATIONS")
    selection.reread()
    assert selection.override(slot, "chat") == ("fast", "AIPERF_IMPLEMENTATIONS")


def test_a_malformed_variable_is_not_passed_over(selection, slot, monkeypatch):
    """Whoever resolves anything hears of it, each time."""
    monkeypatch.setenv("AIPERF_IMPLEMENTATIONS", "chat")
    for _ in range(2):
        with pytest.raises(PluginSettingError, match="FACTORY"):
            selection.override(slot, "chat")
