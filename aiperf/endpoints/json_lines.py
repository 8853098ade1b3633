"""JSON values on lines of their own, each with the time it was complete (NDJSON, JSON Lines).

Source: https://github.com/ndjson/ndjson-spec.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TYPES = frozenset(
    {
        "application/jsonl",
        "application/jsonlines",
        "application/ndjson",
        "application/stream+json",
        "application/x-jsonlines",
        "application/x-ndjson",
    }
)
"""The content types that are in use for it."""


def json_lines(parts: Sequence[bytes], part_ns: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Yield each line that is not blank, with the time of the part that completed it.

    What is after the last line feed is a line as well, complete or not.
    """
    held: list[bytes] = []
    ns = 0
    for part, ns in zip(parts, part_ns, strict=True):
        *lines, left = part.split(b"\n")
        for line in lines:
            held.append(line)
            whole = b"".join(held).strip()
            held.clear()
            if whole:
                yield ns, whole
        held.append(left)
    rest = b"".join(held).strip()
    if rest:
        yield ns, rest
