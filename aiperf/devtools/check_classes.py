"""Checks what lazy entries name: the module, the class, and the class against its protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.devtools.check_values import check_metadata
from aiperf.devtools.class_source import ClassReader
from aiperf.devtools.conformity import differences
from aiperf.plugins.entries import is_dotted_name
from aiperf.plugins.targets import Trouble

if TYPE_CHECKING:
    from aiperf.devtools.checks import Check
    from aiperf.devtools.class_model import ClassModel
    from aiperf.devtools.entry_source import EntrySource
    from aiperf.devtools.factory_source import FactorySource
    from aiperf.plugins.targets import Target

RULE_OF = {
    Trouble.MODULE: "missing-module",
    Trouble.SYNTAX: "syntax-error",
    Trouble.CLASS: "missing-class",
    Trouble.NOT_CALLABLE: "not-a-class",
}


def check_classes(check: Check) -> None:
    """Check the class of every entry whose names are constant."""
    for entry in check.registry.entries if check.registry is not None else ():
        factory = check.factory(entry.factory or entry.text("factory"))
        model = None
        module_path, class_name = entry.text("module_path"), entry.text("class_name")
        if is_dotted_name(module_path) and is_dotted_name(class_name):
            target = check.targets.find(module_path, class_name)
            if target.problem:
                _report(check, entry, target)
                continue
            if factory is not None:
                model = _check_protocol(check, factory, target)
        check_metadata(check, entry, factory, model)


def _report(check: Check, entry: EntrySource, target: Target) -> None:
    message, _, hint = target.problem.partition(". ")
    rule = RULE_OF[target.trouble]
    if rule == "syntax-error":
        check.add(rule, message + ("." * (not message.endswith("."))), hint or "Correct it.",
                  target.path, target.line)  # fmt: skip
        return
    named = f"{entry.text('module_path')}:{entry.text('class_name')}"
    check.add(
        rule,
        f"{named}: {message}{'' if message.endswith('.') else '.'}",
        hint or "Correct the entry, or add what it names.",
        entry.module.path,
        entry.line,
    )


def _check_protocol(check: Check, factory: FactorySource, target: Target) -> ClassModel | None:
    names = frozenset((each.module, getattr(each.node, "name", "")) for each in factory.protocols)
    model = ClassReader(check.targets, names).read(target)
    if model is None:
        return None
    if factory.name not in check.protocols:
        reader = ClassReader(check.targets)
        models = [reader.read(each) for each in factory.protocols]
        check.protocols[factory.name] = [each for each in models if each is not None]
    protocols = check.protocols[factory.name]
    for each in differences(model, protocols, is_made_as_written=factory.is_own):
        check.add(each.rule, each.message, each.advice, each.path, each.line)
    return model
