"""``aiperf plugins show``: where an implementation comes from, without importing it."""

from __future__ import annotations

import hashlib
import json

import pytest

import aiperf as package

REGISTRY = """
    from aiperf import LazyEntry, hookimpl


    @hookimpl
    def aiperf_register_endpoint():
        return [
            LazyEntry("chat", "acme.chat", "AcmeChat", identifier="acme_chat",
                      description="chat as Acme has it", metadata={"path": "/chat", "n": 1}),
            LazyEntry("chat", "acme.chat", "AcmeChat", identifier="openai_chat"),
            LazyEntry("a:b", "acme.gone", "Gone", identifier="gone"),
        ]
"""
CHAT = "raise RuntimeError('imported')\n\n\nclass AcmeChat:\n    pass\n"


@pytest.fixture
def site(make_distribution):
    files = {"acme/__init__.py": "", "acme/registry.py": REGISTRY, "acme/chat.py": CHAT}
    points = {"aiperf.plugins": {"acme": "acme.registry"}}
    return make_distribution("acme-aiperf", "2.1", files=files, entry_points=points)


@pytest.fixture
def shown(aiperf, site):
    """Give what runs ``aiperf plugins show --json`` and returns the document."""

    def run(*words, code=0, **more):
        done = aiperf("plugins", "show", "--json", *words, path=[site], **more)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)

    return run


def test_everything_is_known_without_an_import(shown, site):
    """As datasette#794, conda#14845, tox#3682 and xarray#6577 ask for."""
    found = shown("endpoint", "chat:acme_chat")
    assert found["identifier"] == found["reference"] == "acme_chat"
    assert found["is_selected"]
    origin = ("origin", "plugin", "distribution", "version", "entry_point", "registry_module")
    assert [found[name] for name in origin] == [
        "entry-point",
        "acme",
        "acme-aiperf",
        "2.1",
        "acme",
        "acme.registry",
    ]
    assert found["registry_path"] == str(site / "acme" / "registry.py")
    assert found["declared"] == {"path": str(site / "acme" / "registry.py"), "line": 8}
    where = str(site / "acme" / "chat.py")
    assert found["class"] == {
        "module": "acme.chat",
        "name": "AcmeChat",
        "path": where,
        "line": 4,
        "problem": None,
        "is_certain": True,
    }
    assert found["description"] == "chat as Acme has it"
    assert found["metadata"] == {"path": "/chat", "n": 1}
    assert found["provenance"] == {
        "identifier": "acme_chat",
        "origin": "entry-point",
        "distribution": "acme-aiperf",
        "version": "2.1",
        "module": "acme.chat",
        "file": where,
        "sha256": hashlib.sha256(CHAT.encode()).hexdigest(),
    }
    assert found["others"] == [
        {
            "reference": "openai_chat",
            "from": "plugin 'acme' (acme-aiperf 2.1), entry point 'acme'",
            "is_selected": False,
            "is_shadowed": False,
        },
        {
            "reference": "openai_chat@aiperf",
            "from": f"builtin (aiperf {package.__version__})",
            "is_selected": False,
            "is_shadowed": False,
        },
    ]
    assert found["hook"]["name"] == "aiperf_register_endpoint"
    assert "format_payload" in found["hook"]["documentation"]
    assert found["hook"]["implemented_by"] == ["acme", "aiperf"]
    assert found["errors"] == []


