"""The environment variables as discovery reads them: value, meaning, and what each one did."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aiperf.devtools.symptoms import Severity, Symptom
from aiperf.plugins import environment as names
from aiperf.plugins.environment import PluginEnvironment
from aiperf.plugins.errors import PluginSettingError
from aiperf.plugins.loading import unloaded_origins
from aiperf.plugins.markers import ENTRY_POINT_GROUP
from aiperf.plugins.origins import OriginKind
from aiperf.plugins.report import PluginStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aiperf.plugins.registry import Registry
    from aiperf.plugins.report import PluginRecord

MEANINGS: Final = {
    names.MODULES: "modules that are loaded as plugins, a later one before an earlier one",
    names.AUTOLOAD: "whether installed plugins are loaded",
    names.DISABLED: "plugins that are not imported",
    names.STRICT: "whether an installed plugin that fails is an error",
    names.IMPLEMENTATIONS: "implementations that are used, whatever plugins say",
    names.TRACE: "whether discovery, hooks and resolution are shown on standard error",
}
_OTHERS: Final = ("AIPERF_API_KEY", "AIPERF_TRACEBACK")
_ALIKE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable.

    Attributes:
        name: its name.
        value: its text, ``None`` where it is not set.
        meaning: what it is for.
        effect: what it did in this process.
    """

    name: str
    value: str | None
    meaning: str
    effect: str


def variables(
    environ: Mapping[str, str], registry: Registry, records: Sequence[PluginRecord]
) -> list[Variable]:
    """Return every variable that discovery reads, set or not."""
    try:
        environment = PluginEnvironment.read(environ)
    except PluginSettingError as error:
        wrong, reason = error.variable, str(error)
        effects = dict.fromkeys(MEANINGS, f"none, because {wrong} is malformed")
        effects[wrong] = reason
    else:
        effects = _effects(environment, registry, records)
    return [
        Variable(name, environ.get(name), meaning, effects[name])
        for name, meaning in MEANINGS.items()
    ]


def misspelt(environ: Mapping[str, str]) -> Iterator[Symptom]:
    """Yield a symptom for each variable that looks like one of AIPerf's and is none."""
    known = [*MEANINGS, *_OTHERS]
    for name in sorted(environ):
        if name in known or not name.startswith("AIPERF_"):
            continue
        likely = difflib.get_close_matches(name, known, n=1, cutoff=_ALIKE)
        if likely:
            yield Symptom(
                Severity.WARNING,
                "unknown-variable",
                f"{name} is set, and AIPerf reads no variable of that name.",
                f"Call it {likely[0]} if that is meant, or unset it.",
            )


def _effects(
    environment: PluginEnvironment, registry: Registry, records: Sequence[PluginRecord]
) -> dict[str, str]:
    failed = [each.name for each in records if each.status is PluginStatus.FAILED]
    modules = [each for each in records if each.origin is OriginKind.MODULE]
    off = [each.name for each in records if each.reason.startswith(names.DISABLED)]
    strict = "not set; an installed plugin that fails is left out with a warning"
    if environment.strict is not None:
        strict = f"{_named(failed)} made it an error" if failed else "nothing failed"
        if not environment.strict:
            strict = "off; an installed plugin that fails is left out with a warning"
    return {
        names.MODULES: "; ".join(f"{each.name} is {each.status}" for each in modules)
        or "no module is loaded",
        names.AUTOLOAD: _autoload(environment, registry, records),
        names.DISABLED: f"kept out {_named(off)}" if off else "kept nothing out",
        names.STRICT: strict,
        names.IMPLEMENTATIONS: "; ".join(_choices(environment, registry)) or "selects nothing",
        names.TRACE: "lines begin with 'aiperf trace'" if environment.trace else "nothing is shown",
    }


def _autoload(
    environment: PluginEnvironment, registry: Registry, records: Sequence[PluginRecord]
) -> str:
    if environment.autoload is not False:
        found = sum(each.origin is OriginKind.ENTRY_POINT for each in records)
        return f"{found} installed {'plugin was' if found == 1 else 'plugins were'} found"
    origins = unloaded_origins(registry.manager, ENTRY_POINT_GROUP)
    left = _named([each.plugin for each in origins])
    return f"installed plugins were not loaded: {left}"


def _choices(environment: PluginEnvironment, registry: Registry) -> Iterator[str]:
    for factory, class_type, reference in environment.implementations or ():
        named = f"{factory}.{class_type}={reference}"
        slot = registry.slots.get(factory)
        candidates = registry.candidates(slot, class_type) if slot is not None else ()
        if slot is None or not candidates:
            yield f"{named} names nothing"
            continue
        override = registry.selection.override(slot, class_type)
        in_force = registry.outcome(slot, class_type).winner
        if override is not None and override.source != names.IMPLEMENTATIONS:
            yield f"{named} is beaten by {override.source}"
        elif in_force is None:
            yield f"{named} names nothing"
        elif in_force.identifier == candidates[0].entry.identifier and (
            in_force.origin == candidates[0].origin
        ):
            yield f"{named} changes nothing: it is selected anyway"
        else:
            yield f"{named} is used instead of {candidates[0].entry.identifier}"


def _named(plugins: Sequence[str]) -> str:
    return ", ".join(plugins) or "none"
