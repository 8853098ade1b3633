"""Plugins that might have brought what somebody looks for, and are not there."""

from __future__ import annotations

import pytest

from aiperf.plugins.absent import absent
from aiperf.plugins.errors import PluginLoadError
from aiperf.plugins.origins import Origin, OriginKind
from aiperf.plugins.report import PluginRecord, PluginStatus
from aiperf.plugins.slots import FactorySlot


@pytest.fixture
def slot():
    return FactorySlot("endpoint", "EndpointFactory", "acme", "aiperf_register_endpoint")


@pytest.fixture
def record(make, tmp_path, monkeypatch):
    """Give what makes the record of a plugin whose module has the text that is given."""
    monkeypatch.syspath_prepend(tmp_path)

    def build(name, status, text=None, **more):
        if text is not None:
            (tmp_path / f"{name}.py").write_text(text)
        return PluginRecord(name, make.installed(name), status, **more)

    return build


def failed(record, name, text=None):
    error = PluginLoadError(f"plugin {name!r} ({name} 1.0): importing it\nfailed. Update it.")
    return record(name, PluginStatus.FAILED, text, error=error)


def test_a_failed_and_a_disabled_plugin_are_told(slot, record):
    """With the reason in one line, without what is said beside it, and what brings them back."""
    disabled = record("off", PluginStatus.DISABLED, "", reason="AIPERF_PLUGINS_DISABLED names it")
    first, second = absent(slot, [failed(record, "bad"), disabled])
    assert (first.plugin, first.status) == ("bad", "failed")
    assert first.reason == "importing it failed. Update it."
    assert first.origin.distribution == "bad"
    assert "next step" in first.to_return
    assert (second.plugin, second.status) == ("off", "disabled")
    assert second.reason == "AIPERF_PLUGINS_DISABLED names it"
    assert second.to_return == "Take off out of AIPERF_PLUGINS_DISABLED."


def test_healthy_plugins_are_not_absent(slot, record):
    records = [record("a", PluginStatus.ACTIVE), record("b", PluginStatus.EMPTY)]
    assert absent(slot, records) == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def aiperf_register_endpoint(): ...", True),
        ("EndpointFactory.register_lazy()", True),
        ("from hooks import *", True),
        ("def aiperf_register_metric(): ...", False),
        (None, True),
    ],
)
def test_one_that_is_for_other_factories_alone_is_left_out(slot, record, text, told):
    """Its source tells; where nothing can be read it is in."""
    assert bool(absent(slot, [failed(record, "maybe_absent", text)])) is told


def test_one_whose_module_is_loaded_under_another_name_is_not_absent(slot, record):
    """It was only passed over in favour of the module that the variable names."""
    reason = "AIPERF_PLUGIN_MODULES names its module, which is loaded from there"
    installed = record("twice", PluginStatus.DISABLED, "", reason=reason)
    module = Origin(OriginKind.MODULE, "twice", "twice")
    loaded = PluginRecord("module:twice", module, PluginStatus.ACTIVE)
    assert absent(slot, [installed, loaded]) == ()
    (told,) = absent(slot, [installed])
    assert told.to_return.startswith("Repair the module that AIPERF_PLUGIN_MODULES names")


def test_one_that_the_application_blocked_says_so(slot, record):
    blocked = record("off", PluginStatus.DISABLED, "", reason="the application blocked its name")
    assert "unblock" in absent(slot, [blocked])[0].to_return


def test_one_whose_metadata_cannot_be_read_has_no_module(slot):
    """It is told: nobody knows what is in it."""
    origin = Origin(OriginKind.ENTRY_POINT, "bad", "", "bad")
    record = PluginRecord("bad", origin, PluginStatus.FAILED, error=PluginLoadError("unreadable"))
    assert len(absent(slot, [record])) == 1
