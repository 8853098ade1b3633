"""Finds the entry points of installed distributions; imports nothing that they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from aiperf.plugins.origins import normalized
from aiperf.plugins.search_path import newer, places_with, project_of

if TYPE_CHECKING:
    from importlib_metadata import EntryPoint, IDistribution

_FIELDS = frozenset({"Name", "Version"})


class FoundEntryPoint(NamedTuple):
    """One entry point of one distribution, not loaded.

    ``error`` says why the distribution's metadata cannot be read; there is no ``entry_point``
    then.
    """

    name: str
    module: str
    distribution: str
    version: str | None
    path: str
    metadata: IDistribution
    entry_point: EntryPoint | None = None
    error: Exception | None = None


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
    if not places and places is not None:
        return []
    import importlib_metadata  # noqa: PLC0415 - a sixth of a start-up that may not need it

    distributions = (
        importlib_metadata.distributions()
        if places is None
        else map(importlib_metadata.Distribution.at, places)
    )
    chosen: dict[str, IDistribution] = {}
    for distribution in distributions:
        key = normalized(_name_of(distribution))
        known = chosen.setdefault(key, distribution)
        if known is not distribution and _supersedes(distribution, known):
            chosen[key] = distribution
    found: list[FoundEntryPoint] = []
    for _, distribution in sorted(chosen.items()):
        try:
            found += sorted(_read(distribution, group), key=lambda point: point.name)
        except Exception as error:  # noqa: BLE001 - whatever it is, it becomes the plugin's record
            found.append(_broken(distribution, error))
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
    name, version = _name_and_version(distribution)
    path = str(distribution.locate_file(""))
    return [
        FoundEntryPoint(
            name=point.name,
            module=point.value.partition(":")[0].partition("[")[0].strip(),
            distribution=name,
            version=version,
            path=path,
            metadata=distribution,
            entry_point=point,
        )
        for point in points
    ]


def _name_and_version(distribution: IDistribution) -> tuple[str, str | None]:
    """Return what the metadata states in its first lines, without parsing the rest."""
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    stated: dict[str, str] = {}
    for line in text.splitlines():
        field, colon, value = line.partition(":")
        if not colon or len(stated) == len(_FIELDS):
            break
        if field in _FIELDS:
            stated[field] = value.strip()
    return stated.get("Name") or _name_of(distribution), stated.get("Version")


def _broken(distribution: IDistribution, error: Exception) -> FoundEntryPoint:
    name = _name_of(distribution)
    return FoundEntryPoint(
        name=name,
        module="",
        distribution=name,
        version=None,
        path=str(distribution.locate_file("")),
        metadata=distribution,
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
