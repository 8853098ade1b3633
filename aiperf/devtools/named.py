"""Finds what a person means by a plugin, a distribution, a module, a file or a directory."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from aiperf.devtools.applications import modules_of
from aiperf.devtools.findings import Finding
from aiperf.devtools.source_tree import defines_factories, module_in, package_in, registers
from aiperf.devtools.subjects import Declared, Metadata, Package, Subject, subjects_of
from aiperf.plugins.distributions import find_entry_points
from aiperf.plugins.entries import is_dotted_name
from aiperf.plugins.environment import MODULES, PluginEnvironment
from aiperf.plugins.errors import PluginError
from aiperf.plugins.markers import ENTRY_POINT_GROUP
from aiperf.plugins.nearest import nearest
from aiperf.plugins.origins import normalized
from aiperf.plugins.sources import MissingModule, ModuleSource

if TYPE_CHECKING:
    from collections.abc import Iterable

    from importlib_metadata import IDistribution

    from aiperf.plugins.distributions import FoundEntryPoint
    from aiperf.plugins.sources import Sources

BUILTINS = Package("aiperf", (Subject("builtin", "aiperf.aiperf_registry"),))


class UnknownSubjectError(PluginError):
    """A name that a person gave is no plugin, distribution, module, file or directory."""


def named(names: Iterable[str], sources: Sources) -> list[Package]:
    """Return what each name stands for.

    Raises:
        UnknownSubjectError: one stands for nothing; the message has the nearest name.
    """
    installed = find_entry_points(ENTRY_POINT_GROUP)
    return [_named(name, installed, sources) for name in dict.fromkeys(names)]


def everything() -> list[Package]:
    """Return every installed plugin, and the modules that ``AIPERF_PLUGIN_MODULES`` names.

    They are all there, whatever the other variables switch off.

    Raises:
        PluginSettingError: a variable is malformed.
    """
    packages: dict[str, Package] = {}
    for point in find_entry_points(ENTRY_POINT_GROUP):
        if point.distribution not in packages:
            packages[point.distribution] = _distribution(point.distribution, point.metadata)
    for name in PluginEnvironment.read(os.environ).modules or ():
        packages[name] = _module(name, MODULES)
    return list(packages.values())


def _named(name: str, installed: list[FoundEntryPoint], sources: Sources) -> Package:
    path = Path(name)
    looks_like_path = os.sep in name or name in {os.curdir, os.pardir} or name.endswith(".py")
    if looks_like_path:
        found = _at(path)
    else:
        found = _among(name, installed) or _installed(name, sources)
        if found is None and path.is_dir() and not (path / "__init__.py").is_file():
            found = _at(path)  # a project's directory, rather than a namespace package
        found = found or _module_called(name, sources) or _at(path)
    if found is None:
        raise _unknown(name, installed, sources)
    return found


def _among(name: str, installed: list[FoundEntryPoint]) -> Package | None:
    """Return the distribution or the plugin of that name, or the builtins."""
    for point in installed:
        if normalized(point.distribution) == normalized(name):
            return _distribution(point.distribution, point.metadata)
    for point in installed:
        if point.name == name:
            whole = _distribution(point.distribution, point.metadata)
            chosen = tuple(each for each in whole.subjects if each.name == name)
            return replace(whole, name=name, subjects=chosen)
    return BUILTINS if normalized(name) in {"aiperf", "builtin"} else None


def _at(path: Path) -> Package | None:
    path = path.resolve()
    if path.is_dir():
        return package_in(path)
    return module_in(path) if path.suffix == ".py" and path.is_file() else None


def _module_called(name: str, sources: Sources) -> Package | None:
    module = name.partition(":")[0]
    if not is_dotted_name(module) or isinstance(sources.find(module), MissingModule):
        return None
    return _module(name, "")


def _module(name: str, path: str) -> Package:
    module, _, attribute = name.partition(":")
    return Package(name, (Subject(name, module, attribute, path),))


def _installed(name: str, sources: Sources) -> Package | None:
    """Return an installed distribution that has no plugins, so that it can be said.

    An application with factories of its own has builtins to check.
    """
    import importlib_metadata  # noqa: PLC0415 - discovery itself does without where it can

    try:
        package = _distribution(name, importlib_metadata.distribution(name))
    except (importlib_metadata.PackageNotFoundError, ValueError):
        return None
    texts = {
        module: source.text
        for module in package.modules
        if isinstance(source := sources.find(module), ModuleSource) and source.text is not None
    }
    if any(map(defines_factories, texts.values())):
        own = tuple(Subject(each, each) for each, text in texts.items() if registers(text))
        return replace(package, subjects=own, is_application=True)
    return package


def _distribution(name: str, distribution: IDistribution) -> Package:
    directory = str(getattr(distribution, "_path", ""))
    try:
        metadata = _metadata(distribution, directory)
    except Exception as error:  # noqa: BLE001 - whatever it is, it becomes a finding
        finding = Finding(
            "unreadable-metadata",
            f"the metadata of {name} cannot be read: {error!r}.",
            f"Reinstall {name}.",
            directory,
            subject=name,
        )
        return Package(name, findings=(finding,))
    subjects = subjects_of(metadata, ENTRY_POINT_GROUP)
    return Package(name, subjects, metadata, modules=modules_of(distribution))


def _metadata(distribution: IDistribution, directory: str) -> Metadata:
    path = os.path.join(directory, "entry_points.txt") if directory else ""  # noqa: PTH118 - may be in a zip file
    lines = (distribution.read_text("entry_points.txt") or "").splitlines()
    points = [
        Declared(point.group, point.name, point.value, path, _line(lines, point.group, point.name))
        for point in distribution.entry_points
    ]
    own = os.path.join(directory, "METADATA") if directory else ""  # noqa: PTH118 - as above
    metadata = distribution.metadata
    extras = metadata.get_all("Provides-Extra") or []
    return Metadata(
        own,
        str(metadata.get("Summary") or "").strip().replace("UNKNOWN", ""),
        tuple(distribution.requires or ()),
        frozenset(map(normalized, map(str, extras))),
        tuple(points),
    )


def _line(lines: list[str], group: str, name: str) -> int:
    inside = False
    for number, line in enumerate(lines, start=1):
        if line.strip().startswith("["):
            inside = line.strip() == f"[{group}]"
        elif inside and line.partition("=")[0].strip() == name:
            return number
    return 0


def _unknown(name: str, installed: list[FoundEntryPoint], sources: Sources) -> UnknownSubjectError:
    known = {each for point in installed for each in (point.name, point.distribution, point.module)}
    module = name.partition(":")[0]
    missing = sources.find(module) if is_dotted_name(module) else None
    if isinstance(missing, MissingModule):
        known.update(missing.siblings())
    likely = nearest(name, known | {each.name for each in Path.cwd().iterdir()})
    hint = f"Did you mean {likely!r}?" if likely else "Name a directory as ./DIRECTORY."
    return UnknownSubjectError(
        f"there is no plugin, distribution, module, file or directory {name!r}. {hint}"
    )
