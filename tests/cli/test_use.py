"""``aiperf profile --use``: one run with another implementation; errors name the option."""

from __future__ import annotations

import json

import pytest

HOOK = """
    from aiperf import LazyEntry, hookimpl

    @hookimpl
    def aiperf_register_endpoint():
        return [LazyEntry("chat", "acme_chat", "Chat", identifier="acme")]
"""
CHAT = """
    from aiperf.endpoints.openai_chat import ChatEndpoint

    class Chat(ChatEndpoint):
        pass
"""


@pytest.fixture
def site(make_distribution):
    return make_distribution(
        "acme",
        files={"acme.py": HOOK, "acme_chat.py": CHAT},
        entry_points={"aiperf.plugins": {"acme": "acme"}},
    )


RUN = ("profile", "--request-count", "1", "--isl", "2", "--ui", "none", "--osl", "1")


def used(directory):
    """Return the identifier of the endpoint that a run's artifacts name, and the overrides."""
    document = json.loads((directory / "profile_export_aiperf.json").read_text())
    provenance = document["provenance"]
    (endpoint,) = [e for e in provenance["implementations"] if e["factory"] == "endpoint"]
    return endpoint["identifier"], provenance["overrides"]


def test_a_run_uses_what_the_option_says(aiperf, site, tmp_path):
    """And what the artifacts say of it is true."""
    more = {"path": [site], "warnings_are_errors": False}
    plain, mine = tmp_path / "plain", tmp_path / "mine"
    words = ("--use", "endpoint.chat=openai_chat", "--use", "ui.none=none")
    done = aiperf(*RUN, "--artifact-dir", str(plain), **more)
    assert done.returncode == 0, done.stderr
    assert used(plain) == ("acme", {})
    done = aiperf(*RUN, *words, "--artifact-dir", str(mine), **more)
    assert done.returncode == 0, done.stderr
    assert used(mine) == (
        "openai_chat",
        {"endpoint.chat": "openai_chat", "ui.none": "none"},
    )


def test_the_option_beats_the_variable(aiperf, site, tmp_path):
    """Which still holds for the other class types."""
    done = aiperf(
        *(*RUN, "--use", "endpoint.chat=acme", "--artifact-dir", str(tmp_path / "a")),
        path=[site],
        env={"AIPERF_IMPLEMENTATIONS": "endpoint.chat=openai_chat,ui.none=none"},
        warnings_are_errors=False,
    )
    assert done.returncode == 0, done.stderr
    assert used(tmp_path / "a") == ("acme", {"endpoint.chat": "acme", "ui.none": "none"})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            ["endpoint.chat=acm"],
            "Error: --use has endpoint.chat=acm, but there is no",
        ),
        (["endpoint.chat=acm"], "Did you mean 'acme'?"),
        (["endpoint.cht=acme"], "no class type of endpoint 'cht'. Did you mean 'chat'?"),
        (["endpoit.chat=acme"], "no factory 'endpoit'. Did you mean 'endpoint'?"),
        (["chat=acme"], "--use='chat=acme': 'chat=acme' is not FACTORY.CLASS_TYPE=IDENTIFIER"),
        (["endpoint.chat=acme", "endpoint.chat=openai_chat"], "chooses two implementations"),
    ],
)
def test_an_error_names_the_option(aiperf, site, values, message):
    """Exit 2, before anything is started."""
    words = [word for value in values for word in ("--use", value)]
    done = aiperf("profile", *words, path=[site])
    assert done.returncode == 2
    assert message in done.stderr
    assert "--use" in done.stderr
    assert done.stdout == ""


def test_a_named_module_that_fails_is_the_exit_status_1(aiperf, tmp_path):
    """Nothing is measured."""
    done = aiperf("profile", env={"AIPERF_PLUGIN_MODULES": "missing_module"})
    assert done.returncode == 1
    assert done.stderr.startswith("Error: plugin 'missing_module'")
    assert not (tmp_path / "cwd" / "artifacts").exists()
