"""Where two resolutions differ, said so that a person knows what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.plugins.resolution import Choice, Resolution

_SAYS = {
    "sha256": "the file of {target} is another one",
    "metadata": "its metadata is another",
    "target": "its class is another",
}

_NEW_VERSION = frozenset({"version", "sha256", "metadata", "target"})
"""What a new version of the same plugin may change."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One class type that two resolutions do not resolve alike.

    ``theirs`` is what the other one has, that of the lock or of the parent process, and ``ours``
    what this process has; ``None`` stands for a class type that it does not know at all. ``fields``
    are the names of what differs, if both have an implementation.
    """

    factory: str
    class_type: str
    theirs: Choice | None
    ours: Choice | None
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Tell it in one line."""
        return self.told()

    def told(self, where: str = "there") -> str:
        """Tell it in one line; ``where`` is where the other one is."""
        there, here = _shown(self.theirs), _shown(self.ours)
        ours = self.ours
        text = f"{self.factory}.{self.class_type}: "
        text += f"{there} {where}, {here} here" if there != here else f"{here} {where} and here"
        if ours is not None and there == here:
            said = [
                says.format(target=ours.target) for f, says in _SAYS.items() if f in self.fields
            ]
            text += f", but {' and '.join(said)}"
        if ours is not None and ours.why:
            text += f" ({ours.why.removesuffix('.')})"
        return f"{text}."


def differences(theirs: Resolution, ours: Resolution) -> tuple[Difference, ...]:
    """Return where ``ours`` is not what ``theirs`` is, sorted by factory and class type."""
    before, after = theirs.by_key(), ours.by_key()
    found = []
    for key in sorted(before.keys() | after.keys()):
        one, other = before.get(key), after.get(key)
        fields = _differing(one, other)
        known = one or other
        if known is not None and fields != ():
            found.append(Difference(known.factory, known.class_type, one, other, fields or ()))
    return tuple(found)


def _differing(one: Choice | None, other: Choice | None) -> tuple[str, ...] | None:
    """Return the names of the fields that differ, ``None`` where there is nothing to compare."""
    if one is None or other is None:
        return None
    left: dict[str, Any] = one.compared()
    right: dict[str, Any] = other.compared()
    return tuple(name for name in left if left[name] != right[name])


def _shown(choice: Choice | None) -> str:
    if choice is None:
        return "no such class type"
    if not choice.target:
        return "nothing"
    return f"{choice.reference} from {choice.source}"


def as_lines(found: Sequence[Difference], there: str = "there") -> list[str]:
    """Return a line for each difference, and one for all class types that another version has.

    A distribution of which only the version differs is one thing to change, not fifty.
    """
    groups: dict[tuple[str, str], list[Difference]] = {}
    lines = []
    for difference in found:
        theirs, ours = difference.theirs, difference.ours
        if (
            theirs is not None
            and ours is not None
            and "version" in difference.fields
            and _NEW_VERSION.issuperset(difference.fields)
        ):
            groups.setdefault((theirs.source, ours.source), []).append(difference)
        else:
            lines.append(difference.told(there))
    for (theirs_source, ours_source), alike in groups.items():
        names = ", ".join(f"{each.factory}.{each.class_type}" for each in alike)
        lines.append(f"{theirs_source} {there}, {ours_source} here: {names}.")
    return lines
