"""``aiperf plugins list``: what is installed, what is selected, and why."""

from __future__ import annotations

import json

import pytest

import aiperf as package
from aiperf.common.factories import ExporterFactory

CHAT = """
    from aiperf import LazyEntry, hookimpl

    @hookimpl
    def aiperf_register_endpoint():
        return [
            LazyEntry("chat", "acme.never.imported", "AcmeChat", identifier="acme_chat",
                      description="chat as Acme has it", metadata={"path": "/chat"}),
        ]
"""
BROKEN = "raise ImportError('no such thing')"
EMPTY = "nothing = True"


@pytest.fixture
def listed(aiperf):
    """Give what runs ``aiperf plugins list --json`` and returns the exit code and the document."""

    def run(**more):
        done = aiperf("plugins", "list", "--json", **({"warnings_are_errors": False} | more))
        return done.returncode, json.loads(done.stdout), done.stderr

    return run


def of(document, class_type):
    """Return the implementations of one class type, such as ``endpoint.chat``, as listed."""
    return [
        each
        for each in document["implementations"]
        if f"{each['factory']}.{each['class_type']}" == class_type
    ]


def row(text, *cells):
    """Return the one line of a table that begins with these cells."""
    (line,) = [
        line.split("  ") for line in text.splitlines() if line.split()[: len(cells)] == [*cells]
    ]
    return [cell.strip() for cell in line if cell.strip()]


def test_builtins(listed, aiperf):
    """The first of each class type is selected, and no plugin is mentioned."""
    code, document, stderr = listed(warnings_are_errors=True)
    assert (code, stderr) == (0, "")
    assert set(document) == {"implementations", "plugins", "errors"}
    assert (document["plugins"], document["errors"]) == ([], [])
    factories = {each["factory"] for each in document["implementations"]}
    assert factories == {
        *("arrival", "dataset", "endpoint", "executor", "exporter", "metric"),
        *("tokenizer", "transport", "ui"),
    }
    types = [(each["factory"], each["class_type"]) for each in document["implementations"]]
    selected = [each["is_selected"] for each in document["implementations"]]
    assert selected == [each not in types[:at] for at, each in enumerate(types)]
    exporters = {e["class_type"] for e in document["implementations"] if e["factory"] == "exporter"}
    assert exporters == set(ExporterFactory.get_all_class_types())
    (chat,) = of(document, "endpoint.chat")
    assert chat == {
        "factory": "endpoint",
        "class_type": "chat",
        "identifier": "openai_chat",
        "reference": "openai_chat",
        "origin": "builtin",
        "plugin": chat["plugin"],
        "distribution": "aiperf",
        "version": package.__version__,
        "module_path": "aiperf.endpoints.openai_chat",
        "class_name": "ChatEndpoint",
        "is_plugin": False,
        "is_selected": True,
        "not_selected_because": None,
        "to_select": None,
        "description": chat["description"],
        "requires": [],
        "unmet": None,
        "metadata": {
            "path": "/v1/chat/completions",
            "streaming": True,
            "tokens": True,
            "inputs": ["text", "image", "audio"],
        },
    }
    done = aiperf("plugins", "list")
    assert (done.returncode, done.stderr) == (0, "")
    first, *lines = done.stdout.splitlines()
    assert first.split() == ["CLASS", "TYPE", "IDENTIFIER", "ORIGIN", "FROM", "SELECTED"]
    assert len(lines) == len(document["implementations"])
    assert row(done.stdout, "endpoint.chat") == [
        *("endpoint.chat", "openai_chat", "builtin"),
        *(f"aiperf {package.__version__}", "selected"),
    ]


def test_a_plugin_that_needs_another_version(listed, aiperf, install_plugin):
    """It is listed with the reason, beside its implementation and beside the plugin."""
    hook = CHAT.replace("metadata=", 'requires="aiperf<0.0.1", metadata=')
    site = install_plugin("acme", hook, version="2.1")
    code, document, stderr = listed(path=[site])
    assert code == 0
    builtin, mine = of(document, "endpoint.chat")
    reason = (
        f"needs aiperf<0.0.1, this is {package.__version__}: update acme, or install an earlier "
        "version of aiperf"
    )
    assert (builtin["is_selected"], mine["is_selected"]) == (True, False)
    assert (mine["requires"], mine["unmet"]) == (["aiperf<0.0.1"], reason)
    assert mine["not_selected_because"] == reason
    assert document["plugins"][0]["unmet"] == [f"endpoint.chat=acme_chat {reason}"]
    assert stderr.count("is passed over") == 1
    done = aiperf("plugins", "list", path=[site])
    assert row(done.stdout, "endpoint.chat", "acme_chat")[-1] == f"no: {reason}"
    assert row(done.stdout, "acme")[-1] == f"endpoint.chat=acme_chat {reason}"


