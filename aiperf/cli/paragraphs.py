"""Text for people: a name and a value in a line, indented, whatever is in them."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def rows(pairs: Iterable[tuple[str, str]], indent: str = "  ") -> str:
    """Return names and values in two columns; what has no value is left out."""
    kept = [(name, " ".join(value.split())) for name, value in pairs if value.strip()]
    width = max((len(name) for name, _ in kept), default=0)
    return "\n".join(f"{indent}{name:<{width}}  {value}" for name, value in kept)


def indented(text: str, indent: str = "  ") -> str:
    """Return a docstring with one indent for all of its lines."""
    first, _, rest = text.partition("\n")
    return textwrap.indent(f"{first}\n{textwrap.dedent(rest)}".rstrip(), indent)


def placed(path: str | None, line: int | None) -> str:
    """Return a file and a line as editors understand it, empty where there is none."""
    return (f"{path}:{line}" if line else path) if path else ""


def counted(number: int, thing: str) -> str:
    """Return a number with its thing, in the singular or the plural."""
    return f"{number} {thing}{'' if number == 1 else 's'}"
