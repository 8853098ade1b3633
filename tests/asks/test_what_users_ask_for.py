"""What users of other plugin systems and benchmark clients ask for; each test has an ask's name.

The references are the threads in which they ask.
"""

from __future__ import annotations

import ast
import inspect
import json
import pickle
from importlib.resources import files
from textwrap import dedent

import pytest

import aiperf as package
from aiperf.common.factories import EndpointFactory

CHAT = """
from aiperf import LazyEntry, hookimpl

@hookimpl
def aiperf_register_endpoint():
    return [LazyEntry("chat", "{name}_work", "Chat", identifier="{name}")]
"""

FAILURES = {
    "raises": "raise RuntimeError('bad day')",
    "exits": "raise SystemExit(7)",
    "needs a package": "import nowhere_at_all",
    "hook raises": CHAT.format(name="bad") + "    raise RuntimeError('bad day')\n",
}

SELECTED = """
from aiperf.common.factories import EndpointFactory, PluginDiscovery
PluginDiscovery.discover_all()
print(EndpointFactory.explain('chat').winner.reference)
"""


@pytest.mark.parametrize("failure", FAILURES)
def test_a_broken_plugin_must_not_kill_the_host(aiperf, install_plugin, failure):
    """llm#1280, conda#12460, airflow#8732, xarray#5136: twenty others work, whatever one does."""
    for number in range(20):
        install_plugin(f"good{number}", CHAT.format(name=f"good{number}"))
    site = install_plugin("bad", FAILURES[failure].replace("return", "0 and"))
    listed = aiperf("plugins", "list", "--json", path=[site])
    assert listed.returncode == 0
    statuses = {each["name"]: each["status"] for each in json.loads(listed.stdout)["plugins"]}
    assert statuses == {"bad": "failed"} | {f"good{number}": "active" for number in range(20)}


class TestNorBeSwallowed:
    """A broken plugin must not be swallowed: a silent fallback cost hours."""

    def test_nor_be_swallowed_a_silent_fallback_cost_hours(self, aiperf, install_plugin, tmp_path):
        """vllm#48277, airflow#14607: what a person named fails the benchmark, in one line."""
        site = install_plugin("fast", FAILURES["raises"])
        options = ["profile", "--artifact-dir", str(tmp_path / "run"), "--request-count", "1"]
        run = aiperf(*options, path=[site], env={"AIPERF_IMPLEMENTATIONS": "endpoint.chat=fast"})
        assert run.returncode == 1
        told = run.stderr.splitlines()
        assert [line for line in told if "RuntimeError: bad day" in line]
        assert told[-1].startswith("Error: AIPERF_IMPLEMENTATIONS has endpoint.chat=fast, but ")
        assert "Failed plugins, which may have it: fast" in told[-1]
        assert not (tmp_path / "run").exists()

    def test_one_that_nobody_named_is_told_and_recorded(self, aiperf, install_plugin):
        """One line on standard error, and the reason in the listing."""
        site = install_plugin("fast", FAILURES["raises"])
        run = aiperf("plugins", "list", path=[site])
        (line,) = run.stderr.splitlines()
        assert "plugin 'fast' (fast 1.0): importing fast failed with RuntimeError: bad day" in line
        assert "AIPERF_PLUGINS_DISABLED=fast" in line
        assert "bad day" in run.stdout


