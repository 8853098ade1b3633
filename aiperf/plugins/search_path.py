"""Looks along ``sys.path`` for distributions that could have plugins.

It only says where to look and what is written there. To list directories and open one small file
each takes a fraction of what it takes to build a library's view of them, and where there is no
plugin that is all that happens.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING

from aiperf.plugins.origins import normalized

if TYPE_CHECKING:
    from collections.abc import Iterator

_METADATA = (".dist-info", ".egg-info")
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_CHUNK = 1 << 16


def places_with(text: str) -> list[tuple[str, bytes | None]] | None:
    """Return the metadata directories on ``sys.path`` whose ``entry_points.txt`` has ``text``.

    Of a distribution that is there twice, only the first place counts, whatever its file says.

    Returns:
        Pairs of a directory and what its ``entry_points.txt`` holds (``None``: it cannot be
        read), in the order of the path; or ``None`` where something on the path is not a plain
        directory (a zip file, an egg, a finder of its own) and only a library can tell.
    """
    if any(
        hasattr(finder, "find_distributions") and not _is_standard(finder)
        for finder in sys.meta_path
    ):
        return None
    wanted = text.encode()
    searched: dict[str, Listing] = {}
    found = []
    for entry in sys.path:
        directory = entry or os.curdir
        if directory in searched:
            continue
        try:
            names = os.listdir(directory)  # noqa: PTH208 - names are all that is needed
        except NotADirectoryError:
            return None
        except OSError:
            continue  # not there, or not readable: an import would pass it over too
        if "EGG-INFO" in names:
            return None
        here = Listing([name for name in names if name.lower().endswith(_METADATA)])
        for name, held in _mentioning(wanted, directory, here.names):
            project = normalized(project_of(name))
            hidden = any(earlier.has(project) for earlier in searched.values())
            if not hidden and here.chooses(name, project):
                found.append((f"{directory}{os.sep}{name}", held))
        searched[directory] = here
    return found


def _mentioning(
    wanted: bytes, directory: str, names: list[str]
) -> Iterator[tuple[str, bytes | None]]:
    """Yield those of ``names`` whose entry points have ``wanted`` in them or cannot be read."""
    for name in names:
        held: bytes | None
        try:
            held = _contents(f"{directory}{os.sep}{name}{os.sep}entry_points.txt")
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            held = None  # it is there, but cannot be read: the library says why
        if held is None or wanted in held:
            yield name, held


class Listing:
    """The metadata directories of one directory on the path.

    Few of hundreds are ever asked for, so nothing is worked out for each of them unless it must be.
    """

    __slots__ = ("_by_project", "_text", "names")

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self._text = ""
        self._by_project: dict[str, str] | None = None

    def has(self, project: str) -> bool:
        """Say whether a project, whose name is normalised, has a metadata directory here."""
        return self._at_most(project) > 0 and project in self._chosen()

    def chooses(self, name: str, project: str) -> bool:
        """Say whether ``name``, which is here, is the one that counts of those of its project."""
        return self._at_most(project) == 1 or self._chosen()[project] == name

    def _at_most(self, project: str) -> int:
        """Return how many metadata directories may be the project's; a quick look at all names."""
        if project.endswith("-"):
            return len(self.names)  # a damaged name, which runs into the separator after it
        self._text = self._text or normalized("\n".join(("", *self.names)))
        return self._text.count(f"\n{project}-")

    def _chosen(self) -> dict[str, str]:
        """Return the metadata directory that counts for each project."""
        if self._by_project is None:
            self._by_project = {}
            for name in self.names:
                project = normalized(project_of(name))
                self._by_project[project] = newer(self._by_project.get(project, name), name)
        return self._by_project


def project_of(metadata_directory: str) -> str:
    """Return the project that a ``.dist-info`` or ``.egg-info`` directory's name states."""
    if metadata_directory.endswith(".dist-info"):
        stem = metadata_directory.removesuffix(".dist-info")
        return stem.rpartition("-")[0] or stem
    return metadata_directory.rpartition(".")[0].partition("-")[0]


def newer(one: str, other: str) -> str:
    """Return the metadata directory with the higher version, of two that one project has.

    An upgrade that broke off leaves both; the order in which a file system lists them says nothing.
    """
    return one if one is other else max(one, other, key=_version_key)


def _version_key(metadata_directory: str) -> tuple[list[tuple[int, str]], str]:
    version = metadata_directory.rpartition(".")[0].removeprefix(project_of(metadata_directory))
    parts = version.lstrip("-").split(".")
    return [(int(part) if part.isdecimal() else -1, part) for part in parts], metadata_directory


def _contents(path: str) -> bytes:
    # Most distributions have no such file, and open() takes twice as long to say so.
    descriptor = os.open(path, _FLAGS)
    try:
        held = chunk = os.read(descriptor, _CHUNK)
        while len(chunk) == _CHUNK:
            chunk = os.read(descriptor, _CHUNK)
            held += chunk
    finally:
        os.close(descriptor)
    return held


def _is_standard(finder: object) -> bool:
    return finder is PathFinder or type(finder).__module__.partition(".")[0] == "importlib_metadata"
