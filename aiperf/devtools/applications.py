"""Finds the modules of installed applications whose factories a plugin may register with."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from aiperf.devtools.source_tree import package_in
from aiperf.plugins.entries import is_dotted_name
from aiperf.plugins.origins import normalized

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from importlib_metadata import IDistribution

_PROJECT: Final = re.compile(r"[A-Za-z0-9._-]+")
_MOST_FILES: Final = 1000


def project_of(requirement: str) -> str:
    """Return the normalised project name at the start of a requirement."""
    found = _PROJECT.match(requirement.strip())
    return normalized(found.group()) if found else ""


def modules_required(requirements: Iterable[str]) -> Iterator[str]:
    """Yield the modules of those requirements that are installed and themselves require aiperf."""
    import importlib_metadata  # noqa: PLC0415 - only for a distribution that requires something

    for project in dict.fromkeys(map(project_of, requirements)):
        if project in {"", "aiperf"}:
            continue
        try:
            distribution = importlib_metadata.distribution(project)
            theirs = [project_of(each) for each in distribution.requires or ()]
        except Exception:  # noqa: BLE001, S112 - not installed or damaged: nothing to learn from it
            continue
        if "aiperf" in theirs:
            yield from modules_of(distribution)


def modules_of(distribution: IDistribution) -> tuple[str, ...]:
    """Return the modules of an installed distribution, editable or not, as far as it lists them."""
    directory = _editable_directory(distribution)
    if directory is not None:
        return package_in(directory).modules
    names = []
    for file in (distribution.files or [])[:_MOST_FILES]:
        path = str(file).replace("\\", "/")
        name = path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        if path.endswith(".py") and is_dotted_name(name):
            names.append(name)
    return tuple(names)


def _editable_directory(distribution: IDistribution) -> Path | None:
    """Return the source tree of an editable installation, ``None`` for any other."""
    try:
        stated = json.loads(distribution.read_text("direct_url.json") or "{}")
        if not stated["dir_info"]["editable"]:
            return None
        directory = Path(unquote(urlsplit(stated["url"]).path))
    except (ValueError, KeyError, TypeError):
        return None
    return directory if directory.is_dir() else None
