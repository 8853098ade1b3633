"""Projects that are not installed."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

from aiperf.devtools.source_tree import module_in, package_in

if TYPE_CHECKING:
    from pathlib import Path

HOOK = """
from aiperf import LazyEntry, hookimpl

@hookimpl
def aiperf_register_endpoint():
    return [LazyEntry("chat", "acme_tree.chat", "Caht")]
"""
PYPROJECT = """
    [project]
    name = "acme-tree"
    description = "what Acme adds"
    dependencies = ["aiperf>=0.1"]
    optional-dependencies.fast = []
    scripts.acme = "acme_tree:main"

    [project.entry-points."aiperf.plugins"]
    acme = "acme_tree.registry"
"""


@pytest.fixture
def project(tmp_path: Path) -> Any:
    """Give a function that writes a project and returns its directory."""

    def write(pyproject: str | None = PYPROJECT, at: str = "src", **files: str) -> Path:
        root = tmp_path / "project"
        texts = {
            f"{at}/acme_tree/__init__.py": "",
            f"{at}/acme_tree/registry.py": HOOK,
            f"{at}/acme_tree/chat.py": "class Chat: ...",
            **({} if pyproject is None else {"pyproject.toml": dedent(pyproject)}),
            **{name.replace("__dot__", "."): text for name, text in files.items()},
        }
        for name, text in texts.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return root

    return write


@pytest.mark.parametrize("at", ["src", "."])
def test_a_project_is_checked_where_it_lies(project: Any, found_in: Any, at: str) -> None:
    """With the source in ``src`` or beside ``pyproject.toml``; nothing is installed."""
    root = project(at=at)
    (finding,) = found_in(f"{root}/")
    assert finding.rule == "missing-class"
    assert finding.path == str(root / at / "acme_tree/registry.py")
    assert finding.line == 6


def test_what_a_project_says_of_itself(project: Any) -> None:
    """Its metadata, and each entry point with its line."""
    root = project()
    package = package_in(root)
    assert package.metadata is not None
    assert package.metadata.summary == "what Acme adds"
    assert package.metadata.requires == ("aiperf>=0.1",)
    assert package.metadata.extras == {"fast"}
    (subject,) = package.subjects
    assert (subject.name, subject.module) == ("acme", "acme_tree.registry")
    assert (subject.path, subject.line) == (str(root / "pyproject.toml"), 10)
    assert package.modules == ("acme_tree", "acme_tree.chat", "acme_tree.registry")


def test_a_group_that_is_misspelled(project: Any, found_in: Any) -> None:
    """The finding is in ``pyproject.toml``, and the module is checked all the same."""
    root = project(PYPROJECT.replace("aiperf.plugins", "aiperf.plugin"))
    group, class_ = found_in(str(root))
    assert (group.rule, group.line) == ("entry-point-group", 10)
    assert "'aiperf.plugin'" in group.message
    assert class_.rule == "missing-class"


def test_dynamic_metadata_is_not_judged(project: Any, found_in: Any) -> None:
    """What is computed when it is built may be right; its registries are found by their text."""
    dynamic = """
        [project]
        name = "acme-tree"
        description = "what Acme adds"
        dynamic = ["dependencies", "entry-points", "optional-dependencies"]
    """
    assert [each.rule for each in found_in(str(project(dynamic)))] == ["missing-class"]


def test_poetry_projects_are_read(project: Any) -> None:
    """Their entry points are plugins of the tool's section."""
    poetry = """
        [tool.poetry]
        name = "acme-tree"
        description = "text"
        [tool.poetry.dependencies]
        aiperf = "*"
        [tool.poetry.plugins."aiperf.plugins"]
        acme = "acme_tree.registry"
    """
    package = package_in(project(poetry))
    assert [each.module for each in package.subjects] == ["acme_tree.registry"]
    assert package.metadata is not None
    assert package.metadata.requires == ("aiperf",)


