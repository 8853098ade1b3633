"""pytest's plugin: the fixture, its marker, what it costs, and that no test sees another's."""

from __future__ import annotations

import random
import sys
from textwrap import dedent, indent

import pytest

PROJECT = """
import pytest
from aiperf import LazyEntry
from aiperf.common.factories import EndpointFactory


def chat():
    return [each.identifier for each in EndpointFactory.list_implementations("chat")]
"""

LEAKING = {
    "add": """
        class Leak:
            pass
        aiperf_plugins.add("endpoint", "chat", Leak)
        assert chat() == ["Leak", "openai_chat"]
    """,
    "hookimpl": """
        @aiperf_plugins.hookimpl
        def aiperf_register_endpoint():
            return [LazyEntry("chat", "leak", "Leak"), LazyEntry("leak", "leak", "Leak")]
        assert chat() == ["Leak", "openai_chat"]
    """,
    "load_module": """
        (tmp_path / "leaking.py").write_text(
            "from aiperf.common.factories import EndpointFactory\\n"
            "EndpointFactory.register_lazy('chat', 'x', 'Y', 'leak', is_plugin=True)"
        )
        aiperf_plugins.load_module("leaking", path=tmp_path)
        assert chat() == ["leak", "openai_chat"]
    """,
    "installed": """
        aiperf_plugins.load_installed("acme")
        assert chat() == ["acme", "openai_chat"]
    """,
    "override": """
        class Leak:
            pass
        aiperf_plugins.add("endpoint", "chat", Leak)
        aiperf_plugins.use("endpoint", "chat", "openai_chat")
        aiperf_plugins.setenv("AIPERF_IMPLEMENTATIONS", "endpoint.chat=Leak")
        assert chat() == ["openai_chat", "Leak"]
    """,
    "plain": """
        EndpointFactory.register_lazy("chat", "x", "Y", "leak")
        EndpointFactory.use_implementation_by_id("chat", "leak")
        assert chat() == ["leak", "openai_chat"]
    """,
    "failing": """
        aiperf_plugins.add("endpoint", "chat", type("Leak", (), {}))
        pytest.xfail("a test that fails leaks nothing either")
    """,
}

ACME = """
from aiperf import LazyEntry, hookimpl

@hookimpl
def aiperf_register_endpoint():
    return [LazyEntry("chat", "acme.chat", "Chat", identifier="acme")]
"""


@pytest.fixture
def project(pytester, install_plugin, monkeypatch):
    """A project whose environment has the plugin ``acme`` installed."""
    site = install_plugin("acme", ACME)
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    return pytester


@pytest.mark.once
@pytest.mark.parametrize(
    ("options", "seed"), [([], 1), ([], 2), (["-n", "2"], 3)], ids=["one", "another", "xdist"]
)
def test_no_test_sees_what_another_did(project, options, seed):
    """In whatever order they run, and in several processes."""
    rng = random.Random(seed)  # noqa: S311 - an order
    tests = [
        f"def test_{name}_{number}(aiperf_plugins, tmp_path):\n"
        + indent(f'assert chat() == ["openai_chat"]\n{dedent(body)}', "    ")
        for name, body in LEAKING.items()
        for number in (1, 2)
    ]
    tests.append('def test_without_the_fixture():\n    assert chat() == ["openai_chat"]')
    rng.shuffle(tests)
    project.makepyfile("\n\n".join([PROJECT, *tests]))
    result = project.runpytest_subprocess("-W", "error", *options)
    result.assert_outcomes(passed=13, xfailed=2)


def test_the_marker(project):
    """It gives the fixture to a test that does not name it, with plugins loaded."""
    project.makepyfile(mine=ACME.replace('"acme"', '"mine"'))
    project.makepyfile(
        PROJECT
        + dedent("""
        @pytest.mark.aiperf_plugins(modules=["mine"], installed=["acme"])
        def test_names():
            assert chat() == ["mine", "acme", "openai_chat"]

        @pytest.mark.aiperf_plugins(installed=True)
        class TestAll:
            def test_all(self, aiperf_plugins):
                assert chat() == ["acme", "openai_chat"]

            def test_function(self):
                assert chat() == ["acme", "openai_chat"]

        @pytest.mark.aiperf_plugins
        def test_bare(aiperf_plugins):
            assert chat() == ["openai_chat"]

        def test_no_marker(aiperf_plugins):
            assert chat() == ["openai_chat"]
    """)
    )
    project.runpytest_subprocess("--strict-markers", "-p", "no:cacheprovider").assert_outcomes(
        passed=5
    )


