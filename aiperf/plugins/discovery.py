"""Finds and loads plugins: installed ones first, then the modules that a person named."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from aiperf.plugins import resolver
from aiperf.plugins.environment import IMPLEMENTATIONS, PluginEnvironment
from aiperf.plugins.errors import DiscoveryError, PluginError, PluginSettingError
from aiperf.plugins.markers import ENTRY_POINT_GROUP
from aiperf.plugins.nearest import did_you_mean
from aiperf.plugins.origins import OriginKind
from aiperf.plugins.report import DiscoveryReport, PluginStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiperf.plugins.candidates import Candidate
    from aiperf.plugins.registry import Registry
    from aiperf.plugins.slots import FactorySlot


class Discovery:
    """Discovery for one registry; any number of threads may ask for it at any time.

    No lock is held while a plugin is imported. Each thread does the whole round itself: Python's
    import lock lets a module run once, and each plugin is registered by whoever gets there first.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._manager = registry.manager
        self._report: DiscoveryReport | None = None
        self._running = threading.local()

    def discover_all(self) -> DiscoveryReport:
        """Load every plugin that is not loaded yet.

        A second call returns the same report, unless an environment variable has changed.

        Raises:
            PluginSettingError: a variable is malformed, or the deny list names nothing.
            DiscoveryError: something that a person named did not load; the rest did.
        """
        environment = PluginEnvironment.read(os.environ)
        report = self._report
        if report is not None and report.environment == environment:
            return report
        if getattr(self._running, "flag", False):
            return self._so_far(environment)
        if report is not None:
            return self.refresh()
        return self._run(environment)

    def refresh(self) -> DiscoveryReport:
        """Forget what discovery loaded and look again, at distributions and variables alike.

        A module that Python has imported is not imported again.

        Raises:
            PluginSettingError, DiscoveryError: as :meth:`discover_all`.
        """
        environment = PluginEnvironment.read(os.environ)
        if getattr(self._running, "flag", False):
            return self._so_far(environment)
        with self._manager.lock:
            self._report = None
            for name, record in list(self._manager.records.items()):
                if self._manager.has_plugin(name):
                    self._manager.unregister(name=name)
                if record.module not in sys.modules:
                    self._manager.declared.pop(name, None)
            self._manager.records.clear()
        return self._run(environment)

    def so_far(self) -> DiscoveryReport:
        """Return what is known now, loading nothing; for use after an error."""
        return self._so_far(None)

    def _run(self, environment: PluginEnvironment) -> DiscoveryReport:
        from aiperf.plugins.loading import (  # noqa: PLC0415 - only discovery reads distributions
            check_disabled,
            load_module,
            unloaded_origins,
        )

        manager = self._manager
        self._running.flag = True
        try:
            self._registry.reread_environment()
            if environment.autoload is not False:
                manager.load_setuptools_entrypoints(ENTRY_POINT_GROUP)
            elif environment.disabled:
                check_disabled(environment, unloaded_origins(manager, ENTRY_POINT_GROUP))
            for position, name in enumerate(environment.modules or ()):
                load_module(manager, name, position)
            manager.check_again()
            self._collect()
        finally:
            self._running.flag = False
        self._complete_records()
        report = self._so_far(environment)
        failures = [
            *self._loud_failures(environment),
            *(self._unknown_choices() if environment.implementations else ()),
        ]
        if failures:
            raise _discovery_error(failures, report)
        self._warn_of_ties()
        self._report = report
        return report

    def _collect(self) -> None:
        """Call every hook once, so that one that fails is known now and not at first use."""
        for slot in list(self._registry.slots.values()):
            while True:
                try:
                    self._registry.class_types(slot)
                except PluginError as error:
                    origin = error.origin
                    if origin is None or origin.kind is not OriginKind.MODULE:
                        raise
                    self._manager.fail(origin.plugin, error)
                else:
                    break

    def _complete_records(self) -> None:
        declared: dict[str, dict[str, list[Candidate]]] = {}
        for slot, candidates in self._every_class_type():
            for candidate in candidates:
                by_hook = declared.setdefault(candidate.origin.plugin, {})
                by_hook.setdefault(slot.hook, []).append(candidate)
        manager = self._manager
        with manager.lock:
            for name, record in list(manager.records.items()):
                if record.status not in (PluginStatus.ACTIVE, PluginStatus.EMPTY):
                    continue
                callers = manager.get_hookcallers(manager.get_plugin(name)) or []
                hooks = tuple(caller.name for caller in callers)
                entries = tuple(
                    replace(candidate.entry, factory=slot_name)
                    for slot_name, candidate in self._entries_of(declared.get(name, {}))
                )
                status = PluginStatus.ACTIVE if hooks or entries else PluginStatus.EMPTY
                manager.records[name] = replace(record, status=status, hooks=hooks, entries=entries)

    def _entries_of(self, hooks: dict[str, list[Candidate]]) -> Iterator[tuple[str, Candidate]]:
        names = {slot.hook: slot.name for slot in self._registry.slots.values()}
        for hook, candidates in hooks.items():
            for candidate in candidates:
                yield names[hook], candidate

    def _every_class_type(self) -> Iterator[tuple[FactorySlot, tuple[Candidate, ...]]]:
        for slot in list(self._registry.slots.values()):
            for class_type in self._registry.class_types(slot):
                yield slot, self._registry.candidates(slot, class_type)

    def _so_far(self, environment: PluginEnvironment | None) -> DiscoveryReport:
        with self._manager.lock:
            records = tuple(self._manager.records.values())
        return DiscoveryReport(records, environment)

    def _loud_failures(self, environment: PluginEnvironment) -> list[PluginError]:
        return [
            record.error
            for record in list(self._manager.records.values())
            if record.error is not None
            and (environment.strict or record.origin is OriginKind.MODULE)
        ]

    def _unknown_choices(self) -> list[PluginError]:
        """Return an error for each item of ``AIPERF_IMPLEMENTATIONS`` that means nothing."""
        registry = self._registry
        errors: list[PluginError] = []
        for (factory, class_type), reference in registry.selection.environment.items():
            known, wanted, what = list(registry.slots), factory, "factory"
            slot = registry.slots.get(factory)
            if slot is not None:
                candidates = registry.candidates(slot, class_type)
                known, wanted = registry.class_types(slot), class_type
                what = f"class type of {factory}"
                if candidates:
                    if resolver.find(candidates, reference) is not None:
                        continue
                    known = [resolver.reference_to(c, candidates) for c in candidates]
                    wanted, what = reference, f"implementation of {factory}.{class_type}"
            text = f"{factory}.{class_type}={reference}"
            errors.append(
                PluginSettingError(
                    f"{IMPLEMENTATIONS} has {text}, but there is no {what} {wanted!r}. "
                    f"{did_you_mean(wanted, known)}{registry.failed_note()}",
                    variable=IMPLEMENTATIONS,
                    value=text,
                )
            )
        return errors

    def _warn_of_ties(self) -> None:
        for slot, candidates in self._every_class_type():
            class_type = candidates[0].entry.class_type
            losers = resolver.unsettled(candidates)
            if not losers or self._registry.selection.override(slot, class_type) is not None:
                continue
            winner = candidates[0]
            pins = [
                f'{IMPLEMENTATIONS}="{slot.name}.{class_type}='
                f'{resolver.reference_to(candidate, candidates)}"'
                for candidate in (winner, *losers)
            ]
            self._manager.warn(
                f"{slot.name}.{class_type}: {winner.origin} is selected before "
                f"{' and '.join(str(loser.origin) for loser in losers)} only because its "
                f"distribution's name comes first in the alphabet. To keep it: {pins[0]}. "
                f"To change it: {' or '.join(pins[1:])}."
            )


def _discovery_error(failures: list[PluginError], report: DiscoveryReport) -> PluginError:
    if len(failures) == 1 and isinstance(failures[0], PluginSettingError):
        return failures[0]
    error = DiscoveryError(
        "\n".join(str(failure) for failure in failures),
        failures=tuple(failures),
        report=report,
    )
    error.__cause__ = failures[0]
    return error
