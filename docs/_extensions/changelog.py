"""Lists what has changed, in Markdown, from the fragments in ``docs/changelog``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

TITLES = {"added": "Added", "changed": "Changed", "fixed": "Fixed", "removed": "Removed"}


def changes(fragments: Iterable[Path]) -> str:
    """Return the fragments as Markdown: a section for each type, an item for each fragment.

    Raises:
        ValueError: a fragment's name is not ``<slug>.<type>.md``.
    """
    items: dict[str, list[str]] = {kind: [] for kind in TITLES}
    for path in sorted(fragments):
        _, _, kind = path.stem.partition(".")
        if kind not in items:
            raise ValueError(f"{path.name}: the type is one of {', '.join(TITLES)}, not {kind!r}")
        lines = path.read_text(encoding="utf-8").strip().splitlines()
        items[kind].append("- " + "\n  ".join(lines))
    return "\n\n".join(
        f"## {TITLES[kind]}\n\n" + "\n".join(found) for kind, found in items.items() if found
    )
