"""Where an entry came from, and the names by which a person may mean it."""

from __future__ import annotations

import pickle

import pytest

from aiperf.plugins.origins import Origin, OriginKind, normalized

BUILTIN = Origin(OriginKind.BUILTIN, "aiperf", "aiperf.aiperf_registry", "aiperf", "1.2")
INSTALLED = Origin(
    OriginKind.ENTRY_POINT, "fast", "acme.registry", "Acme.AIPerf_Plugin", "3.0", "fast", "/site"
)
NAMED = Origin(OriginKind.MODULE, "local.plugin:made", "local.plugin", position=2)
CALLED = Origin(OriginKind.RUNTIME, "app.main", "app.main")


@pytest.mark.parametrize(
    "name", ["fast", "acme.registry", "acme-aiperf-plugin", "ACME_AIPERF.PLUGIN"]
)
def test_an_installed_plugin_answers_to_plugin_module_and_distribution(name):
    """A distribution's name may be spelled in any way that installers take as the same."""
    assert INSTALLED.answers_to(name)
    assert not CALLED.answers_to(name)


def test_an_installed_plugin_may_be_meant_by_its_entry_point():
    """Where two distributions have one of that name, it means both, whatever they are called."""
    first, second = (
        Origin(OriginKind.ENTRY_POINT, plugin, distribution=distribution, entry_point="fast")
        for plugin, distribution in (("fast", "acme"), ("other:fast", "Other"))
    )
    assert first.is_called("fast")
    assert second.is_called("fast")
    assert not second.answers_to("fast")
    assert second.is_called("other")
    assert not second.is_called("fas")


@pytest.mark.parametrize("name", ["", "fas", "acme", "builtin", "acme-aiperf"])
def test_nothing_answers_to_part_of_a_name(name):
    """A prefix, or no name at all, means nothing."""
    assert not any(origin.answers_to(name) for origin in (INSTALLED, NAMED, CALLED))


def test_only_builtins_answer_to_builtin():
    """Whatever a plugin, its module or its distribution is called, ``builtin`` is not it."""
    claims = Origin(OriginKind.ENTRY_POINT, "builtin", "builtin", "builtin", "1.0", "builtin")
    assert BUILTIN.answers_to("builtin")
    assert BUILTIN.answers_to("aiperf")
    assert not claims.answers_to("builtin")


def test_an_origin_shows_what_a_person_needs_to_find_it():
    """The text has the plugin, and the distribution and version where there is one."""
    assert str(BUILTIN) == "builtin (aiperf 1.2)"
    assert str(INSTALLED) == "plugin 'fast' (Acme.AIPerf_Plugin 3.0)"
    assert str(NAMED) == "plugin 'local.plugin:made' (a module in AIPERF_PLUGIN_MODULES)"
    assert str(CALLED) == "runtime registration by 'app.main'"
    unversioned = Origin(OriginKind.ENTRY_POINT, "acme", distribution="acme")
    assert str(unversioned) == "plugin 'acme' (acme)"


@pytest.mark.parametrize("name", ["Acme_Plugin", "acme.plugin", "ACME-plugin", "acme._-plugin"])
def test_all_spellings_of_a_distribution_are_one(name):
    """Case and runs of dots, dashes and underscores say nothing (PEP 503)."""
    assert normalized(name) == "acme-plugin"


@pytest.mark.parametrize("origin", [BUILTIN, INSTALLED, NAMED, CALLED])
def test_an_origin_survives_pickling(origin):
    """A worker gets the same value."""
    assert pickle.loads(pickle.dumps(origin)) == origin


def test_a_module_is_called_in_variables_as_it_was_named():
    """Its plugin's name may differ, where an installed plugin has it already."""
    module = Origin(OriginKind.MODULE, "module:acme.x:y", "acme.x")
    assert module.variable_name == "acme.x:y"
    assert Origin(OriginKind.ENTRY_POINT, "module:acme", "acme").variable_name == "module:acme"
