"""What every class type resolves to, with a digest that is the same in every process."""

from __future__ import annotations

import json
import py_compile
from dataclasses import replace
from enum import Enum

import pytest

from aiperf.plugins import LazyEntry
from aiperf.plugins.origins import OriginKind
from aiperf.plugins.resolution import Resolution, plain_metadata, resolve

DIGEST = """
import json, sys
from aiperf.common.factories import PluginDiscovery
from aiperf.plugins.default import default_registry
from aiperf.plugins.resolution import resolve

PluginDiscovery.discover_all()
resolution = resolve(default_registry)
chat = resolution.by_key()["endpoint.chat"]
print(json.dumps([resolution.digest, chat.reference, chat.source, sorted(sys.modules)]))
"""


@pytest.fixture
def chosen(registry):
    """Give a function that returns the resolution and its only choice."""

    def resolved():
        resolution = resolve(registry)
        (choice,) = resolution.choices
        return resolution, choice

    return resolved


def test_the_digest_is_the_same_in_every_process(fresh_python, install_plugin):
    """Whatever the hash seed, and however often."""
    source = """
    from aiperf import LazyEntry, hookimpl

    @hookimpl
    def aiperf_register_endpoint():
        metadata = {"needs": {"b", "a", "c"}, "extra": None}
        return [LazyEntry("chat", "acme_classes", "Chat", metadata=metadata)]
    """
    site = install_plugin("acme", source)
    runs = [
        json.loads(fresh_python(DIGEST, path=[site], env={"PYTHONHASHSEED": seed}))
        for seed in ("0", "1", "2")
    ]
    assert runs[0][:3] == runs[1][:3] == runs[2][:3]
    assert runs[0][1:3] == ["Chat", "plugin 'acme' (acme 1.0)"]
    assert runs[0][0].startswith("sha256:")
    assert len(runs[0][0]) == len("sha256:") + 64


def test_nothing_is_imported_for_it(fresh_python):
    """Not the implementations, whose files are read all the same."""
    _, reference, _, modules = json.loads(fresh_python(DIGEST))
    assert reference == "openai_chat"
    assert not [name for name in modules if name.startswith("aiperf.endpoints")]


def test_choices_are_sorted_plain_data(fresh_python):
    """By factory and class type, with where each came from and its file's digest."""
    printed = fresh_python(
        """
        import json
        from aiperf.common.factories import EndpointFactory
        from aiperf.plugins.default import default_registry
        from aiperf.plugins.resolution import resolve
        choices = resolve(default_registry).choices
        print(json.dumps([[each.key, each.why, each.compared()] for each in choices]))
        """
    )
    choices = json.loads(printed)
    keys = [key for key, _, _ in choices]
    assert keys == sorted(keys)
    assert all(len(each["sha256"]) == 64 for _, _, each in choices)
    (chat,) = [each for each in choices if each[0] == "endpoint.chat"]
    assert chat[1] == "there is no other"
    assert chat[2] | {"sha256": "", "version": ""} == {
        "factory": "endpoint",
        "class_type": "chat",
        "reference": "openai_chat",
        "target": "aiperf.endpoints.openai_chat:ChatEndpoint",
        "origin": "builtin",
        "plugin": "aiperf",
        "distribution": "aiperf",
        "version": "",
        "sha256": "",
        "metadata": {
            "path": "/v1/chat/completions",
            "streaming": True,
            "tokens": True,
            "inputs": ["text", "image", "audio"],
        },
    }


@pytest.mark.parametrize(
    "change",
    [
        {"reference": "other"},
        {"target": "acme:Other"},
        {"origin": OriginKind.MODULE},
        {"plugin": "other"},
        {"distribution": "other"},
        {"version": "2"},
        {"sha256": "0" * 64},
        {"metadata": {"path": "/v2"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_is_another_implementation_has_another_digest(endpoints, chosen, change):
    """Each part of it counts."""
    endpoints.register_lazy("chat", "acme", "Acme")
    resolution, choice = chosen()
    assert Resolution((replace(choice, **change),)).digest != resolution.digest


def test_why_it_was_chosen_is_not_compared(endpoints, chosen):
    """The same implementation is the same, whether it won or was the only one."""
    endpoints.register_lazy("chat", "acme", "Acme", is_plugin=True)
    alone, choice = chosen()
    assert choice.why == "there is no other"
    endpoints.register_lazy("chat", "acme", "Loser")
    beside, choice = chosen()
    assert choice.why == "a plugin comes before a builtin"
    endpoints.use_implementation_by_id("chat", "Acme")
    selected, choice = chosen()
    assert choice.why == "EndpointFactory.use_implementation_by_id selects it"
    assert alone.digest == beside.digest == selected.digest


def test_an_override_of_nothing_is_a_choice_without_a_target(registry, endpoints, make, chosen):
    """The reason says what is missing, and the rest of the resolution is there."""
    registry.manager.register(make.plugin([make.entry("gone")]), "acme")
    endpoints.register_lazy("chat", "acme", "Acme")
    endpoints.use_implementation_by_id("chat", "gone")
    registry.manager.unregister(name="acme")
    _, choice = chosen()
    assert (choice.key, choice.target) == ("endpoint.chat", "")
    assert "'chat' has no implementation 'gone'" in choice.why


def test_a_compiled_module_has_a_digest_and_a_missing_one_has_none(
    endpoints, chosen, tmp_path, monkeypatch
):
    """Whatever file an import would read counts; a namespace package has no file."""
    monkeypatch.syspath_prepend(tmp_path)
    source = tmp_path / "resolution_compiled.py"
    source.write_text("class Acme: pass\n")
    py_compile.compile(str(source), cfile=str(tmp_path / "resolution_compiled.pyc"))
    source.unlink()
    (tmp_path / "resolution_namespace").mkdir()
    endpoints.register_lazy("chat", "resolution_compiled", "Acme", "compiled")
    endpoints.register_lazy("chat", "resolution_namespace", "Acme", "namespace")
    endpoints.register_lazy("chat", "resolution_missing", "Acme", "missing")
    found = {}
    for identifier in ("compiled", "namespace", "missing"):
        endpoints.use_implementation_by_id("chat", identifier)
        found[identifier] = chosen()[1].sha256
    assert len(found.pop("compiled")) == 64
    assert found == {"namespace": None, "missing": None}


class Colour(Enum):
    """A value that is no plain data by itself."""

    RED = "red"


def test_metadata_becomes_what_json_can_hold():
    """The same text in every process: sets are sorted, and an object is only its type."""
    metadata = {
        "text": "a",
        "numbers": (1, 2.5, True, None),
        "set": {"b", "a"},
        "nested": {1: [Colour.RED]},
        "infinite": float("inf"),
        "object": object(),
    }
    plain = plain_metadata(LazyEntry("chat", "acme", "Acme", metadata=metadata).metadata)
    assert plain == {
        "text": "a",
        "numbers": [1, 2.5, True, None],
        "set": ["a", "b"],
        "nested": {"1": ["red"]},
        "infinite": "inf",
        "object": "<builtins.object>",
    }
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
