"""What validation checks: packages of plugins, each with its registry modules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiperf.devtools.findings import Finding


@dataclass(frozen=True, slots=True)
class Declared:
    """An entry point as it is written down."""

    group: str
    name: str
    value: str
    path: str
    line: int = 0

    @property
    def module(self) -> str:
        """The module that it names."""
        return self.value.partition(":")[0].partition("[")[0].strip()

    @property
    def attribute(self) -> str:
        """The object in the module that it names, empty for the module itself."""
        return self.value.partition(":")[2].partition("[")[0].strip()


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a distribution or a project says of itself.

    Attributes:
        path: the file that says it.
        summary: its one-line description.
        requires: its requirements, ``None`` where they are computed.
        extras: its extras in normalised spelling, ``None`` where they are computed.
        entry_points: all of its entry points, of every group.
        is_dynamic: whether its entry points are computed when it is built.
    """

    path: str
    summary: str = ""
    requires: tuple[str, ...] | None = ()
    extras: frozenset[str] | None = frozenset()
    entry_points: tuple[Declared, ...] = ()
    is_dynamic: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """One registry module, or an object in one.

    Attributes:
        name: the plugin's name, for people.
        module: the registry module's dotted name.
        attribute: the object in it.
        path: the file that names it, empty where a person did.
        line: the line in it.
    """

    name: str
    module: str
    attribute: str = ""
    path: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Package:
    """What was asked to be checked: an installed distribution, a source tree or a module.

    Attributes:
        name: for people: the distribution, the directory or the module.
        subjects: its plugins.
        metadata: what it says of itself, ``None`` for a module.
        path: directories to look for modules in before those of the process.
        findings: what was wrong already while it was looked at.
        modules: all its modules, in which factories may be defined.
        is_application: whether some are, so that it need not be a plugin.
    """

    name: str
    subjects: tuple[Subject, ...] = ()
    metadata: Metadata | None = None
    path: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    modules: tuple[str, ...] = ()
    is_application: bool = False


def subjects_of(metadata: Metadata, group: str) -> tuple[Subject, ...]:
    """Return the plugins that the entry points of ``group`` name."""
    return tuple(
        Subject(each.name, each.module, each.attribute, each.path, each.line)
        for each in metadata.entry_points
        if each.group == group
    )
