"""What is done, told as it is done, with times and rules; and nothing where nobody asks."""

from __future__ import annotations

import re

import pytest

from aiperf.plugins import hookimpl
from aiperf.plugins.tracing import start

DIVIDED = "ZeroDivisionError: division by zero"
TOOK = r"\d+\.\d{3} ms"


@pytest.fixture
def traced(registry):
    """Give what traces ``registry``, and the lines so far without their times."""
    lines = []
    tracer = start(registry.manager, lines.append)

    def told():
        assert all(re.match(r"aiperf trace +\d+\.\d{3} ms  ", line) for line in lines)
        return [re.sub(TOOK, "T", line[27:].rstrip("\n")) for line in lines]

    told.tracer, told.lines = tracer, lines
    return told


def test_hook_calls_are_told_by_pluggy_with_order_and_time(traced, registry, endpoints, make):
    """The plugins are in the order in which they are called."""
    registry.manager.register(make.plugin([make.entry("b")], "bolt"), "bolt")
    registry.manager.register(make.plugin([make.entry("a")], "acme"), "acme")
    endpoints.list_implementations()
    told = traced()
    assert "calling aiperf_register_endpoint of acme, bolt [hook]" in told
    assert "  aiperf_register_endpoint [hook]" in told
    assert any(line.startswith("  finish aiperf_register_endpoint --> ") for line in told)
    assert "called aiperf_register_endpoint in T [hook]" in told


def test_a_hook_that_nobody_implements_is_told(traced, endpoints):
    endpoints.list_implementations()
    assert "calling aiperf_register_endpoint of no plugin [hook]" in traced()


def test_a_hook_that_fails_is_told(traced, registry, endpoints):
    """With its error; the indent is right afterwards."""

    class Fails:
        @hookimpl
        def aiperf_register_endpoint(self):
            raise ValueError("no GPU")

    registry.manager.register(Fails(), "bad")
    with pytest.raises(Exception, match="no GPU"):
        endpoints.list_implementations()
    (line,) = [each for each in traced() if each.startswith("failed with")]
    assert "no GPU" in line
    assert line.endswith(", aiperf_register_endpoint in T [hook]")


def test_the_order_of_candidates_is_told_with_the_rules(traced, endpoints):
    """One line for each class type, when it is first ranked."""
    endpoints.register_lazy("chat", "app", "Slow", identifier="slow")
    endpoints.register_lazy("chat", "app", "Fast", identifier="fast", is_plugin=True)
    endpoints.list_implementations()
    (line,) = [each for each in traced() if "[resolution]" in each]
    assert line.startswith("endpoint.chat: fast from runtime registration by")
    assert line.endswith("before slow: a plugin comes before a builtin [resolution]")


def test_an_entry_that_needs_another_version_is_told_so(traced, registry, endpoints, make):
    entry = make.entry("new").__class__("chat", "acme", "Acme", requires="no-such-thing>=1")
    make.load(registry, make.installed("acme"), make.plugin([entry]))
    endpoints.register_lazy("chat", "app", "Slow", identifier="slow")
    endpoints.list_implementations()
    (line,) = [each for each in traced() if "[resolution]" in each]
    assert "before Acme: " in line
    assert "no-such-thing>=1" in line


@pytest.mark.parametrize("by", [None, "a call"])
def test_a_class_is_told_when_it_is_loaded(traced, endpoints, by):
    """With who or what selected it, and the time."""
    endpoints.register_lazy("chat", "fractions", "Fraction", identifier="half")
    if by:
        endpoints.use_implementation_by_id("chat", "half")
    endpoints.get_class_from_type("chat")
    endpoints.get_class_from_type("chat")
    why = "EndpointFactory.use_implementation_by_id selects it" if by else "the first by rank"
    loading = f"endpoint.chat is half ({why}): loading fractions:Fraction [resolution]"
    assert [line for line in traced() if "loading" in line] == [loading, f"done, T: {loading}"]


def test_a_class_that_cannot_be_loaded_is_told(traced, endpoints):
    endpoints.register_lazy("chat", "fractions", "Fractoin", identifier="half")
    with pytest.raises(Exception, match="Fractoin"):
        endpoints.get_class_from_type("chat")
    assert any(line.startswith("failed with ImplementationLoadError") for line in traced())


def test_long_lines_are_cut(traced):
    traced.tracer.say("discovery", "x" * 1000)
    assert traced.lines[-1].endswith("x…\n")
    assert len(traced.lines[-1]) < 300


def test_it_is_started_once_and_ends(traced, registry, endpoints, capsys):
    """Without a writer the lines go to standard error."""
    manager = registry.manager
    assert start(manager) is traced.tracer
    before = len(traced.lines)
    traced.tracer.stop()
    assert manager.tracer is None
    endpoints.list_implementations()
    manager.trace("to nobody")
    assert len(traced.lines) == before
    start(manager).say("discovery", "hello")
    assert "hello [discovery]" in capsys.readouterr().err


def test_discovery_is_told_step_by_step(discover, install_plugin):
    """What is looked for, imported, left out and failed, when the variable asks for it."""
    install_plugin("acme", "import aiperf")
    install_plugin("off", "1 / 0")
    site = install_plugin("broken", "1 / 0")
    code = "import io, sys; real, sys.stderr = sys.stderr, io.StringIO()"
    after = "extra['told'] = sys.stderr.getvalue()"
    env = {"AIPERF_PLUGINS_TRACE": "1", "AIPERF_PLUGINS_DISABLED": "off"}
    told = discover(site, env=env, before=code, after=after).extra["told"]
    told = [" ".join(re.sub(TOOK, "T", line[27:]).split()) for line in told.splitlines()]
    steps = [
        "looking for plugins [discovery]",
        "looking for entry points of aiperf.plugins [discovery]",
        "done, T: looking for entry points of aiperf.plugins [discovery]",
        "importing acme for plugin 'acme' (acme 1.0) [discovery]",
        "done, T: importing acme for plugin 'acme' (acme 1.0) [discovery]",
        "importing broken for plugin 'broken' (broken 1.0) [discovery]",
        f"failed with {DIVIDED}, T: importing broken for plugin 'broken' (broken 1.0) [discovery]",
        "leaving out plugin 'off' (off 1.0): AIPERF_PLUGINS_DISABLED names it [discovery]",
        "done, T: looking for plugins [discovery]",
    ]
    assert [line for line in told if line in steps] == steps


@pytest.mark.parametrize("env", [{}, {"AIPERF_PLUGINS_TRACE": "0"}])
def test_off_it_is_not_even_imported(discover, install_plugin, env):
    """It costs nothing."""
    site = install_plugin("acme", "import aiperf")
    assert "aiperf.plugins.tracing" not in discover(site, env=env).modules