def test_a_plugin_that_overrides(listed, aiperf, install_plugin):
    """It is selected; the builtin says why not, and how to select it. Nothing is imported."""
    site = install_plugin("acme", CHAT, version="2.1")
    code, document, _ = listed(path=[site])
    assert code == 0
    mine, builtin = of(document, "endpoint.chat")
    assert mine["identifier"] == "acme_chat"
    assert (mine["origin"], mine["distribution"], mine["version"]) == ("entry-point", "acme", "2.1")
    assert (mine["is_selected"], mine["is_plugin"]) == (True, True)
    assert mine["metadata"] == {"path": "/chat"}
    assert not builtin["is_selected"]
    assert builtin["not_selected_because"] == "a plugin comes before a builtin"
    assert builtin["to_select"] == 'AIPERF_IMPLEMENTATIONS="endpoint.chat=openai_chat"'
    (plugin,) = document["plugins"]
    assert plugin == {
        "name": "acme",
        "status": "active",
        "reason": "",
        "origin": "entry-point",
        "distribution": "acme",
        "version": "2.1",
        "module": "acme",
        "path": str(site / "acme.py"),
        "import_time_s": plugin["import_time_s"],
        "unmet": [],
        "hooks": ["aiperf_register_endpoint"],
        "entries": ["endpoint.chat=acme_chat"],
    }
    assert plugin["import_time_s"] >= 0
    done = aiperf("plugins", "list", path=[site])
    assert (done.returncode, done.stderr) == (0, "")
    assert row(done.stdout, "endpoint.chat", "acme_chat")[2:] == [
        *("entry-point", "acme 2.1", "selected")
    ]
    assert row(done.stdout, "endpoint.chat", "openai_chat")[-1] == (
        "no: a plugin comes before a builtin"
    )
    assert row(done.stdout, "acme") == ["acme", "active", "entry-point", "acme 2.1"]


def test_an_override_of_a_person(listed, install_plugin):
    """It beats the plugin, which then says why it lost."""
    site = install_plugin("acme", CHAT)
    env = {"AIPERF_IMPLEMENTATIONS": "endpoint.chat=openai_chat"}
    _, document, _ = listed(path=[site], env=env)
    selected, other = of(document, "endpoint.chat")
    assert (selected["identifier"], selected["is_selected"]) == ("openai_chat", True)
    assert (other["identifier"], other["is_selected"]) == ("acme_chat", False)
    assert "override" in other["not_selected_because"]


def test_a_plugin_that_shadows_a_builtin(listed, install_plugin):
    """Both are there, and the shadowed one has a reference of its own."""
    site = install_plugin("acme", CHAT.replace("acme_chat", "openai_chat"))
    _, document, _ = listed(path=[site])
    mine, builtin = of(document, "endpoint.chat")
    assert (mine["reference"], mine["distribution"]) == ("openai_chat", "acme")
    assert builtin["reference"].startswith("openai_chat@")
    assert builtin["to_select"].endswith(f'{builtin["reference"]}"')


def test_a_plugin_that_fails(listed, aiperf, install_plugin):
    """It is listed with the reason, and is no error: nobody asked for it."""
    install_plugin("acme", CHAT)
    site = install_plugin("broken", BROKEN, version="0.3")
    code, document, stderr = listed(path=[site])
    assert code == 0
    assert "Traceback" not in stderr
    statuses = {each["name"]: each["status"] for each in document["plugins"]}
    assert statuses == {"acme": "active", "broken": "failed"}
    assert document["errors"] == []
    (broken,) = [each for each in document["plugins"] if each["name"] == "broken"]
    assert "ImportError: no such thing" in broken["reason"]
    assert of(document, "endpoint.chat")[0]["identifier"] == "acme_chat"
    done = aiperf("plugins", "list", path=[site])
    assert done.returncode == 0
    assert row(done.stdout, "broken")[:4] == ["broken", "failed", "entry-point", "broken 0.3"]
    assert "ImportError: no such thing" in row(done.stdout, "broken")[4]


def test_a_plugin_that_fails_under_strict_rules(listed, install_plugin):
    """It is an error then, and the rest is listed all the same."""
    site = install_plugin("broken", BROKEN)
    code, document, _ = listed(path=[site], env={"AIPERF_PLUGINS_STRICT": "1"})
    assert code == 1
    (error,) = document["errors"]
    assert "broken" in error
    assert "no such thing" in error
    assert of(document, "endpoint.chat")[0]["is_selected"]


