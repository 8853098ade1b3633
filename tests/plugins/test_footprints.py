"""What importing a plugin changes, and what is taken back when it fails."""

from __future__ import annotations

import os
import sys

import pytest

from aiperf.plugins.footprints import Footprint


@pytest.fixture
def _kept(monkeypatch):
    """Give the interpreter's lists back after the test."""
    for name in ("path", "meta_path", "path_hooks"):
        monkeypatch.setattr(sys, name, list(getattr(sys, name)))
    monkeypatch.setattr(sys, "modules", dict(sys.modules))


@pytest.mark.usefixtures("_kept")
class TestErasing:
    """A failed plugin leaves what was there before, in its order."""

    @pytest.mark.parametrize("name", ["path", "meta_path", "path_hooks"])
    def test_what_was_added_goes(self, name):
        """At either end; what is equal to it but was there before stays."""
        before = list(getattr(sys, name))
        footprint = Footprint("acme.registry")
        getattr(sys, name).insert(0, "first")
        getattr(sys, name).append("last")
        assert footprint.ends() == []
        assert not footprint.is_empty
        footprint.erase(modules=True)
        assert getattr(sys, name) == before

    def test_nothing_added_is_nothing_to_erase(self):
        """As with most plugins."""
        footprint = Footprint("acme")
        footprint.ends()
        assert footprint.is_empty

    @pytest.mark.parametrize("modules", [True, False])
    def test_modules_of_its_package_go_if_asked(self, modules):
        """Those that it found there, and other packages, stay."""
        sys.modules |= {"acme": sys, "acmes": sys}
        footprint = Footprint("acme.registry")
        sys.modules |= {"acme.registry": sys, "acme.part.deep": sys, "other": sys}
        footprint.ends()
        footprint.erase(modules=modules)
        left = {name for name in sys.modules if name.startswith(("acme", "other"))}
        kept = {"acme.registry", "acme.part.deep"}
        assert left == {"acme", "acmes", "other"} | (set() if modules else kept)

    def test_two_at_once_keep_everything(self):
        """Nobody can say which of two imports in two threads changed something."""
        first = Footprint("one")
        second = Footprint("two")
        sys.path.append("added")
        sys.modules["two"] = sys
        for each in (first, second):
            each.ends()
            each.erase(modules=True)
        assert sys.path[-1] == "added"
        assert "two" in sys.modules
        third = Footprint("three")
        sys.path.append("more")
        third.ends()
        third.erase(modules=True)
        assert sys.path[-1] == "added"


def test_the_registrys_variables_are_what_they_were_again(monkeypatch):
    """Those that were set, changed or taken away are named; others are the plugin's affair."""
    monkeypatch.setenv("AIPERF_PLUGIN_MODULES", "acme")
    monkeypatch.setenv("AIPERF_PLUGINS_STRICT", "1")
    monkeypatch.setenv("ACME", "1")
    footprint = Footprint("acme")
    os.environ["AIPERF_PLUGIN_MODULES"] = "mine"
    os.environ["AIPERF_IMPLEMENTATIONS"] = "endpoint.chat=mine"
    del os.environ["AIPERF_PLUGINS_STRICT"]
    os.environ["ACME"] = "2"
    assert footprint.ends() == [
        "AIPERF_IMPLEMENTATIONS",
        "AIPERF_PLUGINS_STRICT",
        "AIPERF_PLUGIN_MODULES",
    ]
    assert os.environ["AIPERF_PLUGIN_MODULES"] == "acme"
    assert os.environ["AIPERF_PLUGINS_STRICT"] == "1"
    assert "AIPERF_IMPLEMENTATIONS" not in os.environ
    assert os.environ["ACME"] == "2"