def test_installed_plugins_must_not_slow_help(fresh_python, install_plugin):
    """llm#732, llm#949, hydra#118: ``--help`` does not even look at what is installed."""
    for number in range(50):
        site = install_plugin(f"plugin{number}", "raise SystemExit('imported')")
    code = f"""
        import sys
        looked = []

        def look(event, arguments):
            if event in ("open", "os.listdir", "os.scandir", "import"):
                if str(arguments[0]).startswith({str(site)!r}) and ".dist-info" in str(arguments):
                    looked.append(arguments)

        sys.addaudithook(look)
        from aiperf.cli.main import main
        try:
            main()
        finally:
            assert not looked, looked
            assert not [name for name in sys.modules if name.startswith("plugin")]
            assert "aiperf.plugins.discovery" not in sys.modules
            assert "importlib_metadata" not in sys.modules
    """
    for words in (["--help"], ["--version"], ["plugins", "--help"]):
        assert fresh_python(code, *words, path=[site])


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_workers_must_see_the_same_plugins(fresh_python, install_plugin, method):
    """vllm#18326, vllm#27940, vllm#16228, sglang#38464: overrides and runtime calls included."""
    site = install_plugin("fast", CHAT.format(name="fast"))
    program = """
        import multiprocessing, sys
        from concurrent.futures import ProcessPoolExecutor
        from aiperf.common.factories import EndpointFactory, PluginDiscovery

        def selected(class_type):
            return EndpointFactory.explain(class_type).winner.reference

        if __name__ == "__main__":
            PluginDiscovery.discover_all()
            EndpointFactory.register_lazy("mine", "json", "JSONDecoder", "called")
            EndpointFactory.use_implementation_by_id("chat", "openai_chat")
            snapshot = PluginDiscovery.snapshot(sys.argv[1])
            with ProcessPoolExecutor(
                1,
                multiprocessing.get_context(sys.argv[1]),
                initializer=PluginDiscovery.initialize_worker,
                initargs=(snapshot,),
            ) as pool:
                print(*pool.map(selected, ["chat", "mine"]))
    """
    (site / "program.py").write_text(dedent(program))
    code = "import runpy\nrunpy.run_module('program', run_name='__main__', alter_sys=True)"
    assert fresh_python(code, method, path=[site]).split() == ["openai_chat", "called"]


@pytest.mark.parametrize("name", ["fast", "Fast_Plugin", "fast_plugin.registry"])
def test_disable_one_plugin_before_it_is_imported(aiperf, install_plugin, name):
    """conda#15914, tox#3560, pytest#3784, conda#12903, llm#256: by any of its names."""
    site = install_plugin(
        "fast-plugin", "raise SystemExit('imported')", module="fast_plugin.registry",
        entry_point="fast",
    )  # fmt: skip
    site = install_plugin("other", CHAT.format(name="other"), site=site)
    run = aiperf("plugins", "list", "--json", path=[site], env={"AIPERF_PLUGINS_DISABLED": name})
    assert (run.returncode, run.stderr) == (0, "")
    plugins = {each["name"]: each for each in json.loads(run.stdout)["plugins"]}
    assert (plugins["fast"]["status"], plugins["fast"]["import_time_s"]) == ("disabled", None)
    assert plugins["other"]["status"] == "active"


class TestOneNameEverywhere:
    """A name that matches nothing is an error."""

    @pytest.mark.parametrize(
        ("variable", "value"),
        [
            ("AIPERF_PLUGINS_DISABLED", "fats"),
            ("AIPERF_IMPLEMENTATIONS", "endpoint.chat=fats"),
            ("AIPERF_PLUGIN_MODULES", "fats"),
        ],
    )
    def test_one_name_everywhere_a_name_that_matches_nothing_is_an_error(
        self, aiperf, install_plugin, variable, value
    ):
        """pytest#5661, pytest#14135, vllm#43987: with exit code 1, in every place for a name."""
        site = install_plugin("fast", CHAT.format(name="fast"))
        run = aiperf("plugins", "list", path=[site], env={variable: value})
        assert run.returncode == 1
        assert "fats" in run.stderr.splitlines()[-1]

    def test_the_name_that_is_listed_is_the_one_to_disable_and_to_select(
        self, aiperf, install_plugin
    ):
        """Whatever the listing calls it works in each variable."""
        site = install_plugin("fast", CHAT.format(name="fast"))
        run = aiperf("plugins", "list", "--json", path=[site])
        listed = json.loads(run.stdout)
        plugin = listed["plugins"][0]["name"]
        (reference,) = [
            each["reference"] for each in listed["implementations"] if each["plugin"] == plugin
        ]
        for env in (
            {"AIPERF_PLUGINS_DISABLED": plugin},
            {"AIPERF_IMPLEMENTATIONS": f"endpoint.chat={reference}"},
        ):
            assert aiperf("plugins", "list", path=[site], env=env).returncode == 0


