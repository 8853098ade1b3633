"""The environment as discovery sees it, with everything in it that may surprise somebody."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiperf._version import __version__
from aiperf.devtools.doctor_decorators import decorator_symptoms
from aiperf.devtools.doctor_environment import Variable, misspelt, variables
from aiperf.devtools.doctor_path import PathEntry, path_symptoms, search_path
from aiperf.devtools.doctor_plugins import implementation_symptoms, plugin_symptoms
from aiperf.devtools.symptoms import Severity, Symptom
from aiperf.plugins.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from aiperf.plugins.registry import Registry
    from aiperf.plugins.report import PluginRecord


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the doctor saw, the worst symptoms first."""

    version: str
    python: str
    executable: str
    variables: tuple[Variable, ...]
    search_path: tuple[PathEntry, ...]
    symptoms: tuple[Symptom, ...]

    @property
    def is_ill(self) -> bool:
        """Whether a symptom is an error."""
        return any(each.severity is Severity.ERROR for each in self.symptoms)

    def count(self, severity: Severity) -> int:
        """Count the symptoms of one severity."""
        return sum(each.severity is severity for each in self.symptoms)


def diagnose(
    registry: Registry,
    records: Sequence[PluginRecord],
    errors: Sequence[PluginError],
    *,
    slow_after: float,
    paths: Iterable[Path] = (),
) -> Diagnosis:
    """Look at a process after discovery, and at its search path.

    Args:
        registry: what discovery registered with.
        records: what it found.
        errors: what it raised.
        slow_after: the seconds of import time from which on a plugin is slow.
        paths: files and directories of an application, to search for old decorators.
    """
    entries = search_path()
    found = [
        *misspelt(os.environ),
        *plugin_symptoms(records, errors, slow_after),
        *path_symptoms(entries),
    ]
    try:
        found += implementation_symptoms(registry)
    except PluginError as error:  # of a malformed variable, most likely told already
        if str(error) not in map(str, errors):
            found += plugin_symptoms((), [error], slow_after)
    titles = {slot.title: slot.name for slot in list(registry.slots.values())}
    found += decorator_symptoms(records, paths, titles)
    order = list(Severity)
    return Diagnosis(
        version=__version__,
        python=platform.python_version(),
        executable=sys.executable,
        variables=tuple(variables(os.environ, registry, records)),
        search_path=tuple(entries),
        symptoms=tuple(sorted(found, key=lambda each: order.index(each.severity))),
    )
