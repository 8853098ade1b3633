"""Completion by a real shell; nothing that is wrong with plugins is ever printed by it."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from pathlib import Path

import pytest

AIPERF = str(Path(sysconfig.get_path("scripts")) / "aiperf")

HOOK = """
    from aiperf import LazyEntry, hookimpl

    print("printed")

    @hookimpl
    def aiperf_register_endpoint():
        return [
            LazyEntry("chat", "acme_classes", "Chat", identifier="acme",
                      description="Acme's\\nown"),
            LazyEntry("chat", "acme_classes", "Gone", identifier="acme_gone"),
            LazyEntry("zoo", "acme_classes", "Gone", identifier="zoo"),
        ]
"""


@pytest.fixture
def site(make_distribution, install_plugin):
    """Install a good plugin and a broken one."""
    install_plugin("broken", "1 / 0")
    return make_distribution(
        "acme",
        files={"acme.py": HOOK, "acme_classes.py": "class Chat: ..."},
        entry_points={"aiperf.plugins": {"acme": "acme"}},
    )


@pytest.fixture
def shell(site, tmp_path):
    """Give what runs a program with the plugins, and returns its output and its errors."""

    def run(*words, **env):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("AIPERF_")}
        path = f"{Path(AIPERF).parent}{os.pathsep}{environment['PATH']}"
        environment |= {"PYTHONPATH": str(site), "PATH": path, **env}
        done = subprocess.run(
            words,
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout, done.stderr

    return run


BASH = """
eval "$(aiperf completion bash)"
COMP_LINE=$1 COMP_POINT=${#1}
_aiperf_completion aiperf 2>/dev/null
printf '%s\\n' "${COMPREPLY[@]}"
"""
LINES = {
    "aiperf pro": ["profile"],
    "aiperf plugins sh": ["show"],
    "aiperf profile --endpoint-t": ["--endpoint-type"],
    "aiperf profile --endpoint-type emb": ["embeddings"],
    "aiperf profile --ui n": ["none"],
    "aiperf profile --use endpoint.ch": ["endpoint.chat="],
    "aiperf profile --use endpoint.chat=": ["acme", "openai_chat"],
    "aiperf profile --use endpoint.chat=op": ["openai_chat"],
    "aiperf profile --use endpoint.nothing=": [],
    "aiperf plugins why transp": ["transport"],
    "aiperf plugins why endpoint ch": ["chat"],
    "aiperf plugins show endpoint chat:ac": ["acme"],
    "aiperf plugins show nothing ": [],
    "aiperf plugins list --factory u": ["ui"],
    "aiperf plugins list --status fa": ["failed"],
    "aiperf plugins list --origin m": ["module"],
    "aiperf plugins validate ac": ["acme"],
    "aiperf completion ": ["bash", "fish", "zsh"],
}


@pytest.mark.parametrize(("line", "answers"), LINES.items(), ids=LINES)
def test_bash_completes(shell, line, answers):
    """Words with ``=`` and ``:`` in them, too; what is broken is not offered."""
    output, _ = shell("bash", "-c", BASH, "-", line)
    assert output.split() == answers


def test_bash_completes_a_plugin_after_an_at(shell, install_plugin):
    """Of the shadowed ones, only what is after the sign is left for bash to add."""
    install_plugin("bolt", HOOK.replace("Gone", "Chat").replace('"acme"', '"openai_chat"'))
    output, _ = shell("bash", "-c", BASH, "-", "aiperf profile --use endpoint.chat=openai_chat@")
    assert output.split() == ["aiperf"]


@pytest.mark.parametrize("name", ["zsh", "fish"])
def test_other_shells_get_descriptions(shell, name):
    """In one line each, whatever a plugin writes."""
    words = {"zsh": ("aiperf profile --use endpoint.chat=a", "3")}
    line, position = words.get(name, ("aiperf profile --use", "endpoint.chat=a"))
    env = {"COMP_WORDS": line, "COMP_CWORD": position, "_AIPERF_COMPLETE": f"{name}_complete"}
    output, errors = shell(AIPERF, **env)
    assert "endpoint.chat=acme" in output
    assert "Acme's own" in output
    assert "acme_gone" not in output
    assert errors == ""


@pytest.mark.parametrize(
    "env", [{"AIPERF_PLUGINS_STRICT": "perhaps"}, {"AIPERF_PLUGIN_MODULES": "missing_module"}]
)
def test_completion_is_silent_whatever_is_wrong(shell, env):
    """It answers with what there is."""
    asked = {"COMP_WORDS": "aiperf profile --endpoint-type e", "COMP_CWORD": "3"}
    output, errors = shell(AIPERF, **asked, _AIPERF_COMPLETE="zsh_complete", **env)
    assert output.split()[:2] == ["plain", "embeddings"]
    assert errors == ""


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script(shell, name):
    """It asks this command."""
    output, _ = shell(AIPERF, "completion", name)
    assert "_AIPERF_COMPLETE" in output
    assert "aiperf" in output


def test_an_unknown_shell_is_a_usage_error(aiperf):
    done = aiperf("completion", "bsh")
    assert done.returncode == 2
    assert "there is no shell 'bsh'. Did you mean 'bash'?" in done.stderr
