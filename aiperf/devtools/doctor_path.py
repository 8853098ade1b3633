"""The search path: what is installed where, twice, or without the entry point that it needs."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import importlib_metadata

from aiperf.devtools.symptoms import Severity, Symptom
from aiperf.plugins.markers import ENTRY_POINT_GROUP, HOOK_PREFIX, PROJECT
from aiperf.plugins.origins import normalized

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from importlib_metadata import IDistribution


_MOST_FILES: Final = 500


@dataclass(frozen=True, slots=True)
class Installed:
    """One distribution, as far as its metadata can be read.

    Attributes:
        name: its name.
        version: its version, empty where it states none.
        place: the directory or file of its metadata.
        groups: the groups of its entry points.
        needs_us: whether it requires AIPerf.
        registers: whether a module of it has a hook of AIPerf's.
    """

    name: str
    version: str
    place: str
    groups: frozenset[str]
    needs_us: bool
    registers: bool

    @property
    def is_plugin(self) -> bool:
        """Whether it has the entry point."""
        return ENTRY_POINT_GROUP in self.groups


@dataclass(frozen=True, slots=True)
class PathEntry:
    """One entry of ``sys.path``: what it is, and what is installed in it."""

    path: str
    kind: str
    distributions: tuple[Installed, ...]


def search_path(path: Sequence[str] | None = None) -> list[PathEntry]:
    """Return what each entry of the search path holds, in the order of imports."""
    entries = [entry or os.curdir for entry in (sys.path if path is None else path)]
    return [
        PathEntry(entry, _kind(entry), tuple(_installed(entry))) for entry in dict.fromkeys(entries)
    ]


def path_symptoms(entries: Sequence[PathEntry]) -> Iterator[Symptom]:
    """Yield what is wrong with what is installed."""
    chosen: dict[str, Installed] = {}
    for each in (found for entry in entries for found in entry.distributions):
        key = normalized(each.name)
        first = chosen.setdefault(key, each)
        if first is not each and (key == PROJECT or first.is_plugin or each.is_plugin):
            yield Symptom(
                Severity.WARNING,
                "duplicate-distribution",
                f"{each.name} is there twice: {first.version or '?'} in {first.place} is used, "
                f"{each.version or '?'} in {each.place} is not.",
                "Uninstall one of them, or take its directory off the search path.",
                path=each.place,
            )
    for each in chosen.values():
        yield from _without_entry_point(each)


def _without_entry_point(installed: Installed) -> Iterator[Symptom]:
    if installed.is_plugin or normalized(installed.name) == PROJECT:
        return
    right = f'[project.entry-points."{ENTRY_POINT_GROUP}"]'
    wrong = sorted(group for group in installed.groups if _is_nearly_ours(group))
    if wrong:
        yield Symptom(
            Severity.ERROR,
            "wrong-group",
            f"{installed.name} {installed.version} has its entry point in the group "
            f"{wrong[0]!r}, which nothing reads.",
            f"Its author puts it under {right}.",
            path=installed.place,
        )
    elif installed.registers or (installed.needs_us and PROJECT in normalized(installed.name)):
        yield Symptom(
            Severity.WARNING,
            "no-entry-point",
            f"{installed.name} {installed.version} looks like a plugin, and has no entry point in "
            f"the group {ENTRY_POINT_GROUP!r}.",
            f"Its author declares one under {right}. Until then, name its module in "
            "AIPERF_PLUGIN_MODULES.",
            path=installed.place,
        )


def _is_nearly_ours(group: str) -> bool:
    plain = group.lower().replace("_", ".").replace("-", ".")
    return plain in (PROJECT, f"{PROJECT}.plugin", ENTRY_POINT_GROUP)


def _kind(entry: str) -> str:
    if os.path.isdir(entry):  # noqa: PTH112 - as the import system sees it
        return "directory"
    return "archive" if os.path.exists(entry) else "missing"  # noqa: PTH110 - as above


def _installed(entry: str) -> Iterator[Installed]:
    for found in importlib_metadata.distributions(path=[entry]):
        place = str(getattr(found, "_path", entry))
        try:
            name, version = found.metadata["Name"], found.metadata["Version"]
            groups = frozenset(point.group for point in found.entry_points)
            needs_us = any(_is_ours(each) for each in found.requires or ())
        except Exception:  # noqa: BLE001, S112 - damaged; discovery says so where it is a plugin's
            continue
        if name:
            registers = needs_us and ENTRY_POINT_GROUP not in groups and _registers(found)
            yield Installed(name, version or "", place, groups, needs_us, registers)


def _is_ours(requirement: str) -> bool:
    stem = requirement.partition(";")[0]
    for sign in "[<>=!~ (@":
        stem = stem.partition(sign)[0]
    return normalized(stem.strip()) == PROJECT


def _registers(found: IDistribution) -> bool:
    files = [each for each in found.files or () if str(each).endswith(".py")]
    for file in files[:_MOST_FILES]:
        try:
            if HOOK_PREFIX.encode() in file.read_binary():
                return True
        except OSError:
            continue
    return False