def test_a_person_reads_the_same(aiperf, site):
    """File and line as editors take them."""
    done = aiperf("plugins", "show", "endpoint", "chat", path=[site])
    assert (done.returncode, done.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[0] == "endpoint.chat=acme_chat"
    assert "description chat as Acme has it" in lines
    assert "selected yes" in lines
    assert "from plugin 'acme' (acme-aiperf 2.1), entry point 'acme'" in lines
    assert f"declared {site / 'acme' / 'registry.py'}:8" in lines
    assert "class acme.chat:AcmeChat" in lines
    assert f"{site / 'acme' / 'chat.py'}:4" in lines
    assert lines.index("metadata path = '/chat'") + 1 == lines.index("n = 1")
    assert f"openai_chat@aiperf: builtin (aiperf {package.__version__})" in lines
    assert "Hook aiperf_register_endpoint of aiperf.common.factories.EndpointFactory:" in lines
    assert "from aiperf import LazyEntry, hookimpl" in lines


@pytest.mark.parametrize(
    "words", [("endpoint", "chat:openai_chat@builtin"), ("endpoint.chat=openai_chat@aiperf",)]
)
def test_a_shadowed_one_is_reached_by_its_plugin(shown, aiperf, site, words):
    """What lists print can be pasted."""
    found = shown(*words)
    assert found["class_name"] == "ChatEndpoint"
    assert found["reference"] == "openai_chat@aiperf"
    assert not found["is_selected"]
    assert found["not_selected_because"] == "a plugin comes before a builtin"
    assert found["selected"] == "acme_chat"
    (shadowing,) = [each for each in found["others"] if each["is_shadowed"]]
    assert shadowing["reference"] == "openai_chat"
    text = aiperf("plugins", "show", *words, path=[site]).stdout
    assert "no: a plugin comes before a builtin; acme_chat is" in text
    assert 'AIPERF_IMPLEMENTATIONS="endpoint.chat=openai_chat@aiperf"' in text
    assert "(same identifier)" in text
    assert "(selected)" in text


def test_a_class_that_does_not_exist_is_told(shown, aiperf, site):
    """And a class type may have a colon in it."""
    found = shown("endpoint", "a:b")
    assert found["class"]["problem"] == (
        "there is no module 'acme.gone'. Did you mean 'acme.chat'?"
    )
    assert found["provenance"]["sha256"] is None
    text = aiperf("plugins", "show", "endpoint", "a:b:gone", path=[site]).stdout
    assert "problem" in text
    assert "there is no module 'acme.gone'." in text


def test_an_option_says_that_it_selected(shown, aiperf, site):
    """The source is the option."""
    words = ("endpoint", "chat", "--use", "endpoint.chat=openai_chat")
    found = shown(*words)
    assert (found["identifier"], found["override_source"]) == ("openai_chat", "--use")
    assert "yes, by --use" in aiperf("plugins", "show", *words, path=[site]).stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("endpoit", "chat"), "'FACTORY': there is no factory 'endpoit'. Did you mean 'endpoint'?"),
        (("endpoint", "cht"), "endpoint has no class type 'cht'. Did you mean 'chat'?"),
        (("endpoint", "cht:x"), "endpoint has no class type 'cht'. Did you mean 'chat'?"),
        (("endpoint.cht",), "endpoint has no class type 'cht'. Did you mean 'chat'?"),
        (("endpoint",), "'CLASS_TYPE': name one of endpoint: chat, "),
        (
            ("endpoint", "chat:acmechat"),
            "'IDENTIFIER': endpoint.chat has no implementation 'acmechat'. Did you mean 'acme_c",
        ),
        (
            ("endpoint", "chat", "--use", "endpoint.chat=acmechat"),
            "--use has endpoint.chat=acmechat, but there is no implementation",
        ),
    ],
)
def test_a_name_that_means_nothing_is_a_usage_error(aiperf, site, words, message):
    """Exit 2, and the nearest name."""
    done = aiperf("plugins", "show", *words, path=[site])
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_name_that_a_failed_plugin_may_have_says_so(aiperf, install_plugin):
    site = install_plugin("broken", "1 / 0")
    done = aiperf("plugins", "show", "endpoint", "cht", path=[site], warnings_are_errors=False)
    assert "Failed plugins, which may have it: broken" in done.stderr


def test_what_was_named_and_failed_is_an_error_beside_the_answer(shown, aiperf, site):
    """Exit 1."""
    env = {"AIPERF_PLUGIN_MODULES": "missing_module"}
    found = shown("endpoint", "chat", code=1, env=env)
    assert found["identifier"] == "acme_chat"
    assert "missing_module" in found["errors"][0]
    done = aiperf("plugins", "show", "endpoint", "chat", path=[site], env=env)
    assert done.returncode == 1
    assert "Error: plugin 'missing_module'" in done.stderr


def test_it_works_with_plugins_switched_off(shown):
    found = shown("endpoint", "chat", env={"AIPERF_PLUGIN_AUTOLOAD": "0"})
    assert found["identifier"] == "openai_chat"
    assert found["others"] == []
