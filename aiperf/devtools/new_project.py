"""Makes a plugin project from a template, wholly or not at all."""

from __future__ import annotations

import keyword
import re
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aiperf._version import __version__
from aiperf.devtools.project_parts import Part, parts_of, profile_options
from aiperf.plugins.errors import AIPerfError, described

if TYPE_CHECKING:
    from collections.abc import Sequence

TEMPLATE: Final = Path(__file__).parent / "templates" / "plugin"
"""The template that comes with AIPerf."""

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_.][A-Za-z0-9]+)*")
_LONGEST: Final = 40
_AUTHOR: Final = re.compile(r"(?P<name>[^<>]+?)\s*(?:<(?P<email>[^<>@\s]+@[^<>@\s]+)>)?")
_RESERVED: Final = frozenset({"aiperf", "builtin", "conftest", "test", "tests"})


class NewProjectError(AIPerfError):
    """A project could not be made; nothing is left of it."""


class ProjectSettingError(NewProjectError):
    """What a person asked for cannot be a project; ``setting`` says which part of it."""

    setting: str = ""


@dataclass(frozen=True, slots=True)
class Project:
    """A plugin project to be made, with names that have been checked; see :func:`plan`."""

    name: str
    package: str
    plugin: str
    parts: tuple[Part, ...]
    description: str
    author: str
    email: str
    is_local: bool

    def data(self) -> dict[str, Any]:
        """Return what a template can use."""
        return {
            "name": self.name,
            "package": self.package,
            "plugin": self.plugin,
            "prefix": _class_prefix(self.plugin),
            "factories": [part.factory for part in self.parts],
            "parts": [asdict(part) for part in self.parts],
            "description": self.description,
            "author": self.author,
            "email": self.email,
            "is_local": self.is_local,
            "profile_options": profile_options(self.parts),
            "aiperf_version": re.match(r"[\d.]*\d", __version__)[0],  # type: ignore[index]  # a version begins with a number
        }


def plan(
    name: str,
    factories: Sequence[str] = ("endpoint",),
    *,
    description: str = "",
    author: str = "",
    is_local: bool = False,
) -> Project:
    """Return the project for a name and what it is to implement.

    Args:
        name: the distribution's name; the package and the plugin are called after it.
        factories: the factories' names, each once.
        description: one line; empty for a general one.
        author: ``Name`` or ``Name <address>``; empty for none.
        is_local: whether it is a directory for ``AIPERF_PLUGIN_MODULES``, not to be installed.

    Raises:
        ProjectSettingError: one of these cannot be what it should be.
    """
    package = _package(name)
    plugin = package.removeprefix("aiperf_").removesuffix("_aiperf")
    if not _is_usable(plugin):
        plugin = package
    description = description.strip() or f"An AIPerf plugin, {name}."
    if not description.isprintable():
        raise ProjectSettingError(
            f"The description {description!r} is not one line of plain text. Leave out line ends "
            "and control characters.",
            setting="description",
        )
    author_and_email = _AUTHOR.fullmatch(author.strip())
    if author.strip() and (author_and_email is None or not author.strip().isprintable()):
        raise ProjectSettingError(
            f"The author {author!r} is neither a name nor 'Name <name@example.com>'.",
            setting="author",
        )
    return Project(
        name,
        package,
        plugin,
        parts_of(factories, plugin, _class_prefix(plugin)),
        description,
        (author_and_email and author_and_email["name"]) or "",
        (author_and_email and author_and_email["email"]) or "",
        is_local,
    )


def make_project(project: Project, directory: Path, template: Path = TEMPLATE) -> Path:
    """Write a project below ``directory`` and return its own directory.

    No command of a template is run.

    Raises:
        NewProjectError: its directory exists, cannot be written to, the template cannot be used, or
            the templating library is not installed.
    """
    run_copy = _copier()
    target = directory / project.name
    if target.exists() or target.is_symlink():
        raise NewProjectError(
            f"{target} exists already. Choose another name, another directory with --output, or "
            "remove it."
        )
    if not any((template / name).is_file() for name in ("copier.yml", "copier.yaml")):
        raise NewProjectError(
            f"{template} is no template: it has no copier.yml. Give the directory that holds it."
        )
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(prefix="aiperf-template-") as copies,
            tempfile.TemporaryDirectory(prefix=".aiperf-new-", dir=directory) as scratch,
        ):
            # A copy, so that a template in a git repository is taken as it lies there.
            copied, made = Path(copies, "template"), Path(scratch, project.name)
            shutil.copytree(template, copied, symlinks=True, ignore=shutil.ignore_patterns(".git"))
            _render(run_copy, copied, made, project, template)
            made.rename(target)
    except (OSError, shutil.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise NewProjectError(
            f"{target} cannot be written: {reason}. Choose another directory with --output."
        ) from error
    return target


def _render(run_copy: Any, copied: Path, made: Path, project: Project, template: Path) -> None:
    try:
        run_copy(str(copied), made, data=project.data(), defaults=True, quiet=True)
    except Exception as error:
        text = described(error).replace(str(copied), str(template))
        step = "Correct it, or leave --template out to take AIPerf's own."
        if type(error).__name__ == "UnsafeTemplateError":
            step = (
                "Take what runs code or commands out of it, or run 'copier copy --trust' instead."
            )
        raise NewProjectError(f"The template {template} cannot be used: {text}. {step}") from error
    if not made.is_dir() or not any(made.iterdir()):
        raise NewProjectError(f"The template {template} has no file for this project. Correct it.")


def _copier() -> Any:
    try:
        import copier  # noqa: PLC0415 - half a second, an extra, and for this alone
    except ModuleNotFoundError as error:
        raise NewProjectError(
            f"Making a project needs {error.name}, which is not installed. "
            "Run: pip install 'aiperf[new]'"
        ) from error
    return copier.run_copy


def _package(name: str) -> str:
    """Return the import name for a distribution's name."""

    def wrong(reason: str) -> ProjectSettingError:
        return ProjectSettingError(f"{name!r} cannot be a plugin's name: {reason}", setting="name")

    if not _NAME.fullmatch(name):
        raise wrong(
            "write letters, digits and single hyphens, beginning with a letter, such as my-plugin; "
            "--output says in which directory."
        )
    if len(name) > _LONGEST:
        raise wrong(f"it has more than {_LONGEST} letters.")
    package = re.sub(r"[-.]", "_", name).lower()
    if not _is_usable(package):
        raise wrong(f"{package!r} means something else already. Choose another name.")
    if package in sys.stdlib_module_names or find_spec(package) is not None:
        raise wrong(
            f"there is a module {package!r} already, which it would hide. Choose another name, or "
            "uninstall what is called that."
        )
    return package


def _is_usable(name: str) -> bool:
    """Say whether a package and a plugin can be called ``name``."""
    return name.isidentifier() and not keyword.iskeyword(name) and name not in _RESERVED


def _class_prefix(plugin: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in plugin.split("_"))
