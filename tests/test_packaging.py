"""The sdist and the wheel, built as for a release: exactly what is in them, and what they say."""

from __future__ import annotations

import configparser
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from pathlib import Path, PurePosixPath

import pytest

import aiperf

CHECKOUT = Path(__file__).parents[1]
STEM = f"aiperf-{aiperf.__version__}"


def _run(*command: str | Path) -> str:
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tree() -> set[str]:
    """Every file of the checkout that git keeps or would keep."""
    if not (CHECKOUT / ".git").exists():
        pytest.skip("not a git checkout: there is nothing to compare the archives with")
    listed = _run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return {name for name in listed.split("\0") if name and (CHECKOUT / name).exists()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the sdist, and with the wheel that was built from the sdist."""
    directory = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "build", "--outdir", directory, CHECKOUT)
    return directory


@pytest.fixture(scope="module")
def wheel(built) -> dict[str, bytes]:
    with zipfile.ZipFile(built / f"{STEM}-py3-none-any.whl") as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


@pytest.fixture(scope="module")
def sdist(built) -> dict[str, bytes]:
    with tarfile.open(built / f"{STEM}.tar.gz") as archive:
        return {
            str(PurePosixPath(info.name).relative_to(STEM)): archive.extractfile(info).read()
            for info in archive.getmembers()
        }


@pytest.fixture(scope="module")
def metadata(wheel):
    return message_from_bytes(wheel[f"{STEM}.dist-info/METADATA"])


def test_the_top_level_is_fixed(tree):
    """A new file or directory beside these is a decision, not an accident."""
    assert {PurePosixPath(name).parts[0] for name in tree} == {
        ".ci",
        ".gitignore",
        ".pre-commit-config.yaml",
        "LICENSE",
        "README.md",
        "aiperf",
        "docs",
        "plugins_examples",
        "pyproject.toml",
        "tests",
        "tox.ini",
    }


def test_the_wheel_is_the_package_and_nothing_else(tree, wheel):
    """The files of ``aiperf/``, ``py.typed`` among them, and the metadata."""
    package = {name for name in tree if name.startswith("aiperf/")}
    own = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}
    assert set(wheel) == package | {f"{STEM}.dist-info/{name}" for name in own}
    assert "aiperf/py.typed" in package


def test_the_sdist_is_the_tree(tree, sdist):
    """All that git keeps, so that whoever has the sdist can run the tests and build the docs."""
    assert set(sdist) == tree | {"PKG-INFO"}


def test_files_arrive_unchanged(wheel, sdist):
    """Each file has the bytes that it has in the checkout."""
    changed = [
        name
        for archive in (wheel, sdist)
        for name, data in archive.items()
        if ".dist-info/" not in name
        and name != "PKG-INFO"
        and data != (CHECKOUT / name).read_bytes()
    ]
    assert changed == []


def test_the_metadata_says_what_the_project_is(metadata, wheel):
    """Name, version, Python, licence and description are those of the project."""
    assert metadata["Name"] == "aiperf"
    assert metadata["Version"] == aiperf.__version__
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["License-File"] == "LICENSE"
    assert wheel[f"{STEM}.dist-info/licenses/LICENSE"] == (CHECKOUT / "LICENSE").read_bytes()
    description = metadata.get_payload(decode=True).decode()
    assert description.strip() == (CHECKOUT / "README.md").read_text("utf-8").strip()


def test_the_command_and_the_pytest_plugin_are_installed(wheel):
    """The one console script is ``aiperf``; pytest finds the fixture by itself."""
    entry_points = configparser.ConfigParser()
    entry_points.read_string(wheel[f"{STEM}.dist-info/entry_points.txt"].decode())
    assert {group: dict(entry_points[group]) for group in entry_points.sections()} == {
        "console_scripts": {"aiperf": "aiperf.cli.main:main"},
        "pytest11": {"aiperf": "aiperf.pytest_plugin"},
    }


def test_an_index_would_accept_both(built):
    """Twine finds nothing to warn of, the rendering of the description included."""
    _run(sys.executable, "-m", "twine", "check", "--strict", *built.iterdir())
