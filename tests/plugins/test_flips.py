"""What would change a selection: each way that is told selects what it says, by itself."""

from __future__ import annotations

import pytest

from aiperf.plugins.candidates import HookOrder
from aiperf.plugins.environment import PluginEnvironment
from aiperf.plugins.flips import FlipKind, Standing, flips
from aiperf.plugins.origins import Origin, OriginKind
from aiperf.plugins.resolver import ranked
from aiperf.plugins.selection import Override
from aiperf.plugins.slots import FactorySlot

BUILTIN = Origin(OriginKind.BUILTIN, "aiperf", "aiperf.aiperf_registry", "aiperf", "1.0")
BY_CALL = "EndpointFactory.use_implementation_by_id"


def module(name, position=0):
    return Origin(OriginKind.MODULE, name, name.partition(":")[0], position=position)


def runtime(name):
    return Origin(OriginKind.RUNTIME, name, name)


@pytest.fixture
def standing():
    """Give what makes a standing of some candidates."""

    def make(*candidates, overrides=(), environ=None, modules=()):
        slot = FactorySlot("endpoint", "EndpointFactory", "acme", "aiperf_register_endpoint")
        environment = PluginEnvironment.read(environ or {})
        return Standing(slot, ranked(candidates), tuple(overrides), environment, frozenset(modules))

    return make


def lines(standing, loser):
    return [flip.line for flip in flips(standing, loser)]


def test_a_loser_can_be_selected_by_option_variable_and_call(standing, make):
    """The mildest first; nobody has to touch a plugin."""
    loser, winner = make.candidate("openai_chat", BUILTIN), make.candidate("fast")
    found = flips(standing(loser, winner), loser)
    assert [(flip.kind, flip.line) for flip in found] == [
        (FlipKind.OPTION, "--use endpoint.chat=openai_chat"),
        (FlipKind.VARIABLE, 'AIPERF_IMPLEMENTATIONS="endpoint.chat=openai_chat"'),
        (FlipKind.CALL, 'EndpointFactory.use_implementation_by_id("chat", "openai_chat")'),
        (FlipKind.VARIABLE, 'AIPERF_PLUGINS_DISABLED="acme"'),
    ]
    assert all(flip.text for flip in found)


def test_a_line_keeps_what_its_variable_says_already(standing, make):
    """To paste it costs no other selection and no other entry of the deny list."""
    loser, winner = make.candidate("slow", BUILTIN), make.candidate("fast")
    environ = {
        "AIPERF_IMPLEMENTATIONS": "ui.progress=quiet",
        "AIPERF_PLUGINS_DISABLED": "other",
    }
    found = lines(standing(loser, winner, environ=environ), loser)
    assert 'AIPERF_IMPLEMENTATIONS="endpoint.chat=slow,ui.progress=quiet"' in found
    assert 'AIPERF_PLUGINS_DISABLED="other,acme"' in found


@pytest.mark.parametrize("source", ["AIPERF_IMPLEMENTATIONS", "--use", BY_CALL])
def test_an_override_can_be_taken_back(standing, make, source):
    """Only what beats it is told beside that, and only where the loser is next in line."""
    loser, other = make.candidate("fast"), make.candidate("slow", BUILTIN)
    environ = {"AIPERF_IMPLEMENTATIONS": "endpoint.chat=slow"}
    now = standing(loser, other, overrides=[Override("slow", source)], environ=environ)
    found = lines(now, loser)
    call = 'EndpointFactory.use_implementation_by_id("chat", "fast")'
    expected = {
        "AIPERF_IMPLEMENTATIONS": [
            "--use endpoint.chat=fast",
            'AIPERF_IMPLEMENTATIONS="endpoint.chat=fast"',
            call,
            "unset AIPERF_IMPLEMENTATIONS",
        ],
        "--use": ["--use endpoint.chat=fast", call, "leave out --use endpoint.chat=slow"],
        BY_CALL: [call, 'EndpointFactory.clear_implementation("chat")'],
    }
    assert found == expected[source]