def test_setup_cfg_is_read(project: Any, found_in: Any) -> None:
    """As older projects have it; a pyproject.toml with build settings alone does not hide it."""
    root = project(
        "[build-system]\nrequires = []\n",
        setup__dot__cfg="[metadata]\nname = acme-tree\ndescription = text\n[options]\n"
        "install_requires =\n    aiperf\n[options.entry_points]\naiperf.plugins =\n"
        "    acme = acme_tree.registri\n",
    )
    (finding,) = found_in(str(root))
    assert (finding.rule, finding.line) == ("missing-module", 9)
    assert finding.path == str(root / "setup.cfg")
    assert "acme_tree.registry" in finding.advice


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject__dot__toml": "[project\n"},
        {"setup__dot__cfg": "no section\n"},
        {"pyproject__dot__toml": "project = 'a'\n"},
        {"pyproject__dot__toml": "[project]\ndependencies = 7\n"},
        {"pyproject__dot__toml": "x = 'a'\n[project]\nname = 1\n[project]\n"},
    ],
)
def test_metadata_that_cannot_be_read(project: Any, found_in: Any, files: Any) -> None:
    """Is the one finding."""
    (finding,) = found_in(str(project(None, **files)))
    assert finding.rule == "unreadable-metadata"


@pytest.mark.parametrize("files", [{}, {"setup__dot__cfg": "[tool:x]\na = 1\n"}])
def test_modules_without_metadata_are_found_by_their_text(
    project: Any, found_in: Any, files: Any
) -> None:
    """A local plugin, which ``AIPERF_PLUGIN_MODULES`` names; its tests are left alone."""
    tests = {"tests/test_it__dot__py": HOOK, "test_x__dot__py": HOOK, "notes__dot__py": "x = 1"}
    root = project(None, at=".", **files, **tests)
    assert [each.rule for each in found_in(str(root))] == ["missing-class"]
    assert [each.name for each in package_in(root).subjects] == ["acme_tree.registry"]
    assert [each.name for each in package_in(root / "acme_tree").subjects] == ["acme_tree.registry"]


def test_one_file_is_a_module_of_its_package(project: Any, found_in: Any) -> None:
    """By the packages around it."""
    root = project(None)
    file = root / "src/acme_tree/registry.py"
    assert module_in(file).subjects[0].module == "acme_tree.registry"
    assert module_in(root / "src/acme_tree/__init__.py").subjects[0].module == "acme_tree"
    assert [each.rule for each in found_in(str(file))] == ["missing-class"]


@pytest.mark.parametrize(
    "pyproject", [None, '[project]\nname = "x"\ndescription = "x"\ndynamic = ["entry-points"]\n']
)
def test_a_directory_without_any_plugin_is_a_finding(
    tmp_path: Path, found_in: Any, pyproject: str | None
) -> None:
    """Or else a mistake in the path would look like a plugin without mistakes."""
    (tmp_path / "notes.py").write_text("x = 1")
    if pyproject is not None:
        (tmp_path / "pyproject.toml").write_text(pyproject)
    assert "nothing-registered" in [each.rule for each in found_in(str(tmp_path))]


def test_an_application_need_not_be_a_plugin(project: Any, found_in: Any) -> None:
    """A project that defines factories has builtins, which are checked against them."""
    factories = (
        "from typing import Protocol\nfrom aiperf.common.factories import AIPerfFactory\n"
        "class SpinProtocol(Protocol):\n    def spin(self): ...\n"
        "class SpinFactory(AIPerfFactory[str, SpinProtocol]): ...\n"
    )
    root = project(
        PYPROJECT.partition("[project.entry")[0],
        **{
            "src/acme_tree/factories__dot__py": factories,
            "src/acme_tree/registry__dot__py": HOOK.replace("endpoint", "spin").replace(
                "Caht", "Chat"
            ),
        },
    )
    (finding,) = found_in(str(root))
    assert finding.rule == "missing-method"
    assert "'spin'" in finding.message
