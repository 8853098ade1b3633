"""``aiperf plugins why``: the winner, the losers, and changes that really change it."""

from __future__ import annotations

import json
import shlex

import pytest

import aiperf as package

HOOK = """
    from aiperf import LazyEntry, hookimpl

    @hookimpl({options})
    def aiperf_register_endpoint():
        return [LazyEntry("chat", "{name}_classes", "Chat", identifier="{identifier}")]
"""


def hook(name, identifier=None, options=""):
    return HOOK.format(name=name, identifier=identifier or name, options=options)


@pytest.fixture
def why(aiperf):
    """Give what runs ``aiperf plugins why endpoint chat --json`` and returns the document."""

    def run(site, *words, env=None, code=0):
        more = {"path": [site], "env": env, "warnings_are_errors": False}
        done = aiperf("plugins", "why", "endpoint", "chat", "--json", *words, **more)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture
def site(install_plugin):
    """Install three plugins that want one place, one of them a failed one."""
    install_plugin("acme", hook("acme"), version="2.1")
    install_plugin("bolt", hook("bolt", "openai_chat"))
    return install_plugin("broken", "raise ImportError('gone')")


def test_winner_losers_rules_and_origins(why, site):
    """As data."""
    found = why(site)
    assert (found["factory"], found["class_type"]) == ("endpoint", "chat")
    assert found["overrides"] == []
    winner = found["selected"]
    assert winner["reference"] == "acme"
    assert (winner["origin"], winner["distribution"], winner["version"]) == (
        "entry-point",
        "acme",
        "2.1",
    )
    assert winner["declared"] == {"path": str(site / "acme.py"), "line": 6}
    assert winner["class"]["problem"] == "there is no module 'acme_classes'."
    losers = [(each["reference"], each["rule"]) for each in found["not_selected"]]
    assert losers == [("openai_chat", "name"), ("openai_chat@aiperf", "plugin")]
    assert found["not_selected"][1]["class"]["path"].endswith("openai_chat.py")
    (absent,) = found["absent"]
    assert (absent["plugin"], absent["status"]) == ("broken", "failed")
    assert "ImportError: gone" in absent["reason"]
    assert not found["is_autoload_off"]
    assert found["errors"] == []


def test_a_person_reads_the_same(aiperf, site):
    done = aiperf("plugins", "why", "endpoint.chat", path=[site], warnings_are_errors=False)
    assert done.returncode == 0
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[0] == "endpoint.chat"
    assert lines[2:6] == [
        "selected: acme",
        "because the selected one's distribution comes first in the alphabet",
        "from plugin 'acme' (acme 2.1), entry point 'acme'",
        f"declared {site / 'acme.py'}:6",
    ]
    assert "not selected: openai_chat@aiperf" in lines
    assert "because a plugin comes before a builtin" in lines
    assert f"from builtin (aiperf {package.__version__})" in lines
    assert 'AIPERF_PLUGINS_DISABLED="acme,bolt"' in lines
    assert "plugin 'broken' (broken 1.0): failed" in lines


def applied(flip, env):
    """Return the words and the variables that do what a flip's line says."""
    line, env = flip["line"], dict(env)
    if line.startswith("--use "):
        return line.split(), env
    if line.startswith("leave out "):
        return [], env
    if line.startswith("unset "):
        del env[line.removeprefix("unset ")]
        return [], env
    name, _, value = line.partition("=")
    env[name] = "".join(shlex.split(value))
    return [], env


SITUATIONS = {
    "plugins and a builtin": ({}, ()),
    "a variable": ({"AIPERF_IMPLEMENTATIONS": "endpoint.chat=openai_chat@aiperf"}, ()),
    "an option": ({}, ("--use", "endpoint.chat=openai_chat@aiperf")),
    "modules": ({"AIPERF_PLUGIN_MODULES": "acme,bolt"}, ()),
    "a deny list": ({"AIPERF_PLUGINS_DISABLED": "broken"}, ()),
    "another selection": ({"AIPERF_IMPLEMENTATIONS": "ui.none=none"}, ()),
}


