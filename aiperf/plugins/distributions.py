"""Finds the entry points of installed distributions; imports nothing that they name.

importlib-metadata is imported for what is not plain, and for whoever asks for its objects.
"""

from __future__ import annotations

import os
from functools import reduce
from importlib import import_module
from typing import TYPE_CHECKING, Any

from aiperf.plugins import plain_metadata
from aiperf.plugins.origins import normalized
from aiperf.plugins.search_path import newer, places_with, project_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from importlib_metadata import EntryPoint, IDistribution


class FoundEntryPoint:
    """One entry point of one distribution, not loaded.

    Args:
        name: its name.
        value: what it names: ``module`` or ``module:attribute``.
        group: its group.
        distribution: the distribution's name.
        version: the distribution's version, where it states one.
        path: the directory that the distribution is in.
        place: its metadata directory, or the library's view of it.
        point: the library's view of the entry point, where that was asked for.
        error: why the distribution's metadata cannot be read; it has no entry point then.
    """

    __slots__ = (
        "_place",
        "_point",
        "distribution",
        "error",
        "group",
        "name",
        "path",
        "value",
        "version",
    )

    def __init__(
        self,
        name: str,
        value: str,
        group: str,
        *,
        distribution: str,
        version: str | None,
        path: str,
        place: str | IDistribution,
        point: EntryPoint | None = None,
        error: Exception | None = None,
    ) -> None:
        self.name = name
        self.value = value
        self.group = group
        self.distribution = distribution
        self.version = version
        self.path = path
        self.error = error
        self._place = place
        self._point = point

    @property
    def module(self) -> str:
        """The module that it names."""
        return self.value.partition(":")[0].partition("[")[0].strip()

    @property
    def metadata(self) -> IDistribution:
        """The distribution as importlib-metadata gives it."""
        if isinstance(self._place, str):
            import importlib_metadata  # noqa: PLC0415 - a third of discovery, and few ask

            self._place = importlib_metadata.Distribution.at(self._place)
        return self._place

    @property
    def entry_point(self) -> EntryPoint | None:
        """The entry point as importlib-metadata gives it, ``None`` where there is an error."""
        if self._point is None and self.error is None:
            wanted = (self.name, self.value, self.group)
            self._point = next(
                point
                for point in self.metadata.entry_points
                if (point.name, point.value, point.group) == wanted
            )
        return self._point

    def load(self) -> object:
        """Import what it names, as importlib-metadata does.

        Raises:
            BaseException: whatever the import raises.
        """
        if self._point is not None:
            return self._point.load()
        module, _, attribute = self.value.partition(":")
        return reduce(getattr, attribute.split(".") if attribute else (), import_module(module))


class DistributionFacade:
    """A distribution with the ``project_name`` that pluggy's callers expect."""

    def __init__(self, distribution: IDistribution) -> None:
        self._distribution = distribution

    @property
    def project_name(self) -> str:
        """The distribution's name."""
        return str(self._distribution.metadata["Name"])

    def __getattr__(self, name: str) -> Any:
        """Give everything else as the distribution does."""
        return getattr(self._distribution, name)


def find_entry_points(group: str) -> list[FoundEntryPoint]:
    """Return the entry points of ``group``, in order of distribution and entry-point name.

    A distribution that is on the search path twice counts once: the place that an import would
    take it from. One whose metadata cannot be read is in the list, with the error.
    """
    places = places_with(group)
    if places is None:
        import importlib_metadata  # noqa: PLC0415 - for what only it can read

        by_project = _read_by_library(importlib_metadata.distributions(), group)
    else:
        by_project = {}
        unusual = []
        for place, held in places:
            points = None if held is None else _plain(place, held, group)
            if points is None:
                unusual.append(place)
            else:
                by_project[normalized(project_of(place.rpartition(os.sep)[2]))] = points
        if unusual:
            import importlib_metadata  # noqa: PLC0415 - as above

            distributions = map(importlib_metadata.Distribution.at, unusual)
            by_project |= _read_by_library(distributions, group)
    return [
        point
        for _, points in sorted(by_project.items())
        for point in sorted(points, key=lambda point: point.name)
    ]


def _plain(place: str, held: bytes, group: str) -> list[FoundEntryPoint] | None:
    """Return the entry points of the distribution at ``place``, ``None`` if it is not plain."""
    directory, directory_name = os.path.split(place)
    project = project_of(directory_name)
    pairs = plain_metadata.entry_points(held, group)
    if pairs is None or not project or ".." in directory:
        return None
    if not pairs:
        return []
    text = plain_metadata.metadata_text(place)
    if text is None:
        return None
    name, version = plain_metadata.name_and_version(text)
    path = os.path.normpath(directory)
    return [
        FoundEntryPoint(
            point,
            value,
            group,
            distribution=name or project,
            version=version,
            path=path,
            place=place,
        )
        for point, value in pairs
    ]


def _read_by_library(
    distributions: Iterable[IDistribution], group: str
) -> dict[str, list[FoundEntryPoint]]:
    """Return the entry points of each distribution by its normalised name."""
    chosen: dict[str, IDistribution] = {}
    for distribution in distributions:
        key = normalized(_name_of(distribution))
        known = chosen.setdefault(key, distribution)
        if known is not distribution and _supersedes(distribution, known):
            chosen[key] = distribution
    found: dict[str, list[FoundEntryPoint]] = {}
    for key, distribution in chosen.items():
        try:
            found[key] = _read(distribution, group)
        except Exception as error:  # noqa: BLE001 - whatever it is, it becomes the plugin's record
            found[key] = [_broken(distribution, group, error)]
    return found


def _supersedes(distribution: IDistribution, known: IDistribution) -> bool:
    """Say whether ``distribution`` is a later version that lies beside ``known``."""
    if distribution.locate_file("") != known.locate_file(""):
        return False
    one, other = _directory_of(distribution), _directory_of(known)
    return newer(one, other) == one


def _read(distribution: IDistribution, group: str) -> list[FoundEntryPoint]:
    points = [point for point in distribution.entry_points if point.group == group]
    if not points:
        return []
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    name, version = plain_metadata.name_and_version(text)
    return [
        FoundEntryPoint(
            point.name,
            point.value,
            group,
            distribution=name or _name_of(distribution),
            version=version,
            path=str(distribution.locate_file("")),
            place=distribution,
            point=point,
        )
        for point in points
    ]


def _broken(distribution: IDistribution, group: str, error: Exception) -> FoundEntryPoint:
    name = _name_of(distribution)
    return FoundEntryPoint(
        name,
        "",
        group,
        distribution=name,
        version=None,
        path=str(distribution.locate_file("")),
        place=distribution,
        error=error,
    )


def _name_of(distribution: IDistribution) -> str:
    """Return the name that the metadata directory's own name states, or else the metadata's."""
    stated = project_of(_directory_of(distribution))
    if stated:
        return stated
    try:
        return str(distribution.metadata["Name"])
    except Exception:  # noqa: BLE001 - a name for the record is all that is wanted here
        return type(distribution).__name__


def _directory_of(distribution: IDistribution) -> str:
    """Return the name of the metadata directory, empty where a finder has none."""
    return str(getattr(getattr(distribution, "_path", None), "name", ""))
