"""What every check of one plugin is given, and how it reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiperf.devtools.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiperf.devtools.class_model import ClassModel
    from aiperf.devtools.factory_source import FactorySource
    from aiperf.devtools.registry_source import RegistrySource
    from aiperf.devtools.subjects import Package, Subject
    from aiperf.plugins.targets import Targets


@dataclass(slots=True)
class Check:
    """One plugin under check.

    Attributes:
        package: what it belongs to.
        subject: the plugin.
        targets: finds modules and classes.
        factories: all that are known, by name.
        protocols: those of each factory, once they have been read.
        registry: what its registry module declares, once that has been read.
        findings: what is wrong so far.
    """

    package: Package
    subject: Subject
    targets: Targets
    factories: Mapping[str, FactorySource]
    registry: RegistrySource | None = None
    protocols: dict[str, list[ClassModel]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, rule: str, message: str, advice: str, path: str = "", line: int = 0) -> None:
        """Report one thing, once."""
        finding = Finding(rule, message, advice, path, line, self.subject.name)
        if finding not in self.findings:
            self.findings.append(finding)

    def factory(self, name: str) -> FactorySource | None:
        """Return the factory of that name or, as a call writes it, of that class's name."""
        found = self.factories.get(name)
        if found is None:
            found = next((each for each in self.factories.values() if each.title == name), None)
        return found