@pytest.mark.parametrize("value", ["0", "false", "no", "OFF"])
def test_zero_means_off(aiperf, install_plugin, value):
    """pytest#4519: for each switch; ``…=1`` is on, and nonsense is an error."""
    site = install_plugin("bad", "raise SystemExit('imported')")
    listing = ("plugins", "list", "--json")
    off = aiperf(*listing, path=[site], env={"AIPERF_PLUGIN_AUTOLOAD": value})
    assert (off.returncode, json.loads(off.stdout)["plugins"]) == (0, [])
    lenient = aiperf(*listing, path=[site], env={"AIPERF_PLUGINS_STRICT": value})
    assert lenient.returncode == 0
    strict = aiperf(*listing, path=[site], env={"AIPERF_PLUGINS_STRICT": "1"})
    assert strict.returncode == 1
    wrong = aiperf("plugins", "list", path=[site], env={"AIPERF_PLUGIN_AUTOLOAD": "perhaps"})
    assert wrong.returncode == 1
    assert "neither yes nor no" in wrong.stderr


def test_conflicts_are_deterministic_and_explicit(fresh_python, install_plugin, tmp_path):
    """adlfs#302, fsspec#1237, pluggy#705, flake8#1090: one winner, told with how to pin either."""
    one, two = tmp_path / "one", tmp_path / "two"
    install_plugin("bbb", CHAT.format(name="bbb"), site=one)
    install_plugin("aaa", CHAT.format(name="aaa"), site=two)
    for path in ([one, two], [two, one]):
        run = fresh_python.run(SELECTED, path=path)
        assert run.stdout.strip() == "aaa"
        (line,) = run.stderr.splitlines()
        assert "plugin 'aaa' (aaa 1.0) is selected before plugin 'bbb' (bbb 1.0)" in line
        assert 'AIPERF_IMPLEMENTATIONS="endpoint.chat=aaa"' in line
        assert 'AIPERF_IMPLEMENTATIONS="endpoint.chat=bbb"' in line
        pinned = {"AIPERF_IMPLEMENTATIONS": "endpoint.chat=bbb"}
        settled = fresh_python.run(SELECTED, path=path, env=pinned)
        assert (settled.stdout.strip(), settled.stderr) == ("bbb", "")


def test_duplicate_metadata_is_tolerated(aiperf, install_plugin, tmp_path):
    """instawow#188, toga#1637: one distribution twice on the path is one plugin."""
    sites = [
        install_plugin("fast", CHAT.format(name="fast"), site=tmp_path / place)
        for place in ("one", "two")
    ]
    run = aiperf("plugins", "list", "--json", path=sites)
    assert (run.returncode, run.stderr) == (0, "")
    assert [each["name"] for each in json.loads(run.stdout)["plugins"]] == ["fast"]


def test_show_plugins_and_where_they_come_from_as_json_too(aiperf, install_plugin):
    """datasette#794, conda#14845, tox#3682, xarray#6577: a table for people, JSON for programs."""
    site = install_plugin("fast", CHAT.format(name="fast"), version="3.1")
    table = aiperf("plugins", "list", path=[site]).stdout
    rows = [line.split() for line in table.splitlines()]
    (row,) = [row for row in rows if row[:2] == ["endpoint.chat", "fast"]]
    assert row[:5] == ["endpoint.chat", "fast", "entry-point", "fast", "3.1"]
    document = json.loads(aiperf("plugins", "list", "--json", path=[site]).stdout)
    (plugin,) = document["plugins"]
    assert plugin["path"] == str(site / "fast.py")
    assert (plugin["distribution"], plugin["version"]) == ("fast", "3.1")
    (implementation,) = [each for each in document["implementations"] if each["plugin"] == "fast"]
    assert implementation["module_path"] == "fast_work"


