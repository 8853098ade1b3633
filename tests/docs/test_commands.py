"""README.md's two commands, run as printed where nothing is installed yet."""

from __future__ import annotations

import os
import shutil
import subprocess
import venv
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
NOT_IN_A_CHECKOUT = shutil.ignore_patterns(
    ".git", ".tox", ".venv", "venv", ".*_cache", "__pycache__", "artifacts", "build", "dist"
)


@pytest.fixture
def commands(read_blocks) -> dict[str, list[str]]:
    """The blocks of README.md that are marked as a command, under the command's name."""
    commands: dict[str, list[str]] = {}
    for block in read_blocks(CHECKOUT / "README.md"):
        if name := block.directives.get("command"):
            commands.setdefault(name, []).append(block.text)
    return commands


@pytest.fixture
def newcomer(tmp_path):
    """Run ``bash`` in a copy of the checkout, with ``tmp_path``'s environment if there is one."""
    shutil.copytree(CHECKOUT, tmp_path / "checkout", ignore=NOT_IN_A_CHECKOUT)
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AIPERF_", "PYTHON", "TOX_")) and name != "VIRTUAL_ENV"
    }
    path = f"{tmp_path / 'venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", *command],
            cwd=tmp_path / "checkout",
            env=inherited | {"PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )

    return run


def test_readme_has_each_command_once(commands):
    """There is one command to install and run, and one to test."""
    assert {name: len(blocks) for name, blocks in commands.items()} == {"install": 1, "test": 1}


def test_the_test_command_is_the_agreed_one(commands):
    """Whoever knows tox knows the project."""
    assert commands["test"] == ["python -m pip install tox && python -m tox\n"]


def test_the_install_command_works_as_printed(commands, newcomer, tmp_path):
    """On a fresh checkout, in a new environment, it installs AIPerf and runs the main job."""
    venv.create(tmp_path / "venv", symlinks=True, with_pip=True)
    done = newcomer("-euo", "pipefail", "-c", commands["install"][0])
    assert done.returncode == 0, done.stdout


def test_ci_runs_the_test_command_of_the_readme(newcomer, tmp_path):
    """``.ci/run`` takes the marked block, and fails where the block does."""
    readme = tmp_path / "checkout" / "README.md"
    page = (
        "# A\n\n```bash\nfalse\n```\n\n"
        "<!-- command: test -->\n```bash\n{}\n```\n\n```text\nb\n```\n"
    )
    readme.write_text(page.format("echo in $(python -c 'import sys; print(sys.prefix)')\ntrue"))
    done = newcomer(".ci/run")
    assert done.returncode == 0, done.stdout
    prefix = Path(done.stdout.splitlines()[-1].removeprefix("in "))
    assert prefix.name == "venv"
    assert not prefix.exists(), "the environment is fresh each time, and removed"

    readme.write_text(page.format("false\necho not reached"))
    done = newcomer(".ci/run")
    assert done.returncode != 0
    assert "\nnot reached" not in done.stdout


def test_ci_fails_without_a_test_command(newcomer, tmp_path):
    """A README that lost its marker does not pass by running nothing."""
    (tmp_path / "checkout" / "README.md").write_text("# A\n\n```bash\ntrue\n```\n")
    done = newcomer(".ci/run")
    assert done.returncode == 1
    assert "<!-- command: test -->" in done.stdout
