"""What else differs between two runs: the code that ran, and what it was asked to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiperf.benchmark.comparison_run import Run

_OWN = ("output.", "command", "transport.url")
"""Settings that two runs always or mostly have apart, and that say nothing of the measuring."""
_COMPARED = ("identifier", "distribution", "version", "module", "class", "sha256")
_IGNORED_FACTORIES = {"exporter", "ui"}
_NAMED = ("aiperf_version", "python", "platform")
_MOST = 12
_HASH_DIGITS = 12


def doubts(base: Run, other: Run) -> Iterator[str]:
    """Yield a sentence for each thing that makes two runs less comparable."""
    yield from _implementations(base, other)
    for name in _NAMED:
        first, second = base.provenance.get(name), other.provenance.get(name)
        if first is not None and second is not None and first != second:
            yield f"{base.name} and {other.name} differ in {name}: {first}; {second}."
    if bool(base.provenance) == bool(other.provenance):  # otherwise two programs wrote them
        yield from _configuration(base, other)


def own_doubts(run: Run) -> Iterator[str]:
    """Yield what a run says against its own numbers."""
    if run.was_cancelled:
        yield f"{run.name} was cancelled before its end."
    for warning in run.warnings:
        yield f"{run.name}: {warning}"


def _implementations(base: Run, other: Run) -> Iterator[str]:
    first, second = _by_slot(base), _by_slot(other)
    if not first or not second:
        unknown = [run.name for run, found in ((base, first), (other, second)) if not found]
        both = len(unknown) > 1
        yield f"{' and '.join(unknown)}: nothing says which implementations ran" + (
            "." if both else ", so that neither these nor the configurations were compared."
        )
        return
    for slot in sorted(first.keys() | second.keys()):
        one, two = first.get(slot), second.get(slot)
        if one is None or two is None:
            has, lacks = (other, base) if one is None else (base, other)
            yield f"{slot} was used by {has.name} and not by {lacks.name}."
            continue
        differing = [name for name in _COMPARED if one.get(name) != two.get(name)]
        if differing:
            yield (
                f"{slot} is not the same in {base.name} and {other.name}: "
                + ", ".join(f"{n} {_short(one.get(n))} / {_short(two.get(n))}" for n in differing)
                + "."
            )


def _by_slot(run: Run) -> dict[str, Mapping[str, Any]]:
    """Return the implementations that a run used, by factory and class type.

    Exporters and user interfaces are left out: they touch no number.
    """
    return {
        f"{each.get('factory')}.{each.get('class_type')}": each
        for each in run.provenance.get("implementations") or ()
        if isinstance(each, Mapping) and each.get("factory") not in _IGNORED_FACTORIES
    }


def _configuration(base: Run, other: Run) -> Iterator[str]:
    first, second = dict(_flat(base.config)), dict(_flat(other.config))
    names = [
        name
        for name in (*first, *(name for name in second if name not in first))
        if first.get(name) != second.get(name) and not name.startswith(_OWN)
    ]
    if names:
        shown = ", ".join(
            f"{name} {_short(first.get(name))} / {_short(second.get(name))}"
            for name in names[:_MOST]
        )
        more = f", and {len(names) - _MOST} more" if len(names) > _MOST else ""
        yield f"{base.name} and {other.name} were configured differently: {shown}{more}."


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    is_hash = len(text) == 64 and not set(text) - set("0123456789abcdef")  # noqa: PLR2004 - SHA-256
    return text[:_HASH_DIGITS] if is_hash else text