def test_no_races_and_no_deadlocks_between_threads(fresh_python, install_plugin):
    """fsspec#1334, kedro#5695: sixteen threads discover, look up and refresh at once."""
    for number in range(5):
        site = install_plugin(f"p{number}", CHAT.format(name=f"p{number}"))
    code = """
        import faulthandler, threading
        faulthandler.dump_traceback_later(50, exit=True)
        from aiperf.common.factories import EndpointFactory, PluginDiscovery

        start = threading.Barrier(16)
        seen, errors = set(), []

        def work(number):
            start.wait()
            try:
                for _ in range(5):
                    PluginDiscovery.discover_all()
                    if number == 0:
                        PluginDiscovery.refresh()
                    EndpointFactory.get_class_from_type("embeddings")
                seen.add(len(EndpointFactory.list_implementations("chat")) > 0)
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
        [each.start() for each in threads]
        [each.join() for each in threads]
        PluginDiscovery.discover_all()
        print(errors, seen, len(EndpointFactory.list_implementations("chat")))
    """
    assert fresh_python(code, path=[site]).strip() == "[] {True} 6"


def test_typed_hooks_and_lookups():
    """pluggy#191: the package is typed; what a lookup gives is checked in tests/typing/api.py."""
    assert files(package).joinpath("py.typed").is_file()
    hook = EndpointFactory.plugin_registry.manager.hook.aiperf_register_endpoint
    assert "LazyEntry" in inspect.signature(hook.spec.function).return_annotation
    annotation = inspect.signature(EndpointFactory.create_instance).return_annotation
    assert annotation == "ClassProtocolT"


def test_temporary_registration_for_tests(aiperf_plugins):
    """pluggy#52: a throwaway hookimpl in a test, gone after it."""
    from aiperf import LazyEntry  # noqa: PLC0415 - as a plugin author would

    with EndpointFactory.plugin_registry.isolated():

        @aiperf_plugins.hookimpl
        def aiperf_register_endpoint():
            return [LazyEntry("chat", "json", "JSONDecoder", identifier="throwaway")]

        assert EndpointFactory.explain("chat").winner.identifier == "throwaway"
    assert EndpointFactory.explain("chat").winner.identifier == "openai_chat"


class TestHideOrReplaceABuiltin:
    """A plugin may do either; nothing is lost."""

    def test_hide_or_replace_a_builtin(self, fresh_python, install_plugin):
        """llm#671: the same identifier takes the builtin's place, which can still be reached."""
        source = CHAT.format(name="fast").replace('identifier="fast"', 'identifier="openai_chat"')
        code = SELECTED.replace(".reference", ".origin.plugin") + (
            "\nwith EndpointFactory.using('chat', 'openai_chat@builtin'):"
            "\n    print(EndpointFactory.explain('chat').winner.origin.kind)"
        )
        printed = fresh_python(code, path=[install_plugin("fast", source)])
        assert printed.split() == ["fast", "builtin"]

    def test_a_wrapper_hides_one(self, fresh_python, install_plugin):
        """What a hook wrapper leaves out is not there for anybody."""
        source = """
        from aiperf import hookimpl

        @hookimpl(wrapper=True)
        def aiperf_register_endpoint():
            given = yield
            return [[each for each in one if each.class_type != "embeddings"] for one in given]
        """
        code = "from aiperf.common.factories import *\nPluginDiscovery.discover_all()\n"
        code += "print(EndpointFactory.get_all_class_types())"
        shown = fresh_python(code, path=[install_plugin("hides", source)])
        assert "'chat'" in shown
        assert "'embeddings'" not in shown
        assert "'embeddings'" in fresh_python(code)


@pytest.mark.parametrize(
    ("requires", "reason"),
    [
        ("aiperf>=99", "needs aiperf>=99"),
        ("aiperf<0.0.1", "needs aiperf<0.0.1"),
    ],
)
def test_version_gating_in_both_directions_with_the_reason_shown(
    aiperf, install_plugin, requires, reason
):
    """napari#4340, opentelemetry-python-contrib#1745: listed and not selected, with the reason."""
    source = CHAT.format(name="fast").replace(")]", f", requires={requires!r})]")
    run = aiperf("plugins", "list", "--json", path=[install_plugin("fast", source)])
    assert run.returncode == 0
    listed = [
        each for each in json.loads(run.stdout)["implementations"] if each["class_type"] == "chat"
    ]
    assert [(each["identifier"], each["is_selected"]) for each in listed] == [
        ("openai_chat", True),
        ("fast", False),
    ]
    assert reason in listed[1]["not_selected_because"]
    assert reason in run.stderr


