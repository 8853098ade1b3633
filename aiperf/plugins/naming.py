"""Names for things: in another spelling, or where two would otherwise share one."""

from __future__ import annotations

from itertools import chain, count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container


def snake_case(name: str) -> str:
    """Return ``HTTPProxyPool`` as ``http_proxy_pool``."""
    # By hand: compiling the regular expression would be a twentieth of the import of AIPerf.
    parts = []
    for before, letter, after in zip(" " + name, name, name[1:] + " ", strict=False):
        starts_word = letter.isupper() and (before.islower() or before.isdigit())
        ends_acronym = letter.isupper() and before.isupper() and after.islower()
        parts.append(f"_{letter}" if starts_word or ends_acronym else letter)
    return "".join(parts).lower()


def first_free(name: str, fuller: str, taken: Container[str]) -> str:
    """Return ``name``, or if it is taken ``fuller``, or that with a number: ``fuller#2``."""
    names = chain((name, fuller), (f"{fuller}#{number}" for number in count(2)))
    return next(each for each in names if each not in taken)
