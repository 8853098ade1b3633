"""Finds and loads plugins: installed ones first, then the modules that a person named."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import partial
from importlib import invalidate_caches
from typing import TYPE_CHECKING

from aiperf.plugins import resolver
from aiperf.plugins.environment import PluginEnvironment
from aiperf.plugins.errors import DiscoveryError, PluginError, PluginSettingError
from aiperf.plugins.locks import Local
from aiperf.plugins.markers import ENTRY_POINT_GROUP
from aiperf.plugins.nearest import did_you_mean
from aiperf.plugins.origins import OriginKind
from aiperf.plugins.passed_over import (
    incompatible_choice,
    passed_over,
    unmet_entries,
)
from aiperf.plugins.report import DiscoveryReport, PluginStatus
from aiperf.plugins.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aiperf.plugins.entries import LazyEntry
    from aiperf.plugins.manager import AIPerfPluginManager
    from aiperf.plugins.origins import Origin
    from aiperf.plugins.registry import Registry
    from aiperf.plugins.slots import FactorySlot


_MOST_TRIES = 16


class DiscoveryState:
    """How far discovery has come with one plugin manager."""

    def __init__(self) -> None:
        self.environment: PluginEnvironment | None = None
        self.report: DiscoveryReport | None = None
        self.running = Local()
        self.threads = 0
        self.refreshed = 0


class Discovery:
    """Discovery for one registry; any number of threads may ask for it at any time.

    No lock is held while a plugin is imported. Each thread does the whole round itself: Python's
    import lock lets a module run once, and each plugin is registered by whoever gets there first.

    Args:
        registry: what to register the plugins with.
        group: the entry-point group; an application with a registry of its own has its own.
    """

    def __init__(self, registry: Registry, group: str = ENTRY_POINT_GROUP) -> None:
        self._registry = registry
        self._group = group

    @property
    def registry(self) -> Registry:
        """What the plugins are registered with."""
        return self._registry

    @property
    def environment(self) -> PluginEnvironment | None:
        """What the last round went by, ``None`` before the first."""
        return self._state.environment

    @property
    def _manager(self) -> AIPerfPluginManager:
        return self._registry.manager

    @property
    def _state(self) -> DiscoveryState:
        """What is kept with the manager that the registry has now; an isolated one is another."""
        kept = self._manager.discoveries
        return kept.get(self) or kept.setdefault(self, DiscoveryState())

    def discover_all(self) -> DiscoveryReport:
        """Load every plugin that is not loaded yet.

        A second call returns the same report, unless an environment variable has changed.

        Raises:
            PluginSettingError: a variable is malformed, or the deny list names nothing.
            DiscoveryError: something that a person named did not load; the rest did.
        """
        environment = PluginEnvironment.read(os.environ)
        report = self._state.report
        if report is not None and report.environment == environment:
            return report
        if getattr(self._state.running, "flag", False):
            return self._so_far(environment)
        if report is not None:
            return self.refresh()
        return self._run(environment)

    def refresh(self) -> DiscoveryReport:
        """Forget what discovery loaded and look again, at distributions and variables alike.

        A module that Python has imported is not imported again. Until it has ended, other threads
        see everything as it was before; then, at once, as it is.

        Raises:
            PluginSettingError, DiscoveryError: as :meth:`discover_all`.
        """
        environment = PluginEnvironment.read(os.environ)
        if getattr(self._state.running, "flag", False):
            return self._so_far(environment)
        invalidate_caches()  # Python's and importlib-metadata's, of what the search path holds
        tries = range(_MOST_TRIES, 0, -1)  # a plugin may come or go with each, and always
        any(self._unloaded(may_fail=left > 1) for left in tries)
        return self._run(environment)

    def _unloaded(self, *, may_fail: bool) -> bool:
        """Take out what discovery loaded, unless plugins changed since they were looked at."""
        manager = self._manager
        generation, held = self._registry.hold()
        with manager.lock, manager.here.discovering():
            if may_fail and generation != manager.generation:
                return False
            self._state.report = None
            self._state.refreshed += 1
            self._registry.switch(manager.held or held)
            for name in list(manager.records):
                if manager.has_plugin(name):
                    manager.unregister(name=name)
            manager.records.clear()
            manager.plugin_modules.clear()
            manager.unfinished.clear()
            if manager.settled is not None:
                manager.settled.clear()
        return True

    def so_far(self) -> DiscoveryReport:
        """Return what is known now, loading nothing; for use after an error."""
        return self._so_far(None)

    def _run(self, environment: PluginEnvironment) -> DiscoveryReport:
        manager = self._manager
        self._state.environment = environment
        if environment.trace:
            from aiperf.plugins.tracing import start  # noqa: PLC0415 - only where it is asked for

            start(manager)
        if manager.tracer is None:
            return self._whole_round(environment)
        with manager.tracer.step("discovery", "looking for plugins"):
            return self._whole_round(environment)

    def _whole_round(self, environment: PluginEnvironment) -> DiscoveryReport:
        manager = self._manager
        with self._round(strict=bool(environment.strict)):
            report = None
            while report is None:
                refreshed = self._state.refreshed
                self._load(environment)
                self._collect()
                report = self._completed(environment, refreshed)
        failures: list[PluginError] = [
            *(
                record.error
                for record in report.failed
                if record.error and (environment.strict or record.origin is OriginKind.MODULE)
            ),
            *self._unknown_choices(),
        ]
        for error in passed_over(
            (slot, self._registry.candidates(slot, class_type))
            for slot, class_type in self._every_class_type()
        ):
            failures.append(error) if environment.strict else manager.notices.warn(str(error))
        if failures:
            raise _discovery_error(failures, report)
        for slot, class_type in self._every_class_type():
            self._registry.warn_of_tie(slot, class_type)
        with manager.lock:
            if refreshed == self._state.refreshed and manager.records.keys() >= manager.unfinished:
                self._state.report = report
        return report

    @contextmanager
    def _round(self, *, strict: bool) -> Iterator[None]:
        """Let the threads that discover at the same time know what has failed already."""
        manager = self._manager
        with manager.lock:
            self._state.threads += 1
            manager.strict = strict
            if manager.settled is None:
                manager.settled = set()
        self._state.running.flag = True
        try:
            with manager.here.discovering():
                yield
        finally:
            self._state.running.flag = False
            with manager.lock:
                self._state.threads -= 1
                if not self._state.threads:
                    manager.settled = None
                    self._registry.switch(None)

    def _load(self, environment: PluginEnvironment) -> None:
        from aiperf.plugins.loading import (  # noqa: PLC0415 - only discovery reads distributions
            check_disabled,
            load_module,
            unloaded_origins,
        )

        manager = self._manager
        self._registry.reread_environment()
        if environment.autoload is not False:
            manager.load_setuptools_entrypoints(self._group)
        elif environment.disabled:
            check_disabled(environment, unloaded_origins(manager, self._group))
        for position, name in enumerate(environment.modules or ()):
            load_module(manager, name, position)

    def _collect(self) -> None:
        """Call every hook once, so that one that fails is known now and not at first use."""
        self._failing_plugins(self._manager.check_again)
        for slot in list(self._registry.slots.values()):
            self._failing_plugins(partial(self._registry.class_types, slot))

    def _failing_plugins(self, step: Callable[[], object]) -> None:
        """Take ``step`` until no plugin fails at it; whose failure is loud is told at the end."""
        while True:
            try:
                step()
            except PluginError as error:
                origin = error.origin
                if origin is None or origin.kind not in (OriginKind.MODULE, OriginKind.ENTRY_POINT):
                    raise
                self._manager.fail(origin, error)
            else:
                return

    def _completed(self, environment: PluginEnvironment, refreshed: int) -> DiscoveryReport | None:
        """Add hooks and entries to the records and return the report.

        It is ``None`` if another thread has begun anew meanwhile, so that there is more to load.
        """
        contributed: dict[Origin, list[LazyEntry]] = {}
        unmet: dict[Origin, list[str]] = {}
        for slot, class_type in self._every_class_type():
            candidates = self._registry.candidates(slot, class_type)
            for origin, line in unmet_entries(slot, candidates):
                unmet.setdefault(origin, []).append(line)
            for candidate in candidates:
                if candidate.origin.kind is OriginKind.BUILTIN:
                    continue  # no record is about them
                entry = replace(candidate.entry, factory=slot.name)
                contributed.setdefault(candidate.origin, []).append(entry)
        manager = self._manager
        with manager.lock:
            if refreshed != self._state.refreshed:
                return None
            for name, record in list(manager.records.items()):
                if record.status not in (PluginStatus.ACTIVE, PluginStatus.EMPTY):
                    continue
                callers = manager.get_hookcallers(manager.get_plugin(name)) or []
                hooks = tuple(caller.name for caller in callers)
                entries = tuple(contributed.get(record.source, ()))
                status = PluginStatus.ACTIVE if hooks or entries else PluginStatus.EMPTY
                manager.records[name] = replace(
                    record,
                    status=status,
                    hooks=hooks,
                    entries=entries,
                    unmet=tuple(unmet.get(record.source, ())),
                )
            self._registry.switch(None)
            return self._so_far(environment)

    def _every_class_type(self) -> Iterator[tuple[FactorySlot, str]]:
        for slot in list(self._registry.slots.values()):
            for class_type in self._registry.class_types(slot):
                yield slot, class_type

    def _so_far(self, environment: PluginEnvironment | None) -> DiscoveryReport:
        return DiscoveryReport(self._manager.known_records(), environment)

    def _unknown_choices(self) -> list[PluginError]:
        """Return an error for each item of ``--use`` or of the variable that means nothing."""
        registry = self._registry
        errors: list[PluginError] = []
        for variable, (factory, class_type), reference in registry.selection.every_choice():
            known, wanted, what = list(registry.slots), factory, "factory"
            slot = registry.slots.get(factory)
            if slot is not None:
                candidates = registry.candidates(slot, class_type)
                known, wanted = registry.class_types(slot), class_type
                what = f"class type of {factory}"
                if candidates:
                    found = resolver.find(candidates, reference)
                    if found is not None:
                        if found.unmet:
                            text = f"{factory}.{class_type}={reference}"
                            errors.append(incompatible_choice(variable, text, found))
                        continue
                    known = [resolver.reference_to(c, candidates) for c in candidates]
                    wanted, what = reference, f"implementation of {factory}.{class_type}"
            text = f"{factory}.{class_type}={reference}"
            errors.append(
                PluginSettingError(
                    f"{variable} has {text}, but there is no {what} {wanted!r}. "
                    f"{did_you_mean(wanted, known)}{registry.absent_note()}",
                    variable=variable,
                    value=text,
                )
            )
        return errors


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
