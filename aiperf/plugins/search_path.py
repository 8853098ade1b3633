"""Looks along ``sys.path`` for distributions that could have plugins.

It only says where to look: what is found there, importlib-metadata reads. To list directories and
open one small file each takes a fraction of what it takes to build a library's view of them, and
where there is no plugin the library is not imported at all.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder

from aiperf.plugins.origins import normalized

_METADATA = (".dist-info", ".egg-info")


def places_with(text: str) -> list[str] | None:
    """Return the metadata directories on ``sys.path`` whose ``entry_points.txt`` has ``text``.

    Of a distribution that is there twice, only the first place counts, whatever its file says.

    Returns:
        The directories in the order of the path, or ``None`` where something on the path is not a
        plain directory (a zip file, an egg, a finder of its own) and only a library can tell.
    """
    if any(
        hasattr(finder, "find_distributions") and not _is_standard(finder)
        for finder in sys.meta_path
    ):
        return None
    wanted = text.encode()
    seen: set[str] = set()
    found = []
    for entry in sys.path:
        directory = entry or os.curdir
        try:
            names = os.listdir(directory)  # noqa: PTH208 - names are all that is needed
        except NotADirectoryError:
            return None
        except OSError:
            continue  # not there, or not readable: an import would pass it over too
        if "EGG-INFO" in names:
            return None
        here = _projects(names)
        for project in here.keys() - seen:
            place = f"{directory}{os.sep}{here[project]}"
            if _mentions(f"{place}{os.sep}entry_points.txt", wanted):
                found.append(place)
        seen.update(here)
    return found


def _projects(names: list[str]) -> dict[str, str]:
    """Return the metadata directories among ``names`` by their projects' normalised names."""
    found: dict[str, str] = {}
    for name in names:
        if name.endswith(_METADATA):
            project = normalized(project_of(name))
            found[project] = newer(found.get(project, name), name)
    return found


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


def _mentions(path: str, wanted: bytes) -> bool:
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - pathlib takes longer than this
            return wanted in file.read()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True  # it is there, but cannot be read: the library says why


def _is_standard(finder: object) -> bool:
    return finder is PathFinder or type(finder).__module__.partition(".")[0] == "importlib_metadata"
