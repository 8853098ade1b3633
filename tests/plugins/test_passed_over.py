"""Version gating: an implementation that needs another version is listed and never selected."""

from __future__ import annotations

import json
import pickle
from textwrap import dedent

import pytest

from aiperf import LazyEntry
from aiperf.plugins.errors import FactoryCreationError, IncompatibleVersionError
from aiperf.plugins.resolver import Rule

TOO_OLD = "needs my-app>=9, this is 1.5: update my-app, or install an earlier version of "
TOO_NEW = "needs my-app<1, this is 1.5: update the plugin, or install an earlier version of my-app"


@pytest.fixture
def app(registry, make):
    """Give the registry of ``my-app`` 1.5, which has a chat endpoint of its own."""
    registry.register_builtins(
        make.plugin([make.entry("own", target="json:JSONDecoder")], "my_app.registry"),
        "my-app",
        "1.5",
    )
    return registry


@pytest.fixture
def gated(app, endpoints, make):  # noqa: ARG001 - the factory is to be there first
    """Register a plugin with an entry that needs ``requires``."""

    def register(requires="my-app>=9", class_type="chat", name="acme", **keywords):
        entry = LazyEntry(class_type, "json", "JSONEncoder", "gated", requires=requires)
        plugin = make.plugin([entry], name, **keywords)
        app.manager.register(plugin)
        return plugin

    return register


def test_an_implementation_that_holds_is_as_any_other(endpoints, gated):
    """It comes before the builtin."""
    gated("my-app>=1.2,<2")
    assert endpoints.get_class_from_type("chat") is json.JSONEncoder
    assert endpoints.list_implementations("chat")[0].requires == ("my-app>=1.2,<2",)


@pytest.mark.parametrize("requires", ["my-app>=9", "my-app<1"])
def test_it_is_listed_with_the_reason_and_never_selected_by_itself(endpoints, gated, requires):
    """Not even before all others by its hook's order."""
    gated(requires, tryfirst=True)
    assert endpoints.get_class_from_type("chat") is json.JSONDecoder
    own, other = endpoints.list_implementations("chat")
    assert (own.reference, own.is_selected, own.unmet) == ("own", True, "")
    assert (other.reference, other.is_selected) == ("gated", False)
    assert other.unmet == (TOO_NEW if "<" in requires else f"{TOO_OLD}the plugin")
    assert pickle.loads(pickle.dumps(other)) == other


def test_explaining_it_gives_the_reason_and_the_step(endpoints, gated):
    """No line would select it, so what to install stands there."""
    gated()
    explanation = endpoints.explain("chat")
    (loss,) = explanation.losers
    assert (loss.rule, loss.reason) == (Rule.VERSIONS, f"{TOO_OLD}the plugin")
    assert loss.to_select == "update my-app, or install an earlier version of the plugin"
    assert str(explanation).splitlines()[2:] == [
        f"  not selected: gated: {TOO_OLD}the plugin",
        "    to select it: update my-app, or install an earlier version of the plugin",
    ]


def test_selecting_it_is_an_error_with_the_reason(endpoints, gated, monkeypatch):
    """By a call at once; by the variable when it is used. What was selected stays so."""
    gated()
    with pytest.raises(IncompatibleVersionError) as caught:
        endpoints.use_implementation_by_id("chat", "gated")
    assert str(caught.value) == (
        "EndpointFactory: 'chat' implementation 'gated' from runtime registration by 'acme' "
        f"{TOO_OLD}the plugin."
    )
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.identifier, again.unmet) == ("gated", f"{TOO_OLD}the plugin")
    assert endpoints.get_class_from_type("chat") is json.JSONDecoder
    monkeypatch.setenv("AIPERF_IMPLEMENTATIONS", "endpoint.chat=gated")
    endpoints.plugin_registry.reread_environment()
    with pytest.raises(
        IncompatibleVersionError, match=r"'acme' \(AIPERF_IMPLEMENTATIONS asks for it\) needs"
    ):
        endpoints.create_instance("chat")
    explanation = endpoints.explain("chat")
    assert explanation.winner is None
    assert [loss.rule for loss in explanation.losers] == [Rule.OVERRIDE, Rule.VERSIONS]


