"""Reads plugins that are not installed: a project by its metadata, or only its modules."""

from __future__ import annotations

import configparser
import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiperf.devtools.findings import Finding
from aiperf.devtools.subjects import Declared, Metadata, Package, Subject, subjects_of
from aiperf.plugins.markers import ENTRY_POINT_GROUP
from aiperf.plugins.origins import normalized

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SKIPPED = frozenset({"build", "dist", "docs", "node_modules", "site-packages", "tests", "test"})
_FACTORY_SIGNS = (b"AIPerfFactory[", b"AIPerfSingletonFactory[")
_SIGNS = (b"aiperf_register_", b"hookimpl", b"register_lazy")


def package_in(directory: Path) -> Package:
    """Return the plugins of a project's directory, or those of the modules that lie in it."""
    roots = _roots(directory)
    is_package = (directory / "__init__.py").is_file()
    files = [each for root in roots for each in _modules(root, directory if is_package else root)]
    modules = tuple(name for name, _ in files)
    path = tuple(map(str, roots))
    for name, read in (("pyproject.toml", _pyproject), ("setup.cfg", _setup_cfg)):
        file = directory / name
        if not file.is_file():
            continue
        try:
            metadata = read(file)
        except (ValueError, TypeError, AttributeError, configparser.Error) as error:
            line = getattr(error, "lineno", 0) or 0
            finding = Finding(
                "unreadable-metadata",
                f"{name} cannot be read: {' '.join(str(error).split())}.",
                "Correct the file.",
                str(file),
                line,
                directory.name,
            )
            return Package(str(directory), path=path, findings=(finding,), modules=modules)
        if metadata is not None:
            subjects = subjects_of(metadata, ENTRY_POINT_GROUP) or tuple(_registries(files))
            is_application = any(defines_factories(each.read_bytes()) for _, each in files)
            return Package(
                str(directory),
                subjects,
                metadata,
                path,
                modules=modules,
                is_application=is_application,
            )
    return Package(str(directory), tuple(_registries(files)), None, path, modules=modules)


def module_in(file: Path) -> Package:
    """Return the plugin that a single Python file is."""
    root, name = file.parent, file.stem
    while (root / "__init__.py").is_file():
        name, root = f"{root.name}.{name}", root.parent
    name = name.removesuffix(".__init__")
    subject = Subject(name, name)
    return Package(str(file), (subject,), None, (str(root),), modules=(name,))


def _roots(directory: Path) -> list[Path]:
    """Return the directories that a project's modules are imported from."""
    if (directory / "__init__.py").is_file():
        while (directory / "__init__.py").is_file():
            directory = directory.parent
        return [directory]
    return [each for each in (directory / "src", directory) if each.is_dir()]


def _modules(root: Path, directory: Path) -> Iterator[tuple[str, Path]]:
    """Yield the modules below ``root`` by their dotted names, those of tests left out."""
    for entry in sorted(os.scandir(directory), key=lambda each: each.name):
        stem = entry.name.removesuffix(".py")
        if entry.is_dir(follow_symlinks=False):
            is_root = directory == root and entry.name == "src"
            if entry.name.isidentifier() and entry.name not in _SKIPPED and not is_root:
                yield from _modules(root, Path(entry.path))
        elif stem != entry.name and stem.isidentifier() and not stem.startswith("test_"):
            parts = Path(entry.path).relative_to(root).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            if name:
                yield name, Path(entry.path)


def _registries(files: Iterable[tuple[str, Path]]) -> Iterator[Subject]:
    """Yield the modules whose text registers something with AIPerf."""
    seen: set[Path] = set()
    for name, path in files:
        text = b"" if path in seen else path.read_bytes()
        seen.add(path)
        if registers(text):
            yield Subject(name, name)


def registers(text: bytes) -> bool:
    """Say whether a module's text seems to register something with AIPerf."""
    return b"aiperf" in text and any(sign in text for sign in _SIGNS)


def defines_factories(text: bytes) -> bool:
    """Say whether a module's text seems to define a factory."""
    return any(sign in text for sign in _FACTORY_SIGNS)


def _pyproject(file: Path) -> Metadata | None:
    text = file.read_text(encoding="utf-8")
    document = tomllib.loads(text)
    project: dict[str, Any] = document.get("project", {})
    poetry: dict[str, Any] = document.get("tool", {}).get("poetry", {})
    if not project and not poetry:
        return None
    dynamic = set(project.get("dynamic", ()))
    groups: dict[str, Any] = {**poetry.get("plugins", {}), **project.get("entry-points", {})}
    if project.get("scripts"):
        groups["console_scripts"] = project["scripts"]
    lines = text.splitlines()
    points = tuple(
        Declared(group, name, str(value), str(file), _line(lines, group, name))
        for group, entries in groups.items()
        if isinstance(entries, dict)
        for name, value in entries.items()
    )
    requires = [*project.get("dependencies", ()), *poetry.get("dependencies", {})]
    extras = [*project.get("optional-dependencies", {}), *poetry.get("extras", {})]
    return Metadata(
        str(file),
        str(project.get("description") or poetry.get("description") or ""),
        None if "dependencies" in dynamic else tuple(map(str, requires)),
        None if "optional-dependencies" in dynamic else frozenset(map(normalized, extras)),
        points,
        is_dynamic="entry-points" in dynamic,
    )


def _setup_cfg(file: Path) -> Metadata | None:
    parser = configparser.ConfigParser(interpolation=None)
    text = file.read_text(encoding="utf-8")
    parser.read_string(text)
    if not parser.has_section("metadata") and not parser.has_section("options"):
        return None
    lines = text.splitlines()
    points = [
        Declared(group, name.strip(), value.strip(), str(file), _line(lines, group, name.strip()))
        for group, entries in _section(parser, "options.entry_points").items()
        for name, _, value in (line.partition("=") for line in entries.split("\n") if "=" in line)
    ]
    requires = parser.get("options", "install_requires", fallback="").split("\n")
    return Metadata(
        str(file),
        parser.get("metadata", "description", fallback=""),
        tuple(line.strip() for line in requires if line.strip()),
        frozenset(map(normalized, _section(parser, "options.extras_require"))),
        tuple(points),
    )


def _section(parser: configparser.ConfigParser, name: str) -> dict[str, str]:
    return dict(parser[name]) if parser.has_section(name) else {}


def _line(lines: list[str], group: str, name: str) -> int:
    """Return the line of an entry point: the first with its name after the group's, or 0."""
    start = next((i for i, line in enumerate(lines) if group in line), 0)
    for number, line in enumerate(lines[start:], start=start + 1):
        key, equals, _ = line.partition("=")
        if equals and key.strip().strip("\"'") == name:
            return number
    return 0
