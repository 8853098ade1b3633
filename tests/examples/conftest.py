"""A reader of an example's README, who has a checkout, an empty environment and a shell."""

from __future__ import annotations

import doctest
import fcntl
import os
import re
import shlex
import shutil
import subprocess
import tomllib
import venv
from dataclasses import dataclass, field
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
TIMEOUT = 300.0
"""Seconds that one block may take."""

SECTION = re.compile(r"^## (.+)\n((?:(?!## ).*\n)*)", re.MULTILINE)
BLOCK = re.compile(r"^```(.*)\n((?:(?!```).*\n)*)```$", re.MULTILINE)


@dataclass
class Reader:
    """Follows one README, section by section, in one shell.

    ``bash`` blocks run as they are. In ``console`` blocks each line that begins with ``$`` runs,
    and must print the lines that follow it, where ``...`` stands for anything.
    """

    readme: Path
    checkout: Path
    """A copy of the checkout, where everything is run."""
    environment: dict[str, str]
    state: Path
    """Keeps directory and variables from one block to the next."""
    sections: dict[str, list[tuple[str, str]]] = field(init=False)
    """The sections that have something to run and have not been followed."""

    def __post_init__(self) -> None:
        """Read the README."""
        text = self.readme.read_text(encoding="utf-8")
        assert len(BLOCK.findall(text)) == text.count("```") // 2, "every block is understood"
        sections = {title: BLOCK.findall(body) for title, body in SECTION.findall(text)}
        self.sections = {title: blocks for title, blocks in sections.items() if blocks}
        self.state.touch()

    def follow(self, title: str) -> str:
        """Do what one section says, and return what its ``bash`` blocks printed."""
        printed = []
        for language, text in self.sections.pop(title):
            assert language in {"bash", "console"}, f"{self.readme}: {language}"
            if language == "bash":
                printed.append(self.run(text))
                continue
            for command in re.split(r"^\$ ", text.replace("\\\n", ""), flags=re.MULTILINE)[1:]:
                self._check(*command.split("\n", 1))
        return "".join(printed)

    def run(self, script: str) -> str:
        """Run ``script`` where the last one left off, and return what it printed.

        Raises:
            AssertionError: Its exit status is not 0.
        """
        state = shlex.quote(str(self.state))
        save = f'{{ export -p; printf "cd %q\\n" "$PWD"; }} > {state}'
        resumed = f"source {state}\ntrap {shlex.quote(save)} EXIT\n{script}"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", resumed],
            cwd=self.checkout,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        assert done.returncode == 0, f"exit status {done.returncode}\n{script}\n{done.stdout}"
        return done.stdout

    def _check(self, command: str, expected: str) -> None:
        printed = self.run(command)
        same = doctest.OutputChecker().check_output(
            expected.strip(), printed.strip(), doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        )
        assert same, f"{self.readme}:\n$ {command}\nprinted\n{printed}and not\n{expected}"


@pytest.fixture(scope="session")
def wheels(tmp_path_factory) -> Path:
    """A directory with every wheel that a README's ``pip install`` may need, but AIPerf's own.

    It is fetched once, whatever the number of test processes, so that no install after it needs
    the network.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    directory = shared / "wheels"
    with (shared / "wheels.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not directory.exists():
            project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
            extras = project["project"]["optional-dependencies"]
            wanted = [
                *project["project"]["dependencies"],
                *project["build-system"]["requires"],
                *extras["new"],
                *extras["testing"],
                "editables",  # what hatchling needs for pip install --editable
                "pytest",
            ]
            venv.create(shared / "fetcher", symlinks=True, with_pip=True)
            fetched = shared / "fetched"
            done = subprocess.run(
                [shared / "fetcher/bin/pip", "wheel", "--quiet", "--wheel-dir", fetched, *wanted],
                env=_environment(shared / "fetcher"),
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            fetched.rename(directory)
    return directory


@pytest.fixture
def read(tmp_path, wheels):
    """Give a :class:`Reader` of an example, by its directory's name."""

    def read(example: str) -> Reader:
        checkout = tmp_path / "checkout"
        ours = shutil.ignore_patterns("__pycache__", ".*_cache")
        for name in ("aiperf", "plugins_examples"):
            shutil.copytree(CHECKOUT / name, checkout / name, ignore=ours)
        for name in ("LICENSE", "README.md", "pyproject.toml"):
            shutil.copy(CHECKOUT / name, checkout)
        venv.create(tmp_path / "venv", symlinks=True, with_pip=True)
        return Reader(
            readme=checkout / "plugins_examples" / example / "README.md",
            checkout=checkout,
            environment=_environment(tmp_path / "venv")
            | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)},
            state=tmp_path / "state",
        )

    return read


@pytest.fixture
def reader_of(tmp_path):
    """Give a :class:`Reader` of a text, in an empty directory and this process's environment."""

    def reader_of(text: str) -> Reader:
        readme = tmp_path / "README.md"
        readme.write_text(text, encoding="utf-8")
        (tmp_path / "checkout").mkdir()
        return Reader(readme, tmp_path / "checkout", dict(os.environ), tmp_path / "state")

    return reader_of


def _environment(directory: Path) -> dict[str, str]:
    """Return the variables of somebody who has activated the environment in ``directory``."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AIPERF_", "COVERAGE_", "PYTEST", "PYTHON", "TOX_"))
    }
    return inherited | {
        "PATH": f"{directory / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "VIRTUAL_ENV": str(directory),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_COMPILE": "1",  # what is not imported need not be compiled
    }
