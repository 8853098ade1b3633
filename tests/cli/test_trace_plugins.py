"""``--trace-plugins``: on the commands what the variable is in the environment."""

from __future__ import annotations

import json

import pytest

COMMANDS = [
    ("plugins", "--trace-plugins", "list"),
    ("plugins", "list", "--trace-plugins"),
    ("plugins", "show", "endpoint", "chat", "--trace-plugins"),
    ("plugins", "why", "endpoint", "chat", "--trace-plugins"),
    ("plugins", "doctor", "--slow-after", "1000000", "--trace-plugins"),
    ("plugins", "freeze", "--trace-plugins"),
    ("profile", "--trace-plugins", "--ui", "nno"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_trace_is_on_standard_error(aiperf, install_plugin, words):
    """With the import of the plugin, the hooks and the order of each class type."""
    site = install_plugin("acme", "import aiperf")
    traced = aiperf(*words, path=[site])
    assert "importing acme for plugin 'acme' (acme 1.0) [discovery]" in traced.stderr
    assert "calling aiperf_register_endpoint of aiperf [hook]" in traced.stderr
    assert "endpoint.chat: openai_chat from builtin" in traced.stderr
    plain = aiperf(*(word for word in words if word != "--trace-plugins"), path=[site])
    assert "aiperf trace" not in plain.stderr
    assert (plain.returncode, plain.stdout) == (traced.returncode, traced.stdout)


def test_the_option_beats_a_variable_that_is_off(aiperf):
    env = {"AIPERF_PLUGINS_TRACE": "0"}
    done = aiperf("plugins", "--trace-plugins", "list", "--json", env=env)
    assert "aiperf trace" in done.stderr
    assert json.loads(done.stdout)["errors"] == []


def test_a_variable_that_means_nothing_is_an_error(aiperf):
    done = aiperf("plugins", "list", env={"AIPERF_PLUGINS_TRACE": "maybe"})
    assert done.returncode == 1
    assert "AIPERF_PLUGINS_TRACE is 'maybe', which is neither yes nor no" in done.stderr
