"""Options for class types: offered is what is installed and works, and strings are strings."""

from __future__ import annotations

import pickle
from enum import Enum

import pytest

from aiperf.aiperf_registry import aiperf_register_endpoint, aiperf_register_ui
from aiperf.cli.class_types import ClassType
from aiperf.cli.profile import profile

GOOD = """
    from aiperf import LazyEntry, hookimpl

    @hookimpl
    def aiperf_register_endpoint():
        return [LazyEntry("{name}_type", "{name}_classes", "Chat", identifier="{name}")]
"""
BUILTINS = list(dict.fromkeys(each.class_type for each in aiperf_register_endpoint()))
CLASSES = "raise RuntimeError('imported')\nclass Chat: ...\n"


def offered(done, option="--endpoint-type"):
    """Return what the help of ``aiperf profile`` offers for an option."""
    text = " ".join(done.stdout.split())
    _, _, rest = text.partition(f" {option} ")
    return rest.partition("[one of: ")[2].partition("]")[0].split(", ")


@pytest.fixture
def site(make_distribution):
    """Install one good plugin."""
    return make_distribution(
        "good",
        files={"good.py": GOOD.format(name="good"), "good_classes.py": CLASSES},
        entry_points={"aiperf.plugins": {"good": "good"}},
    )


def test_help_offers_what_is_installed(aiperf, site):
    """Importing no class."""
    assert offered(aiperf("profile", "--help")) == BUILTINS
    done = aiperf("profile", "--help", path=[site])
    assert (done.returncode, done.stderr) == (0, "")
    assert offered(done) == [*BUILTINS, "good_type"]
    assert offered(done, "--ui") == [each.class_type for each in aiperf_register_ui()]


BROKEN = {
    "a plugin that cannot be imported": ("1 / 0", "ZeroDivisionError"),
    "a plugin that exits": ("raise SystemExit(3)", "SystemExit"),
    "a module that is not there": (
        GOOD.format(name="gone"),
        "left out, for the class is not there: endpoint.gone_type=gone: there is no module",
    ),
    "a class that is not there": (
        GOOD.format(name="gone").replace("gone_classes", "good_classes").replace("Chat", "Chta"),
        "good_classes has no class 'Chta'. Did you mean 'Chat'?",
    ),
    "another version": (
        GOOD.format(name="gone").replace('identifier="gone"', 'requires="aiperf>=99"'),
        "aiperf>=99",
    ),
}


@pytest.mark.parametrize(("source", "words"), BROKEN.values(), ids=BROKEN)
def test_help_leaves_out_what_is_broken(aiperf, site, install_plugin, source, words):
    """It costs one line on standard error, and the rest is offered."""
    install_plugin("broken", source)
    done = aiperf("profile", "--help", path=[site], warnings_are_errors=False)
    assert done.returncode == 0
    assert offered(done) == [*BUILTINS, "good_type"]
    (note,) = done.stderr.splitlines()
    assert "broken" in note
    assert words in note


@pytest.mark.parametrize(
    "env",
    [
        {"AIPERF_PLUGIN_MODULES": "missing_module"},
        {"AIPERF_PLUGINS_STRICT": "perhaps"},
        {"AIPERF_PLUGINS_DISABLED": "no_such_plugin"},
        {"AIPERF_IMPLEMENTATIONS": "endpoint"},
        {"AIPERF_IMPLEMENTATIONS": "endpoint.embeddings=gone"},
        {"AIPERF_PLUGINS_STRICT": "1", "AIPERF_PLUGIN_MODULES": "missing_module"},
    ],
)
def test_help_never_fails(aiperf, site, env):
    """What would be an error of a run is a note."""
    done = aiperf("profile", "--help", path=[site], env=env, warnings_are_errors=False)
    assert done.returncode == 0
    assert offered(done)[0] == "chat"
    (note,) = done.stderr.splitlines()
    assert note.startswith("Note: ")


def test_an_unknown_class_type_names_the_option_and_the_nearest(aiperf, site, install_plugin):
    """Exit 2; a plugin that failed may have had it."""
    done = aiperf("profile", "--endpoint-type", "good_typ", path=[site])
    assert done.returncode == 2
    assert "'--endpoint-type': there is no class type 'good_typ' of endpoint." in done.stderr
    assert "Did you mean 'good_type'?" in done.stderr
    install_plugin("broken", "1 / 0")
    words = ("profile", "--custom-dataset-type", "acme")
    done = aiperf(*words, path=[site], warnings_are_errors=False)
    assert done.returncode == 2
    assert "there is no class type 'acme' of dataset. Known: " in done.stderr
    assert "Failed plugins, which may have it: broken" in done.stderr


class Shape(str, Enum):  # noqa: UP042 - an application's own, as they often are
    CHAT = "chat"


def test_values_are_strings_that_survive_pickling():
    """As aiperf#669 and aiperf#672 ask for; so do the options' own types."""
    params = profile.make_context("profile", ["--endpoint-type", "completions"]).params
    again = pickle.loads(pickle.dumps(params))
    assert again == params
    assert type(again["endpoint_type"]) is str
    kind = pickle.loads(pickle.dumps(ClassType("endpoint")))
    assert (kind.factory, type(kind.convert("chat", None, None))) == ("endpoint", str)
