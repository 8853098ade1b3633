"""Checks what a distribution says of itself: entry points, requirements, description."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiperf.devtools.applications import project_of
from aiperf.devtools.findings import Finding
from aiperf.plugins.markers import ENTRY_POINT_GROUP
from aiperf.plugins.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiperf.devtools.subjects import Metadata, Package

RESERVED_NAMES = frozenset({"aiperf", "builtin"})

_STANDARD_GROUPS = frozenset({"console_scripts", "gui_scripts"})
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def check_package(package: Package) -> Iterator[Finding]:
    """Yield what is wrong with a package's metadata; a module has none."""
    yield from package.findings
    metadata = package.metadata
    if not package.subjects and not package.findings and (not metadata or metadata.is_dynamic):
        yield Finding(
            "nothing-registered",
            f"no module in {package.name} registers anything with AIPerf.",
            "Add a registry module: a function with @hookimpl that returns lazy entries.",
            package.name,
            subject=package.name,
        )
    if metadata is None:
        return
    has_plugins = any(each.group == ENTRY_POINT_GROUP for each in metadata.entry_points)
    if not has_plugins and not metadata.is_dynamic:
        if not package.is_application:
            yield _no_plugins(package, metadata)
        return
    yield from _entry_point_names(package)
    if metadata.requires is not None and "aiperf" not in map(project_of, metadata.requires):
        yield Finding(
            "requires-aiperf",
            f"{package.name} does not require aiperf, so it can be installed without it.",
            "Add aiperf to its dependencies.",
            metadata.path,
            subject=package.name,
        )
    if not metadata.summary.strip():
        yield Finding(
            "no-description",
            f"{package.name} has no description.",
            "Add a one-line description to its metadata; people see it where plugins are listed.",
            metadata.path,
            subject=package.name,
        )


def _no_plugins(package: Package, metadata: Metadata) -> Finding:
    groups = {each.group: each for each in metadata.entry_points}
    likely = nearest(ENTRY_POINT_GROUP, groups.keys() - _STANDARD_GROUPS)
    near = None if likely is None else groups[likely]
    has = f"; it has one in {near.group!r}" if near else ""
    return Finding(
        "entry-point-group",
        f"{package.name} has no entry point in the group {ENTRY_POINT_GROUP!r}{has}.",
        f"Rename the group to {ENTRY_POINT_GROUP!r}."
        if near
        else f"Name its registry module in the entry-point group {ENTRY_POINT_GROUP!r}.",
        near.path if near else metadata.path,
        near.line if near else 0,
        package.name,
    )


def _entry_point_names(package: Package) -> Iterator[Finding]:
    seen: set[str] = set()
    for each in package.subjects:
        if each.name in RESERVED_NAMES or each.name in seen or not _NAME.fullmatch(each.name):
            what, advice = "is one that AIPerf keeps for itself", "Name it after your plugin."
            if each.name in seen:
                what, advice = "is there twice", "Give each entry point a name of its own."
            elif each.name not in RESERVED_NAMES:
                what, advice = (
                    "cannot be written in AIPERF_PLUGINS_DISABLED and IDENTIFIER@PLUGIN",
                    "Use letters, digits, '.', '_' and '-'.",
                )
            yield Finding(
                "entry-point-name",
                f"the name of entry point {each.name!r} {what}.",
                advice,
                each.path,
                each.line,
                package.name,
            )
        seen.add(each.name)