def test_a_marker_that_says_what_it_cannot(project):
    """The test fails and says what the marker takes."""
    wrong = ["'mine'", "modules='mine'", "installed='acme'", "module=['mine']"]
    tests = [
        f"@pytest.mark.aiperf_plugins({arguments})\ndef test_{number}():\n    pass"
        for number, arguments in enumerate(wrong)
    ]
    project.makepyfile("\n\n".join(["import pytest", *tests]))
    result = project.runpytest_subprocess()
    result.assert_outcomes(errors=len(wrong))
    for number in range(len(wrong)):
        said = f"*test_{number}: the marker aiperf_plugins takes modules=*"
        result.stdout.fnmatch_lines([said])


def test_a_broken_installed_plugin_is_an_error_unless_the_test_wants_it(project, install_plugin):
    """A warning would be overlooked."""
    install_plugin("broken", "1 / 0")
    project.makepyfile(
        PROJECT
        + dedent("""
        @pytest.mark.aiperf_plugins(installed=True)
        def test_strict():
            pass

        @pytest.mark.aiperf_plugins(installed=True, strict=False)
        def test_lenient(aiperf_plugins):
            assert [each.name for each in aiperf_plugins.report().failed] == ["broken"]
            assert chat() == ["acme", "openai_chat"]
    """)
    )
    result = project.runpytest_subprocess()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*DiscoveryError: plugin 'broken'*ZeroDivisionError*"])


def test_a_whole_project_may_be_isolated(project):
    """Pytest's own ``usefixtures`` does it."""
    project.makeini("[pytest]\nusefixtures = aiperf_plugins")
    project.makepyfile(
        """
        from aiperf.common.factories import EndpointFactory, PluginDiscovery

        def test_one():
            assert len(PluginDiscovery.discover_all()) == 0
            EndpointFactory.register_lazy("chat", "x", "Y", "leak", is_plugin=True)

        def test_two():
            assert EndpointFactory.list_implementations("chat")[0].identifier == "openai_chat"
        """
    )
    project.runpytest_subprocess().assert_outcomes(passed=2)


def test_in_pytests_own_process(pytester):
    """A run inside a run, as the tests of other pytest plugins make it."""
    pytester.makepyfile(
        """
        def test_it(aiperf_plugins):
            assert [each.name for each in aiperf_plugins.report()] == []
        """
    )
    pytester.runpytest_inprocess("-p", "no:xdist").assert_outcomes(passed=1)


def test_it_is_listed(pytester):
    """``pytest --fixtures`` and ``--markers`` say what there is."""
    pytester.runpytest_subprocess("--fixtures").stdout.fnmatch_lines(
        ["aiperf_plugins*", "*Isolate AIPerf's registry for a test*"]
    )
    pytester.runpytest_subprocess("--markers").stdout.fnmatch_lines(
        ["@pytest.mark.aiperf_plugins(*, modules=(), installed=False, strict=True): *"]
    )


@pytest.mark.parametrize(
    "arguments", [["--version", "--version"], ["--collect-only", "-q"], ["-q"]]
)
def test_it_is_free_until_a_test_asks_for_it(pytester, fresh_python, arguments):
    """A run in which no test has the fixture imports no more than ``import aiperf`` does."""
    pytester.makepyfile("def test_it():\n    pass")
    code = """
        import sys, pytest
        status = pytest.main(sys.argv[1:])
        ours = sorted(name for name in sys.modules if "aiperf" in name)
        heavy = {"numpy", "rich", "orjson", "click", "uvicorn", "importlib_metadata", "asyncio"}
        print("imported", int(status), *ours, *sorted(heavy & sys.modules.keys()))
        """
    result = pytester.run(
        sys.executable,
        "-c",
        dedent(code),
        "-p",
        "no:xdist",
        "-p",
        "no:hypothesispytest",
        "-p",
        "no:_hypothesis_pytestplugin",
        "-p",
        "no:anyio",
        *arguments,
    )
    ours = fresh_python(
        "import aiperf, sys; print(*sorted(m for m in sys.modules if 'aiperf' in m))"
    )
    expected = sorted([*ours.split(), "aiperf.pytest_plugin"])
    assert result.outlines[-1] == " ".join(["imported 0", *expected])
    assert len(expected) < 10


def test_it_needs_no_library_at_start_up(pytester):
    """Beside what pytest has imported by then there is nothing but AIPerf's own modules."""
    code = """
        import sys, pytest, _pytest.pytester
        before = set(sys.modules)
        import aiperf.pytest_plugin
        new = set(sys.modules) - before
        print("new", *sorted(name for name in new if name.partition(".")[0] != "aiperf"))
        """
    result = pytester.run(sys.executable, "-c", dedent(code))
    assert result.outlines == ["new"]
