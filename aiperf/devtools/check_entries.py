"""Checks what lazy entries say: their arguments, names and identifiers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.devtools.class_source import is_known
from aiperf.devtools.lookup import UNKNOWN
from aiperf.plugins.entries import LazyEntry
from aiperf.plugins.errors import PluginValidationError
from aiperf.plugins.nearest import did_you_mean

if TYPE_CHECKING:
    from aiperf.devtools.checks import Check
    from aiperf.devtools.entry_source import EntrySource

_NAMES = ("class_type", "module_path", "class_name", "identifier")
_RIGHT = {"class_type": "chat", "module_path": "module", "class_name": "Class"}


def check_entries(check: Check) -> None:
    """Check every entry as far as its source tells."""
    seen: dict[tuple[str, str, str], EntrySource] = {}
    for entry in check.registry.entries if check.registry is not None else ():
        _check_arguments(check, entry)
        factory = _check_factory(check, entry)
        parts = (entry.text("class_type"), entry.identifier)
        if not (factory and all(parts)):
            continue
        earlier = seen.setdefault((factory, *parts), entry)
        if earlier is not entry and _target(earlier) != _target(entry):
            check.add(
                "duplicate-identifier",
                f"identifier {parts[1]!r} of {factory}.{parts[0]} is {_target(earlier)} in line "
                f"{earlier.line} already and cannot be {_target(entry)} too.",
                "Give each implementation an identifier of its own.",
                entry.module.path,
                entry.line,
            )


def _target(entry: EntrySource) -> str:
    return f"{entry.text('module_path')}:{entry.text('class_name')}"


def _check_arguments(check: Check, entry: EntrySource) -> None:
    where = (entry.module.path, entry.line)
    what = "register_lazy" if entry.is_call else "LazyEntry"
    for problem in entry.problems:
        check.add(
            "entry-arguments",
            f"{what}() {problem}.",
            'Write it as LazyEntry("chat", "my_plugin.module", "MyClass", identifier="my_id").',
            *where,
        )
    for name, value in entry.fields.items():
        if name == "is_plugin" or (name in {"identifier", "metadata"} and value is None):
            continue
        reason = _refused(name, value)
        if reason:
            is_name = isinstance(value, str) and value and name in _NAMES
            rule = "entry-name" if is_name else "entry-arguments"
            check.add(rule, reason, "", *where)


def _refused(name: str, value: Any) -> str:
    """Return why the registry would not take an argument, empty if it would."""
    if value is UNKNOWN or (isinstance(value, list) and not is_known(value)):
        return ""
    arguments: dict[str, Any] = {**_RIGHT, name: value}
    if isinstance(value, dict):
        arguments[name] = dict.fromkeys(value)
    try:
        LazyEntry(**arguments)
    except PluginValidationError as error:
        return str(error).partition("): ")[2]
    return ""


def _check_factory(check: Check, entry: EntrySource) -> str:
    """Return the name of the entry's factory, empty if it is not known."""
    where = (entry.module.path, entry.line)
    named = entry.text("factory")
    factory = check.factory(entry.factory) if entry.factory else None
    if factory is not None and named and named != factory.name:
        check.add(
            "other-factory",
            f"hook {factory.hook!r} returns an entry that says it is for factory {named!r}.",
            f"Return it from aiperf_register_{named}(), or leave factory out.",
            *where,
        )
    if factory is None and named:
        factory = check.factory(named)
        if factory is None:
            check.add(
                "other-factory",
                f"there is no factory {named!r}.",
                did_you_mean(named, check.factories),
                *where,
            )
    return factory.name if factory is not None else ""
