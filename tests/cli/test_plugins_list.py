"""``aiperf plugins list``: its filters, and that hostile plugins cannot spoil its output."""

from __future__ import annotations

import json

import pytest

from aiperf.aiperf_registry import aiperf_register_endpoint

CHAT = """
    from aiperf import LazyEntry, hookimpl

    @hookimpl
    def aiperf_register_endpoint():
        return [LazyEntry("chat", "never.imported", "Chat", identifier="{name}_chat")]
"""


@pytest.fixture
def site(install_plugin, make_distribution):
    """Install one plugin of each status, and a module beside them."""
    install_plugin("acme", CHAT.format(name="acme"))
    install_plugin("broken", "raise ImportError('gone')")
    install_plugin("nothing", "")
    install_plugin("off", "raise SystemExit('imported')")
    return make_distribution("local", files={"local.py": CHAT.format(name="local")})


ENV = {"AIPERF_PLUGINS_DISABLED": "off", "AIPERF_PLUGIN_MODULES": "local"}


@pytest.fixture
def listed(aiperf, site):
    """Give what lists with some options, and returns the identifiers and the plugins' names."""

    def run(*words):
        more = {"path": [site], "env": ENV, "warnings_are_errors": False}
        done = aiperf("plugins", "list", "--json", *words, **more)
        assert done.returncode == 0
        document = json.loads(done.stdout)
        table = aiperf("plugins", "list", *words, **more).stdout
        for each in document["implementations"]:
            assert f"{each['factory']}.{each['class_type']}" in table
        for each in document["plugins"]:
            assert f"\n{each['name']} " in f"\n{table}"
        named = [each["reference"] for each in document["implementations"]]
        return named, {each["name"]: each["status"] for each in document["plugins"]}

    return run


def test_a_factory(listed):
    """What failed or is disabled stays: nobody knows what it would have brought."""
    named, plugins = listed("--factory", "endpoint")
    builtins = [entry.identifier for entry in aiperf_register_endpoint()]
    assert named == ["local_chat", "acme_chat", *builtins]
    assert set(plugins) == {"acme", "broken", "nothing", "off", "local"}
    named, plugins = listed("--factory", "ui", "--factory", "transport")
    assert "http" in named
    assert set(plugins) == {"broken", "nothing", "off"}


def test_an_origin(listed):
    assert listed("--origin", "module") == (["local_chat"], {"local": "active"})
    named, plugins = listed("--origin", "entry-point")
    assert named == ["acme_chat"]
    assert set(plugins) == {"acme", "broken", "nothing", "off"}
    named, plugins = listed("--origin", "builtin")
    assert "openai_chat" in named
    assert plugins == {}


@pytest.mark.parametrize(
    ("status", "plugin"), [("failed", "broken"), ("disabled", "off"), ("empty", "nothing")]
)
def test_a_status(listed, status, plugin):
    """Only what is active has implementations."""
    assert listed("--status", status) == ([], {plugin: status})


def test_statuses_together_and_filters_together(listed):
    """A repeated option adds, another one takes away."""
    _, plugins = listed("--status", "failed", "--status", "empty")
    assert set(plugins) == {"broken", "nothing"}
    named, plugins = listed("--status", "active", "--origin", "entry-point")
    assert (named, plugins) == (["acme_chat"], {"acme": "active"})


def test_options_that_leave_nothing_say_so(aiperf, site):
    """An empty answer is an answer."""
    words = ("--status", "failed", "--origin", "module")
    done = aiperf("plugins", "list", *words, path=[site], env=ENV, warnings_are_errors=False)
    assert done.returncode == 0
    assert done.stdout == "Nothing is there that all of these options leave.\n"


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--factory", "endpoit", "there is no factory 'endpoit'. Did you mean 'endpoint'?"),
        ("--origin", "modul", "there is no origin 'modul'. Did you mean 'module'?"),
        ("--status", "fialed", "there is no status 'fialed'. Did you mean 'failed'?"),
        ("--use", "endpoint.chat=x", "--use has endpoint.chat=x, but there is no implementation"),
        ("--use", "endpoint.chat", "is not FACTORY.CLASS_TYPE=IDENTIFIER"),
    ],
)
def test_a_value_that_means_nothing_is_a_usage_error(aiperf, option, value, words):
    """Exit 2, and the option and the nearest name are told."""
    done = aiperf("plugins", "list", option, value)
    assert done.returncode == 2
    assert words in done.stderr
    assert option in done.stderr


def test_use_shows_what_a_run_would_use(listed):
    """Without a run."""
    named, _ = listed("--use", "endpoint.chat=openai_chat", "--factory", "endpoint")
    assert named[0] == "openai_chat"


def test_one_plugin_can_be_disabled_before_it_is_imported(aiperf, site):
    """As conda#15914 and tox#3560 ask for; it raises if it is imported."""
    more = {"path": [site], "warnings_are_errors": False}
    done = aiperf("plugins", "list", "--json", env=ENV, **more)
    (off,) = [each for each in json.loads(done.stdout)["plugins"] if each["name"] == "off"]
    assert (off["status"], off["import_time_s"]) == ("disabled", None)
    done = aiperf("plugins", "list", "--json", env={}, **more)
    (off,) = [each for each in json.loads(done.stdout)["plugins"] if each["name"] == "off"]
    assert off["status"] == "failed"


@pytest.mark.parametrize(
    "variables", [{"AIPERF_PLUGIN_AUTOLOAD": "0"}, {"AIPERF_PLUGINS_DISABLED": "*"}]
)
def test_it_works_with_plugins_switched_off(aiperf, site, variables):
    """The builtins are listed."""
    done = aiperf("plugins", "list", "--factory", "endpoint", path=[site], env=variables)
    assert (done.returncode, done.stderr) == (0, "")
    assert "openai_chat" in done.stdout
    assert "acme_chat" not in done.stdout


HOSTILE = """
    import enum
    from aiperf import LazyEntry, hookimpl

    print("printed while imported")

    class Odd:
        def __str__(self):
            raise RuntimeError("no text")

    class Shape(enum.Enum):
        ROUND = 1

    @hookimpl
    def aiperf_register_endpoint():
        return [LazyEntry("chat", "never.imported", "Chat", identifier="{name}",
                          description="two\\nlines", metadata={{
                              1: {{"b", "a"}}, "odd": Odd(), "shape": Shape.ROUND,
                              "nan": float("nan"), "big": 1 << 70, "t": (None, True),
                              "bad": "\\udcff", "f": 0.5}})]
"""


def test_a_plugin_cannot_spoil_the_output(aiperf, install_plugin):
    """It prints, and has metadata that JSON has no word for, and names from all over the world."""
    site = install_plugin("odd", HOSTILE.format(name="żółw" + "w" * 300))
    done = aiperf("plugins", "list", "--json", path=[site])
    assert "printed while imported" in done.stderr
    (found,) = [
        each for each in json.loads(done.stdout)["implementations"] if each["plugin"] == "odd"
    ]
    assert found["identifier"].startswith("żółw")
    assert found["metadata"] == {
        "1": ["a", "b"],
        "odd": "<Odd whose str() raised RuntimeError>",
        "shape": "Shape.ROUND",
        "nan": "nan",
        "big": 1 << 70,
        "t": [None, True],
        "bad": "\udcff",
        "f": 0.5,
    }
    plain = aiperf("plugins", "list", path=[site], env={"PYTHONIOENCODING": "ascii"})
    assert plain.returncode == 0
    shown = aiperf("plugins", "show", "endpoint", "chat", path=[site])
    assert (shown.returncode, "two lines\n" in shown.stdout) == (0, True)
