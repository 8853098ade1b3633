"""What was seen to go wrong in other plugin systems and clients; each has a test here."""

from __future__ import annotations

import json

import pytest

from aiperf.common.factories import EndpointFactory

CHAT = """
from aiperf import LazyEntry, hookimpl

@hookimpl
def aiperf_register_endpoint():
    return [LazyEntry("chat", "{module}", "Chat", identifier="{identifier}")]
"""


@pytest.mark.parametrize(
    "words",
    [
        ["plugins", "show", "endpoint", "nowhere"],
        ["plugins", "show", "nothing", "chat"],
        ["plugins", "why", "endpoint", "nowhere"],
        ["plugins", "validate", "nowhere"],
        ["plugins", "list", "--factory", "nothing"],
        ["profile", "--endpoint-type", "nowhere"],
        ["profile", "--use", "endpoint.chat=nowhere"],
    ],
    ids=" ".join,
)
def test_an_unknown_name_is_an_error(aiperf, tmp_path, words):
    """Not exit code 0: a script has to notice it. It is one line, and no traceback."""
    more = ["--artifact-dir", str(tmp_path / "run")] if words[0] == "profile" else []
    run = aiperf(*words, *more)
    assert run.returncode in (1, 2)
    assert "Traceback" not in run.stderr
    assert [line for line in run.stderr.splitlines() if line.startswith("Error: ")]
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("distribution", ["aiperf-extras", "aiperf.builtin", "aiperfect"])
def test_no_distribution_passes_for_a_builtin_by_its_name(aiperf, install_plugin, distribution):
    """Where an entry came from is what discovery saw, not what something is called."""
    site = install_plugin(
        distribution, CHAT.format(module="x", identifier="x"), module="extras", entry_point="aiperf"
    )
    run = aiperf("plugins", "list", "--json", path=[site])
    listed = {
        each["identifier"]: each["origin"]
        for each in json.loads(run.stdout)["implementations"]
        if each["class_type"] == "chat"
    }
    assert listed == {"x": "entry-point", "openai_chat": "builtin"}


def test_an_entry_point_named_like_the_host_replaces_nothing(aiperf, install_plugin):
    """All builtins stay, wherever on the path it is."""
    before = json.loads(aiperf("plugins", "list", "--json").stdout)["implementations"]
    site = install_plugin(
        "early", CHAT.format(module="x", identifier="x"), module="early", entry_point="aiperf"
    )
    after = json.loads(aiperf("plugins", "list", "--json", path=[site]).stdout)["implementations"]
    assert len(after) == len(before) + 1


def test_taking_an_override_or_a_plugin_away_keeps_the_builtin(aiperf_plugins):
    """What stood before stands again."""
    before = EndpointFactory.list_implementations("chat")
    aiperf_plugins.add("endpoint", "chat", "json:JSONDecoder", identifier="openai_chat")
    EndpointFactory.use_implementation_by_id("chat", "openai_chat@builtin")
    EndpointFactory.clear_implementation("chat")
    assert EndpointFactory.explain("chat").winner.class_name == "JSONDecoder"
    aiperf_plugins.refresh()
    for name in [name for name, _ in aiperf_plugins.registry.manager.list_name_plugin()]:
        if name != "aiperf":
            aiperf_plugins.unregister(name)
    left = [each for each in EndpointFactory.list_implementations("chat") if each.is_builtin]
    assert [each.identifier for each in left] == [each.identifier for each in before]


def test_broken_implementations_are_not_offered_as_choices(aiperf, install_plugin):
    """Neither those of a plugin that failed, nor one whose class does not exist."""
    install_plugin(
        "failed", "raise ValueError('bad day')\n" + CHAT.format(module="", identifier="")
    )
    source = """
    from aiperf import LazyEntry, hookimpl

    @hookimpl
    def aiperf_register_endpoint():
        return [
            LazyEntry("works", "json", "JSONDecoder"),
            LazyEntry("has_no_module", "nowhere_at_all", "Chat"),
            LazyEntry("has_no_class", "json", "Chat"),
        ]
    """
    site = install_plugin("mixed", source)
    run = aiperf("profile", "--help", path=[site], env={"COLUMNS": "200"})
    assert run.returncode == 0
    assert "works" in run.stdout
    assert "has_no_" not in run.stdout