def test_an_override_that_is_taken_back_leaves_the_next_one(standing, make):
    """The loser is not told to come back where another override is below."""
    fast, slow = make.candidate("fast"), make.candidate("slow", BUILTIN)
    overrides = [Override("slow", "--use"), Override("fast", "AIPERF_IMPLEMENTATIONS")]
    assert "leave out" in lines(standing(fast, slow, overrides=overrides), fast)[-1]
    overrides = [Override("slow", "--use"), Override("slow", "AIPERF_IMPLEMENTATIONS")]
    assert "leave out" not in " ".join(lines(standing(fast, slow, overrides=overrides), fast))


def test_a_plugin_can_be_named_as_a_module(standing, make):
    """An installed one that is a module, and one of the variable that is not the last."""
    loser, winner = make.candidate("b", make.installed("bolt")), make.candidate("a")
    as_module = standing(winner, loser, modules=["bolt"])
    assert 'AIPERF_PLUGIN_MODULES="bolt"' in lines(as_module, loser)
    assert "AIPERF_PLUGIN_MODULES" not in " ".join(lines(standing(winner, loser), loser))
    first, second = make.candidate("a", module("one:x")), make.candidate("b", module("two", 1))
    second.order = -1
    environ = {"AIPERF_PLUGIN_MODULES": "one:x,two"}
    found = lines(standing(first, second, environ=environ), first)
    assert 'AIPERF_PLUGIN_MODULES="two,one:x"' in found
    assert 'AIPERF_PLUGINS_DISABLED="two"' in found


def test_a_hook_can_be_called_earlier(standing, make):
    """Unless the winner's is early, too, and the next rule is against it."""
    loser, winner = make.candidate("b", make.installed("bolt")), make.candidate("a")
    line = "@hookimpl(tryfirst=True) on aiperf_register_endpoint in bolt"
    assert line in lines(standing(winner, loser), loser)
    early = make.candidate("a", order=HookOrder.TRYFIRST)
    assert line not in lines(standing(early, loser), loser)


def test_what_a_plugin_registers_by_a_call_has_no_hook_to_be_earlier(standing, make):
    """It is told of its place alone."""
    call = make.candidate("b", make.installed("bolt"), position=2_000_000_000)
    assert "tryfirst" not in " ".join(lines(standing(make.candidate("a"), call), call))


def test_within_one_plugin_the_order_of_the_names_decides(standing, make):
    """What would move both of them, or take both out, is not told."""
    winner, loser = make.candidate("a", position=0), make.candidate("b", position=1)
    found = lines(standing(winner, loser, modules=["acme"]), loser)
    assert found[3:] == ["name it before a in acme"]


def test_a_registration_of_the_program_can_be_made_a_plugin_s(standing, make):
    """A decorated class has a priority besides."""
    builtin = make.candidate("a", BUILTIN)
    called = make.candidate("b", runtime("app"), is_plugin=False)
    assert lines(standing(builtin, called), called)[3:] == [
        "is_plugin=True in the registration in app"
    ]
    decorated = make.candidate("c", runtime("app"), is_plugin=True, priority=1, loaded=int)
    best = make.candidate("d", runtime("app"), is_plugin=True, priority=5, loaded=int)
    found = lines(standing(builtin, decorated, best), decorated)
    assert found[3:] == ["override_priority=6 in the decorator in app"]
    found = lines(standing(builtin, decorated, best), builtin)
    assert "AIPERF_PLUGINS_DISABLED" not in " ".join(found)


def test_one_that_needs_another_version_says_that_alone(standing, make):
    """Nothing else would select it."""
    winner, loser = make.candidate("a"), make.candidate("b", make.installed("bolt"))
    loser.unmet = "needs aiperf>=9, this is 1.0: Run: pip install 'aiperf>=9'"
    (flip,) = flips(standing(winner, loser), loser)
    assert flip.kind is FlipKind.INSTALL
    assert "pip install" in flip.line


def test_several_plugins_are_taken_out_together(standing, make):
    """All that come before the loser."""
    loser = make.candidate("z", BUILTIN)
    others = [make.candidate("a"), make.candidate("b", make.installed("bolt"))]
    (flip,) = [f for f in flips(standing(loser, *others), loser) if "DISABLED" in f.line]
    assert flip.line == 'AIPERF_PLUGINS_DISABLED="acme,bolt"'
    assert flip.text.startswith("it takes them out")
