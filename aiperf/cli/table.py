"""Plain text tables, for output that must not wait for a table library to be imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return the rows in aligned columns, two blanks apart, the header first, each in one line."""
    lines = [header, *([" ".join(cell.split()) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def right_aligned(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 0) -> str:
    """Return a table whose numbers end where the others of their column do.

    Args:
        header: The names of the columns; one without a name has marks, which begin together.
        rows: The cells.
        left: How many of the first columns have text, which begins together, too.
    """
    widths = [max(len(line[column]) for line in (header, *rows)) for column in range(len(header))]
    text = {*range(left), *(index for index, name in enumerate(header) if not name)}
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in text else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in (header, *rows)
    )