def test_validation_in_ci(aiperf, install_plugin):
    """npe2#76, npe2#100: exit code 1, and file and line, for what is wrong; nothing imported."""
    work = "class Other: pass\nraise SystemExit('imported')\n"
    site = install_plugin("fast", CHAT.format(name="fast") + "\nprint('imported')\n")
    (site / "fast_work.py").write_text(work)
    run = aiperf("plugins", "validate", "fast", path=[site])
    assert run.returncode == 1
    assert "fast.py:6" in run.stdout
    assert "imported" not in run.stdout + run.stderr


def test_extend_a_benchmark_client_without_a_fork(aiperf, tmp_path):
    """guidellm#551, lm-evaluation-harness#4013: a metric of one's own, from a file of one's own."""
    source = """
    from aiperf import LazyEntry, hookimpl

    class Halved:
        scope, tag, header, unit = "record", "halved_latency", "Halved Latency", "ms"

        def compute(self, record):
            return record.metrics["request_latency"] / 2

    @hookimpl
    def aiperf_register_metric():
        return [LazyEntry("halved_latency", "mine", "Halved",
                          metadata={"requires": ["request_latency"]})]
    """
    (tmp_path / "mine.py").write_text(dedent(source))
    options = ["--artifact-dir", str(tmp_path / "run"), "--request-count", "2", "--isl", "5"]
    run = aiperf(
        "profile", *options, "--ui", "none", path=[tmp_path],
        env={"AIPERF_PLUGIN_MODULES": "mine"},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    summary = json.loads((tmp_path / "run" / "profile_export_aiperf.json").read_text())
    halved, whole = summary["halved_latency"], summary["request_latency"]
    assert (halved["unit"], halved["avg"] * 2) == ("ms", pytest.approx(whole["avg"]))


def test_choices_that_survive_pickling_strings_between_processes(fresh_python, install_plugin):
    """aiperf#669, aiperf#672: what one process chose, another that has no plugin can read."""
    site = install_plugin("fast", CHAT.format(name="fast").replace('"chat"', '"vision"'))
    code = """
        import pickle, sys
        from aiperf.common.factories import EndpointFactory, PluginDiscovery
        PluginDiscovery.discover_all()
        choices = EndpointFactory.get_all_class_types()
        listed = EndpointFactory.list_implementations("vision")
        sys.stdout.write(pickle.dumps((choices, listed)).hex())
    """
    choices, listed = pickle.loads(bytes.fromhex(fresh_python(code, path=[site])))
    assert "vision" in choices
    assert {type(choice) for choice in choices} == {str}
    assert listed[0].origin.distribution == "fast"


def test_every_ask_has_a_test_of_its_name():
    """One that is renamed or dropped fails here."""
    tree = ast.parse(inspect.getsource(inspect.getmodule(test_validation_in_ci)))
    names = {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}
    asked = {f"test_{ask}" for ask in ASKS}
    assert not asked - names


ASKS = (
    "a_broken_plugin_must_not_kill_the_host",
    "nor_be_swallowed_a_silent_fallback_cost_hours",
    "installed_plugins_must_not_slow_help",
    "workers_must_see_the_same_plugins",
    "disable_one_plugin_before_it_is_imported",
    "one_name_everywhere_a_name_that_matches_nothing_is_an_error",
    "zero_means_off",
    "conflicts_are_deterministic_and_explicit",
    "duplicate_metadata_is_tolerated",
    "show_plugins_and_where_they_come_from_as_json_too",
    "no_races_and_no_deadlocks_between_threads",
    "typed_hooks_and_lookups",
    "temporary_registration_for_tests",
    "hide_or_replace_a_builtin",
    "version_gating_in_both_directions_with_the_reason_shown",
    "validation_in_ci",
    "extend_a_benchmark_client_without_a_fork",
    "choices_that_survive_pickling_strings_between_processes",
)
