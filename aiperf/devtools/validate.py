"""Checks plugins without importing them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.devtools.applications import modules_required
from aiperf.devtools.check_classes import RULE_OF, check_classes
from aiperf.devtools.check_entries import check_entries
from aiperf.devtools.check_hooks import check_hooks
from aiperf.devtools.check_imports import check_imports, imports_of
from aiperf.devtools.check_package import check_package
from aiperf.devtools.checks import Check
from aiperf.devtools.factory_source import OWN, FactorySource, factories_of
from aiperf.devtools.registry_source import read_registry
from aiperf.plugins.entries import is_dotted_name
from aiperf.plugins.sources import MissingModule, ModuleSource, Sources
from aiperf.plugins.targets import Target, Targets, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aiperf.devtools.findings import Finding
    from aiperf.devtools.subjects import Package, Subject


def validate(packages: Iterable[Package], factories: Sequence[str] = ()) -> list[Finding]:
    """Return everything that is wrong with the packages, in their order; nothing is imported.

    Args:
        packages: what to check.
        factories: modules of other applications that define factories.
    """
    findings: list[Finding] = []
    for package in packages:
        findings += check_package(package)
        targets = Targets(Sources(package.path))
        for subject in package.subjects:
            findings += _check_subject(package, subject, targets, factories)
    return list(dict.fromkeys(findings))


def _check_subject(
    package: Package, subject: Subject, targets: Targets, factories: Sequence[str]
) -> list[Finding]:
    check = Check(package, subject, targets, {})
    module = _registry_module(check)
    if module is None or module.text is None:
        return check.findings
    check.factories = _known_factories(check, module, factories)
    check.registry = read_registry(targets, module, subject.attribute)
    if not check.registry.hooks and not check.registry.entries:
        check.add(
            "nothing-registered",
            f"{module.name} has no hook and registers nothing.",
            "Add a function with @hookimpl that returns lazy entries, or name another module.",
            module.path,
            1,
        )
    check_hooks(check)
    check_entries(check)
    check_classes(check)
    check_imports(check)
    return check.findings


def _registry_module(check: Check) -> ModuleSource | None:
    """Return the registry module, ``None`` if that is wrong already."""
    subject = check.subject
    where = (subject.path, subject.line)
    source = check.targets.sources.find(subject.module)
    if isinstance(source, MissingModule):
        if source.certain:
            likely = check.targets.find(subject.module, "_").problem.partition(". ")[2]
            check.add(
                "missing-module",
                f"there is no module {source.name!r}, which plugin {subject.name!r} names.",
                likely or "Correct the name, or add the module.",
                *where,
            )
        return None
    attribute = subject.attribute
    if attribute and not is_dotted_name(attribute):
        problem = f" {attribute!r} is not a dotted Python name."
        _report_object(check, Target(source.path, problem=problem))
        return None
    broken = check.targets.find(subject.module, attribute or "_")
    if broken.trouble is Trouble.SYNTAX:
        message = broken.problem.removesuffix(".")
        check.add(RULE_OF[broken.trouble], f"{message}.", "Correct it.", broken.path, broken.line)
        return None
    if subject.attribute and broken.trouble is Trouble.CLASS:
        _report_object(check, broken)
        return None
    return source


def _report_object(check: Check, target: Target) -> None:
    subject = check.subject
    check.add(
        "missing-object",
        f"{subject.module} has no {subject.attribute!r}, which plugin {subject.name!r} names.",
        target.problem.partition(". ")[2] or "Correct the entry point.",
        subject.path or target.path,
        subject.line,
    )


def _known_factories(
    check: Check, module: ModuleSource, more: Sequence[str]
) -> dict[str, FactorySource]:
    """Return AIPerf's factories, those of the plugin's own code, and those that it imports."""
    metadata = check.package.metadata
    required = () if metadata is None else metadata.requires or ()
    names = [OWN, *more, *check.package.modules, module.name, *modules_required(required)]
    names += [each.module for each in imports_of(check.targets, module)]
    return {each.name: each for each in factories_of(check.targets, names)}
