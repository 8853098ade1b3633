"""Compares a class with the protocol of its factory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.devtools.class_model import Asynchrony, ClassModel, How, Kind, Member, Parameter
from aiperf.devtools.findings import Finding
from aiperf.devtools.lookup import UNKNOWN
from aiperf.plugins.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BY_POSITION = (How.POSITION, How.EITHER)


def differences(
    model: ClassModel, protocols: Sequence[ClassModel], *, is_made_as_written: bool = True
) -> list[Finding]:
    """Return what keeps a class from being what one of the protocols asks for.

    Args:
        model: the class.
        protocols: the alternatives; the one that fits best is compared.
        is_made_as_written: whether the class is created with the arguments of the protocol's
            ``__init__``, and without any where it has none.
    """
    results = [
        list(_compared(model, protocol, is_made_as_written=is_made_as_written))
        for protocol in protocols
    ]

    def misfit(findings: list[Finding]) -> tuple[bool, int]:
        # A wrong value is what tells one alternative from another.
        return any(each.rule == "attribute-value" for each in findings), len(findings)

    return min(results, key=misfit, default=[])


def _compared(
    model: ClassModel, protocol: ClassModel, *, is_made_as_written: bool
) -> Iterator[Finding]:
    for name, wanted in protocol.members.items():
        if name == "__init__":
            continue
        found = model.members.get(name)
        if found is None:
            if model.is_complete:
                yield _missing(model, protocol, wanted)
        else:
            yield from _member(model, protocol, wanted, found)
    for found in model.members.values():
        if found.is_abstract:
            yield _finding(
                "abstract-method",
                found,
                f"{model.name}.{found.name} is abstract, so {model.name} cannot be created.",
                f"Define {found.name} in {model.name}.",
                model,
            )
    wanted_init = protocol.members.get("__init__")
    if is_made_as_written or wanted_init is not None:
        yield from _constructor(model, protocol, wanted_init)


def _missing(model: ClassModel, protocol: ClassModel, wanted: Member) -> Finding:
    is_attribute = wanted.kind is Kind.ATTRIBUTE
    rule = "missing-attribute" if is_attribute else "missing-method"
    likely = nearest(wanted.name, set(model.members) - set(protocol.members))
    hint = f" Did you misspell it as {likely!r}?" if likely else ""
    shown = wanted.name if is_attribute else signature(wanted)
    return Finding(
        rule,
        f"{model.name} has no {wanted.kind.value} {wanted.name!r}, which {protocol.name} asks for.",
        f"Add {shown} to the class.{hint}",
        model.path,
        model.line,
    )


def _member(
    model: ClassModel, protocol: ClassModel, wanted: Member, found: Member
) -> Iterator[Finding]:
    where = f"{model.name}.{found.name}"
    if wanted.kind is Kind.METHOD:
        if found.kind is Kind.METHOD:
            yield from _signature(model, protocol, wanted, found)
        elif found.kind is Kind.ATTRIBUTE and _is_plain(found.value):
            yield _finding(
                "member-kind",
                found,
                f"{where} is {found.value!r}, but {protocol.name} asks for a method.",
                f"Write it as {signature(wanted)}.",
                model,
            )
        return
    if found.kind is Kind.METHOD:
        yield _finding(
            "member-kind",
            found,
            f"{where} is a method, but {protocol.name} asks for "
            f"{'a property' if wanted.kind is Kind.PROPERTY else 'an attribute'}.",
            "Put @property above it."
            if wanted.kind is Kind.PROPERTY
            else f"Assign {found.name} in the class's body.",
            model,
        )
    elif not _is_allowed(found.value, wanted.allowed):
        allowed = " or ".join(
            each.__name__ if isinstance(each, type) else repr(each) for each in wanted.allowed
        )
        yield _finding(
            "attribute-value",
            found,
            f"{where} is {found.value!r}, but {protocol.name} asks for {allowed}.",
            "Correct the value.",
            model,
        )


def _signature(
    model: ClassModel, protocol: ClassModel, wanted: Member, found: Member
) -> Iterator[Finding]:
    where = f"{model.name}.{found.name}"
    if Asynchrony.EITHER not in (wanted.asynchrony, found.asynchrony):
        is_async = wanted.asynchrony is Asynchrony.ASYNC
        if is_async != (found.asynchrony is Asynchrony.ASYNC):
            yield _finding(
                "method-async",
                found,
                f"{where} {'cannot be' if is_async else 'has to be'} awaited, but "
                f"{protocol.name}.{found.name} {'is' if is_async else 'is not'}.",
                "Write async def, without yield." if is_async else "Write def, not async def.",
                model,
            )
    yield from _parameters(model, protocol, wanted, found)


def _constructor(
    model: ClassModel, protocol: ClassModel, wanted: Member | None
) -> Iterator[Finding]:
    if model.is_made_freely:
        return
    made = wanted or Member("__init__", Kind.METHOD, ())
    found = model.members.get("__init__")
    if found is None:
        if not model.is_complete:
            return
        found = Member("__init__", Kind.METHOD, (), path=model.path, line=model.line)
    if found.kind is Kind.METHOD:
        yield from _parameters(model, protocol, made, found)


def _parameters(
    model: ClassModel, protocol: ClassModel, wanted: Member, found: Member
) -> Iterator[Finding]:
    if wanted.parameters is None or found.parameters is None:
        return
    problems = list(_unmet(wanted.parameters, found.parameters))
    if problems:
        yield _finding(
            "method-parameters",
            found,
            f"{model.name}.{found.name} cannot be called as {protocol.name} says: "
            f"{'; '.join(problems)}.",
            f"Write it as {signature(wanted)}.",
            model,
        )


def _unmet(wanted: Sequence[Parameter], found: Sequence[Parameter]) -> Iterator[str]:
    """Say why a method with ``found`` cannot be called by whoever knows ``wanted``."""
    positions = iter([each for each in found if each.how in _BY_POSITION])
    by_name = {each.name: each for each in found if each.how in (How.EITHER, How.NAME)}
    rests = {each.how for each in found}
    used: set[str] = set()
    for each in wanted:
        if each.how in _BY_POSITION:
            same, rest, shown = next(positions, None), How.REST, each.name
        elif each.how is How.NAME:
            same, rest, shown = by_name.get(each.name), How.NAMED_REST, f"{each.name}="
        else:
            continue
        if same is not None:
            used.add(same.name)
            if same.required and not each.required:
                yield f"it requires {each.name}, which callers may leave out"
        elif rest not in rests:
            yield f"it does not take {shown}"
    for each in found:
        if each.required and each.name not in used:
            yield f"it requires {each.name}, which nobody gives it"


def signature(member: Member) -> str:
    """Write a member as one would define it."""
    if member.kind is not Kind.METHOD:
        return f"@property def {member.name}(self)"
    parts = ["self"]
    is_named = False
    for each in member.parameters or ():
        if each.how is How.NAME and not is_named:
            parts.append("*")
            is_named = True
        parts.append(str(each) if each.required or "*" in str(each) else f"{each}=...")
    prefix = "async " if member.asynchrony is Asynchrony.ASYNC else ""
    return f"{prefix}def {member.name}({', '.join(parts)})"


def _is_plain(value: Any) -> bool:
    return value is not UNKNOWN and not callable(value)


def _is_allowed(value: Any, allowed: Sequence[Any]) -> bool:
    if value is UNKNOWN or not allowed:
        return True
    return any(type(value) is each if isinstance(each, type) else value == each for each in allowed)


def _finding(rule: str, found: Member, message: str, advice: str, model: ClassModel) -> Finding:
    return Finding(rule, message, advice, found.path or model.path, found.line or model.line)