@pytest.mark.once
@pytest.mark.parametrize(("env", "words"), SITUATIONS.values(), ids=SITUATIONS)
def test_each_change_that_is_told_does_what_it_says(why, site, env, words):
    """Each line for the shell is followed, alone, and selects the loser."""
    kinds = set()
    for loser in why(site, *words, env=env)["not_selected"]:
        for flip in loser["flips"]:
            if flip["kind"] not in ("option", "variable"):
                continue
            kinds.add(flip["line"].split("=")[0].split()[0])
            more, changed = applied(flip, env)
            selected = why(site, *more, env=changed)["selected"]
            assert selected["class"]["module"] == loser["class"]["module"], flip
    assert "--use" in kinds


def test_a_code_change_that_is_told_does_what_it_says(why, install_plugin):
    """The hook is marked as the line says."""
    install_plugin("acme", hook("acme"))
    site = install_plugin("bolt", hook("bolt"))
    (code,) = [flip for flip in why(site)["not_selected"][0]["flips"] if flip["kind"] == "code"]
    assert code["line"] == "@hookimpl(tryfirst=True) on aiperf_register_endpoint in bolt"
    install_plugin("bolt", hook("bolt", options="tryfirst=True"))
    found = why(site)
    assert found["selected"]["reference"] == "bolt"
    assert found["not_selected"][0]["rule"] == "hook_order"


def test_overrides_are_told_with_who_set_them(why, aiperf, site):
    """The option beats the variable, and names itself."""
    env = {"AIPERF_IMPLEMENTATIONS": "endpoint.chat=openai_chat"}
    found = why(site, "--use", "endpoint.chat=openai_chat@builtin", env=env)
    assert found["overrides"] == [
        {"reference": "openai_chat@builtin", "source": "--use", "is_in_force": True},
        {"reference": "openai_chat", "source": "AIPERF_IMPLEMENTATIONS", "is_in_force": False},
    ]
    assert found["selected"]["reference"] == "openai_chat@aiperf"
    words = ("--use", "endpoint.chat=openai_chat@builtin")
    text = aiperf(
        "plugins",
        "why",
        "endpoint",
        "chat",
        *words,
        path=[site],
        env=env,
        warnings_are_errors=False,
    ).stdout
    assert "override 'openai_chat@builtin', set by --use\n" in text
    assert "set by AIPERF_IMPLEMENTATIONS, beaten by the one above" in text
    assert "because   --use asks for it" in text


def test_plugins_that_are_switched_off_may_have_had_it(why, aiperf, site):
    """Disabled ones are named; whether installed ones were looked at is told."""
    found = why(site, env={"AIPERF_PLUGINS_DISABLED": "acme"})
    off = {each["plugin"]: each["to_return"] for each in found["absent"]}
    assert off["acme"] == "Take acme out of AIPERF_PLUGINS_DISABLED."
    env = {"AIPERF_PLUGIN_AUTOLOAD": "0"}
    assert why(site, env=env)["is_autoload_off"]
    text = aiperf("plugins", "why", "endpoint", "chat", path=[site], env=env).stdout
    assert "because   it is the only one" in text
    assert "Installed plugins were not looked at: AIPERF_PLUGIN_AUTOLOAD is off." in text


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("endpoit", "chat"), 2, "there is no factory 'endpoit'. Did you mean 'endpoint'?"),
        (("endpoint", "chta"), 2, "endpoint has no class type 'chta'. Did you mean 'chat'?"),
        (("endpoint", "chat", "--use", "endpoint.chat=x"), 2, "Error: --use has endpoint.chat=x"),
        (("endpoint", "chat", "--use", "x"), 2, "is not FACTORY.CLASS_TYPE=IDENTIFIER"),
    ],
)
def test_a_name_that_means_nothing(aiperf, words, code, message):
    """Exit 2, and the nearest name."""
    done = aiperf("plugins", "why", *words)
    assert (done.returncode, message in done.stderr) == (code, True), done.stderr


def test_a_variable_that_names_nothing_leaves_nothing_selected(why, aiperf, site):
    """Exit 1; it never falls back in silence."""
    env = {"AIPERF_IMPLEMENTATIONS": "endpoint.chat=gone"}
    found = why(site, env=env, code=1)
    assert found["selected"] is None
    assert len(found["not_selected"]) == 3
    assert "AIPERF_IMPLEMENTATIONS has endpoint.chat=gone" in found["errors"][0]
    done = aiperf(
        "plugins", "why", "endpoint", "chat", path=[site], env=env, warnings_are_errors=False
    )
    assert done.returncode == 1
    assert "selected: nothing" in done.stdout
