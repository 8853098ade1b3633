"""Reads a distribution's metadata where it is as plain as almost all of it is.

For each thing there are two answers: exactly what importlib-metadata says, or ``None``, and then
that library is to be asked. It takes as long to import as everything else that discovery does.
"""

from __future__ import annotations

_FIELDS = frozenset({"Name", "Version"})


def entry_points(held: bytes, group: str) -> list[tuple[str, str]] | None:
    """Return names and values of the entry points of ``group``, in the order of the file.

    Args:
        held: what ``entry_points.txt`` holds.
        group: the entry-point group.

    Returns:
        ``None`` for anything but ASCII, for a section that is there twice or without a name, for a
        value that is not identifiers joined by dots with a colon between module and attribute
        (extras, blanks), and for any line that is none of a section, a comment and an entry.
    """
    if not held.isascii():
        return None
    found: list[tuple[str, str]] = []
    sections: set[str] = set()
    section = ""
    for line in map(str.strip, held.decode().splitlines()):
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            section = line[1:-1]
            if not line.endswith("]") or "[" in section or "]" in section or section in sections:
                return None
            sections.add(section)
            continue
        name, equals, value = map(str.strip, line.partition("="))
        module, colon, attribute = value.partition(":")
        if not (section and name and equals and _is_dotted(module)):
            return None
        if colon and not _is_dotted(attribute):
            return None
        if section == group:
            found.append((name, value))
    return found


def _is_dotted(name: str) -> bool:
    return all(map(str.isidentifier, name.split(".")))


def name_and_version(text: str) -> tuple[str | None, str | None]:
    """Return what ``METADATA`` or ``PKG-INFO`` states at its head; no more is parsed."""
    stated: dict[str, str] = {}
    for line in text.partition("\n\n")[0].splitlines():
        field, colon, value = line.partition(":")
        if not colon or len(stated) == len(_FIELDS):
            break
        if field in _FIELDS:
            stated[field] = value.strip()
    return stated.get("Name"), stated.get("Version")


def metadata_text(metadata_directory: str) -> str | None:
    """Return the whole of ``METADATA``, or in an ``.egg-info`` directory of ``PKG-INFO``.

    Returns:
        ``None`` if that is missing or empty, cannot be read, or is not UTF-8.
    """
    name = "METADATA" if metadata_directory.endswith(".dist-info") else "PKG-INFO"
    try:
        with open(f"{metadata_directory}/{name}", "rb", buffering=0) as file:  # noqa: PTH123 - no pathlib
            return file.read().decode() or None
    except (OSError, UnicodeDecodeError):
        return None