def test_a_class_type_without_any_other_is_an_error_with_the_reason(endpoints, gated):
    """It is left out of what can be created, but not out of the list."""
    gated(class_type="rank")
    with pytest.raises(FactoryCreationError, match=r"needs my-app>=9, this is 1\.5"):
        endpoints.create_instance("rank")
    with pytest.raises(IncompatibleVersionError):
        endpoints.get_class_from_type("rank")
    assert endpoints.get_all_class_types() == ["chat"]
    assert endpoints.get_all_classes() == [json.JSONDecoder]
    assert [each.class_type for each in endpoints.list_implementations()] == ["chat", "rank"]
    explanation = endpoints.explain("rank")
    assert (explanation.winner, explanation.losers[0].rule) == (None, Rule.VERSIONS)


def test_it_does_not_shadow_what_it_shares_an_identifier_with(endpoints, app, make):
    """The identifier means the one that can be used; with ``@plugin`` it says why not."""
    entry = LazyEntry("chat", "json", "JSONEncoder", "own", requires="my-app>=9")
    app.manager.register(make.plugin([entry]))
    with endpoints.using("chat", "own"):
        assert endpoints.get_class_from_type("chat") is json.JSONDecoder
    with pytest.raises(IncompatibleVersionError):
        endpoints.use_implementation_by_id("chat", "own@acme")


@pytest.mark.usefixtures("app")
def test_a_registration_by_call_may_state_versions_too(endpoints):
    """As a string or a tuple."""
    endpoints.register_lazy(
        "chat", "json", "JSONEncoder", "gated", is_plugin=True, requires=("my-app>=1", "my-app<1")
    )
    assert endpoints.get_class_from_type("chat") is json.JSONDecoder
    assert endpoints.list_implementations("chat")[1].unmet == TOO_NEW


def test_the_application_may_register_itself_last(registry, endpoints, make):
    """The versions are compared when a class type is resolved, not when an entry is stored."""
    entry = LazyEntry("chat", "json", "JSONEncoder", "gated", requires="my-app>=1,<2")
    registry.manager.register(make.plugin([entry]))
    assert "which is not installed" in endpoints.list_implementations("chat")[0].unmet
    registry.register_builtins(make.plugin([], "my_app.registry"), "my-app", "1.5")
    assert endpoints.list_implementations("chat")[0].unmet == ""


@pytest.mark.usefixtures("endpoints")
def test_plugins_that_all_need_another_version_are_no_tie(make, registry, warned):
    """There is nothing to choose between them."""
    for name in ("aaa", "zzz"):
        entry = LazyEntry("chat", "json", "JSONEncoder", name, requires="no-such-distribution")
        make.load(registry, make.installed(name), make.plugin([entry], name))
    slot = registry.slots["endpoint"]
    registry.warn_of_tie(slot, "chat")
    assert warned() == []


GATED = """
from aiperf import LazyEntry, hookimpl


@hookimpl
def aiperf_register_endpoint():
    return [
        LazyEntry("chat", "acme.chat", "Chat", identifier="acme", requires="aiperf>=99"),
        LazyEntry("completions", "acme.chat", "Text", identifier="text", requires="aiperf>=99"),
        LazyEntry("acme_only", "acme.chat", "Chat", identifier="fine"),
    ]
"""
RANGES = """
from aiperf import LazyEntry, hookimpl


@hookimpl
def aiperf_register_endpoint():
    return [
        LazyEntry("chat", "acme.now", "Chat", identifier="now", requires="aiperf<99"),
        LazyEntry("chat", "acme.next", "Chat", identifier="next", requires="aiperf>=99"),
    ]
"""