def test_a_plugin_that_is_disabled(listed, aiperf, install_plugin):
    """It is not imported, and who disabled it is told."""
    site = install_plugin("acme", "raise SystemExit('imported')", version="2.1")
    env = {"AIPERF_PLUGINS_DISABLED": "acme"}
    code, document, stderr = listed(path=[site], env=env, warnings_are_errors=True)
    assert (code, stderr) == (0, "")
    (plugin,) = document["plugins"]
    assert (plugin["name"], plugin["status"]) == ("acme", "disabled")
    assert plugin["reason"] == "AIPERF_PLUGINS_DISABLED names it"
    assert plugin["import_time_s"] is None
    assert len(of(document, "endpoint.chat")) == 1
    done = aiperf("plugins", "list", path=[site], env=env)
    assert row(done.stdout, "acme") == [
        *("acme", "disabled", "entry-point", "acme 2.1", "AIPERF_PLUGINS_DISABLED names it")
    ]


def test_a_plugin_that_declares_nothing(listed, aiperf, install_plugin):
    site = install_plugin("acme", EMPTY)
    code, document, _ = listed(path=[site])
    assert code == 0
    (plugin,) = document["plugins"]
    assert (plugin["status"], plugin["hooks"], plugin["entries"]) == ("empty", [], [])
    done = aiperf("plugins", "list", path=[site])
    assert row(done.stdout, "acme")[1] == "empty"


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("AIPERF_PLUGINS_DISABLED", "acmee", "'acmee'"),
        ("AIPERF_PLUGINS_DISABLED", "acme,,other", "position 2"),
        ("AIPERF_PLUGIN_AUTOLOAD", "maybe", "'maybe'"),
        ("AIPERF_PLUGINS_STRICT", "", "empty"),
        ("AIPERF_PLUGIN_MODULES", "not a module", "blanks"),
        ("AIPERF_IMPLEMENTATIONS", "endpoint.chat", "FACTORY.CLASS_TYPE=IDENTIFIER"),
        ("AIPERF_IMPLEMENTATIONS", "endpoint.chat=acmechat", "Did you mean 'acme_chat'?"),
        ("AIPERF_IMPLEMENTATIONS", "endpoit.chat=x", "Did you mean 'endpoint'?"),
    ],
)
def test_a_variable_that_means_nothing(aiperf, listed, install_plugin, variable, value, *, words):
    """Is an error that names the variable, and says it once."""
    site = install_plugin("acme", CHAT)
    done = aiperf("plugins", "list", path=[site], env={variable: value})
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"Error: {variable}")
    assert words in line
    code, document, _ = listed(path=[site], env={variable: value})
    assert code == 1
    assert document["errors"] == [line.removeprefix("Error: ")]


def test_a_named_module_that_fails(aiperf, listed, install_plugin, tmp_path):
    """Is an error, and the rest is listed, what else was named included."""
    install_plugin("acme", CHAT)
    site = tmp_path / "site"
    (site / "bad.py").write_text("1 / 0")
    (site / "good.py").write_text("from aiperf import hookimpl")
    env = {"AIPERF_PLUGIN_MODULES": "bad,good,missing"}
    done = aiperf("plugins", "list", path=[site], env=env)
    assert done.returncode == 1
    first, second = done.stderr.splitlines()
    assert first.startswith("Error: ")
    assert "'bad'" in first
    assert "ZeroDivisionError" in first
    assert "'missing'" in second
    assert row(done.stdout, "bad")[:3] == ["bad", "failed", "module"]
    assert row(done.stdout, "good")[:3] == ["good", "empty", "module"]
    assert row(done.stdout, "acme")[:2] == ["acme", "active"]
    assert row(done.stdout, "endpoint.chat", "acme_chat")[-1] == "selected"
    code, document, _ = listed(path=[site], env=env)
    assert code == 1
    assert len(document["errors"]) == 2
    statuses = {each["name"]: each["status"] for each in document["plugins"]}
    assert statuses == {"acme": "active", "bad": "failed", "good": "empty", "missing": "failed"}


def test_nothing_is_imported_to_list_it(fresh_python, install_plugin):
    """The implementations are named, not looked at."""
    site = install_plugin("acme", CHAT)
    code = """
        import sys
        from aiperf.cli.main import main
        try:
            main()
        except SystemExit as end:
            assert end.code == 0
        names = ("endpoints", "transports", "metrics", "exporters", "benchmark", "server")
        heavy = {"numpy", "rich", "uvicorn", "httptools", "uvloop", "orjson"}
        print("imported:", [name for name in names if f"aiperf.{name}" in sys.modules],
              heavy & set(sys.modules))
    """
    done = fresh_python(code, "plugins", "list", path=[site])
    assert done.endswith("imported: [] set()\n")
