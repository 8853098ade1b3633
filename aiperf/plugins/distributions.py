"""Finds the entry points of installed distributions; imports nothing that they name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiperf.plugins.origins import normalized

if TYPE_CHECKING:
    from importlib_metadata import EntryPoint, IDistribution


@dataclass(frozen=True, slots=True)
class FoundEntryPoint:
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
    import importlib_metadata  # noqa: PLC0415 - a sixth of a start-up that may not need it

    found: dict[str, list[FoundEntryPoint]] = {}
    for distribution in importlib_metadata.distributions():
        try:
            text = distribution.read_text("entry_points.txt")
        except (OSError, UnicodeError) as error:
            broken = _broken(distribution, error)
            found.setdefault(normalized(broken.distribution), [broken])
            continue
        # Most distributions have nothing for us; to search the text is far cheaper than to parse.
        if not text or group not in text:
            continue
        try:
            name = distribution.metadata["Name"] or _name_from_path(distribution)
            points = _read(distribution, name, group)
        except Exception as error:  # noqa: BLE001 - whatever it is, it becomes the plugin's record
            broken = _broken(distribution, error)
            found.setdefault(normalized(broken.distribution), [broken])
            continue
        if normalized(name) in found or not points or _is_shadowed(distribution, name, text):
            continue
        found[normalized(name)] = points
    return [
        point for key in sorted(found) for point in sorted(found[key], key=lambda point: point.name)
    ]


def _read(distribution: IDistribution, name: str, group: str) -> list[FoundEntryPoint]:
    path = str(distribution.locate_file(""))
    return [
        FoundEntryPoint(
            name=entry_point.name,
            module=entry_point.value.partition(":")[0].strip(),
            distribution=name,
            version=distribution.version,
            path=path,
            metadata=distribution,
            entry_point=entry_point,
        )
        for entry_point in distribution.entry_points
        if entry_point.group == group
    ]


def _is_shadowed(distribution: IDistribution, name: str, text: str) -> bool:
    """Say whether a distribution of the same name comes earlier and declares something else."""
    import importlib_metadata  # noqa: PLC0415 - as above

    try:
        first = importlib_metadata.distribution(name)
    except importlib_metadata.PackageNotFoundError:
        return False
    return (
        first.locate_file("") != distribution.locate_file("")
        and first.read_text("entry_points.txt") != text
    )


def _broken(distribution: IDistribution, error: Exception) -> FoundEntryPoint:
    name = _name_from_path(distribution)
    return FoundEntryPoint(
        name=name,
        module="",
        distribution=name,
        version=None,
        path=str(distribution.locate_file("")),
        metadata=distribution,
        error=error,
    )


def _name_from_path(distribution: IDistribution) -> str:
    """Return the name that the metadata directory's own name states."""
    path = getattr(distribution, "_path", None)
    stem = str(getattr(path, "name", "unknown"))
    return stem.removesuffix(".dist-info").removesuffix(".egg-info").partition("-")[0]