def test_discovery_warns_once_for_each_plugin(install_plugin, discover):
    """The plugin's record has a line for each entry, and its other entries are used."""
    after = """
    PluginDiscovery.refresh()
    extra["selected"] = EndpointFactory.list_implementations("chat")[0].identifier
    extra["classes"] = EndpointFactory.get_all_class_types()
    """
    found = discover(install_plugin("acme", GATED, version="2.0"), after=after)
    assert found.error is None
    assert found.statuses == {"acme": "active"}
    (warning,) = found.warnings
    assert warning.startswith(
        "plugin 'acme' (acme 2.0): endpoint.chat=acme, endpoint.completions=text are passed "
        "over: each needs aiperf>=99, this is "
    )
    assert warning.endswith(": update aiperf, or install an earlier version of acme.")
    chat, completions = found.record("acme")["unmet"]
    assert chat.startswith("endpoint.chat=acme needs aiperf>=99, this is ")
    assert completions.startswith("endpoint.completions=text needs ")
    assert len(found.record("acme")["entries"]) == 3
    assert found.extra["selected"] == "openai_chat"
    assert "acme_only" in found.extra["classes"]


def test_one_entry_is_told_as_one(install_plugin, discover):
    """Not as several are."""
    text = """
from aiperf import LazyEntry, hookimpl


@hookimpl
def aiperf_register_endpoint():
    return [LazyEntry("chat", "acme_chat", "Chat", requires="aiperf>=99")]
"""
    (warning,) = discover(install_plugin("one", text)).warnings
    assert "endpoint.chat=Chat is passed over: it needs aiperf>=99, this is " in warning


def test_a_plugin_with_an_entry_for_each_range_has_nothing_to_tell(install_plugin, discover):
    """The one that suits is selected, in silence."""
    after = 'extra["selected"] = EndpointFactory.list_implementations("chat")[0].identifier'
    found = discover(install_plugin("acme", RANGES), after=after)
    assert (found.warnings, found.extra["selected"]) == ([], "now")
    assert len(found.record("acme")["unmet"]) == 1


def test_where_failures_are_errors_so_is_this(install_plugin, discover):
    """``AIPERF_PLUGINS_STRICT=1`` passes nothing over."""
    found = discover(install_plugin("acme", GATED), env={"AIPERF_PLUGINS_STRICT": "1"})
    assert found.error[0] == "DiscoveryError"
    assert (
        "endpoint.chat=acme, endpoint.completions=text are passed over: each needs"
        in (found.error[1])
    )
    assert found.warnings == []


def test_the_variable_that_names_it_is_an_error_of_discovery(install_plugin, discover):
    """A person who chose it does not get another one instead."""
    found = discover(
        install_plugin("acme", GATED), env={"AIPERF_IMPLEMENTATIONS": "endpoint.chat=acme"}
    )
    assert found.error[0] == "PluginSettingError"
    assert found.error[1].startswith(
        "AIPERF_IMPLEMENTATIONS has endpoint.chat=acme, but 'acme' from plugin 'acme' (acme 1.0) "
        "needs aiperf>=99, this is "
    )


def test_a_malformed_requirement_fails_its_plugin_alone(fails_alone):
    """It is found when the hook is called."""
    fails_alone(
        dedent("""
        from aiperf import LazyEntry, hookimpl

        @hookimpl
        def aiperf_register_endpoint():
            return [LazyEntry("chat", "a", "B", requires="aiperf=>1")]
        """),
        "PluginValidationError",
        "'aiperf=>1' is not a requirement",
    )


def test_nothing_is_imported_for_plugins_that_state_nothing(install_healthy, discover):
    """Versions are compared only where somebody asks for it."""
    found = discover(install_healthy(["aaa"]))
    assert "aiperf.plugins.requirements" not in found.modules
    assert not any(name.startswith("packaging.") for name in found.modules)
