"""Overrides: by call, for a block, and by AIPERF_IMPLEMENTATIONS."""

from __future__ import annotations

from threading import RLock

import pytest

from aiperf.plugins.errors import PluginSettingError
from aiperf.plugins.selection import Override, Selection, chosen_line
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
    assert selection.override(slot, "chat") == Override("slow", "AIPERF_IMPLEMENTATIONS")
    selection.set(slot, "chat", "fast")
    assert selection.override(slot, "chat") == Override("fast", BY_CALL)
    selection.set(slot, "chat", None)
    assert selection.override(slot, "chat") == Override("slow", "AIPERF_IMPLEMENTATIONS")
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
    assert selection.override(slot, "chat") == Override("slow", "AIPERF_IMPLEMENTATIONS")
    selection.reread()
    assert selection.override(slot, "chat") == Override("fast", "AIPERF_IMPLEMENTATIONS")


def test_a_malformed_variable_is_not_passed_over(selection, slot, monkeypatch):
    """Whoever resolves anything hears of it, each time."""
    monkeypatch.setenv("AIPERF_IMPLEMENTATIONS", "chat")
    for _ in range(2):
        with pytest.raises(PluginSettingError, match="FACTORY"):
            selection.override(slot, "chat")


def test_options_beat_the_variable_and_are_beaten_by_a_call(selection, slot, monkeypatch):
    """Each is known with who set it, the one in force first."""
    monkeypatch.setenv("AIPERF_IMPLEMENTATIONS", "endpoint.chat=slow")
    selection.take_options(["endpoint.chat=fast", "transport.rank=a,ui.x=b"])
    selection.set(slot, "chat", "mine")
    assert list(selection.overrides(slot, "chat")) == [
        Override("mine", BY_CALL),
        Override("fast", "--use"),
        Override("slow", "AIPERF_IMPLEMENTATIONS"),
    ]
    assert selection.override(slot, "chat").source == BY_CALL
    assert [(source, key) for source, key, _ in selection.every_choice()] == [
        ("--use", ("endpoint", "chat")),
        ("--use", ("transport", "rank")),
        ("--use", ("ui", "x")),
        ("AIPERF_IMPLEMENTATIONS", ("endpoint", "chat")),
    ]


@pytest.mark.parametrize("texts", [["chat=x"], ["endpoint.chat=a", "endpoint.chat=b"]])
def test_a_malformed_option_names_the_option_and_changes_nothing(selection, texts):
    """As a malformed variable does."""
    selection.take_options(["endpoint.chat=fast"])
    with pytest.raises(PluginSettingError, match=r"^--use='") as caught:
        selection.take_options(texts)
    assert caught.value.variable == "--use"
    assert dict(selection.options) == {("endpoint", "chat"): "fast"}


def test_a_line_for_the_variable_keeps_the_rest():
    """Its own item is replaced, or taken out, and no item at all is an unset variable."""
    chosen = {("ui", "x"): "b", ("endpoint", "chat"): "slow"}
    key = ("endpoint", "chat")
    assert chosen_line(chosen, key, "fast") == 'AIPERF_IMPLEMENTATIONS="endpoint.chat=fast,ui.x=b"'
    assert chosen_line(chosen, key, None) == 'AIPERF_IMPLEMENTATIONS="ui.x=b"'
    assert chosen_line({key: "slow"}, key, None) == "unset AIPERF_IMPLEMENTATIONS"
