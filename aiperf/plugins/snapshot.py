"""What a process has of plugins and selections, to be had in another process, too.

``take`` it, hand it to a process that was started in any way (it pickles), and ``apply`` it there:
that process discovers, registers and selects the same, and compares what came of it. A worker that
resolves a class type differently is an error and not a different benchmark.
"""

from __future__ import annotations

import os
import pickle
import sys
from dataclasses import dataclass
from importlib import import_module, invalidate_caches
from typing import TYPE_CHECKING, Any

from aiperf.plugins.candidates import Candidate
from aiperf.plugins.differences import as_lines, differences
from aiperf.plugins.environment import PluginEnvironment
from aiperf.plugins.errors import ResolutionDiffersError, SnapshotError, described
from aiperf.plugins.origins import Origin, OriginKind
from aiperf.plugins.portable import PROGRAM, pickled_plugin, why_not_class, why_not_plugin
from aiperf.plugins.resolution import Resolution, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiperf.plugins.discovery import Discovery
    from aiperf.plugins.entries import LazyEntry
    from aiperf.plugins.registry import Registry

FORK = "fork"
"""The start method whose children have everything that their parent has."""


@dataclass(frozen=True, slots=True)
class Registration:
    """One registration that a call or a decorator made; ``order`` is its candidate's."""

    factory: str
    entry: LazyEntry
    caller: str
    is_plugin: bool
    priority: int
    order: int
    is_late: bool
    """Whether a plugin's module made it by a call after it had loaded."""


@dataclass(frozen=True, slots=True)
class RuntimePlugin:
    """One object that the application registered with the plugin manager, pickled."""

    origin: Origin
    pickled: bytes


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that decides what class types resolve to, and what they resolve to.

    ``environment`` is what discovery went by; ``is_discovered`` is false where nothing has been
    discovered. ``search_path`` is ``sys.path`` with absolute paths. ``factories`` are the names of
    the factories and the modules that define them, ``overrides`` the selections made by calls, as
    factory, class type and reference, ``options`` those of ``--use``. ``blocked`` are names that
    the plugin manager refuses, ``taken_out`` plugins that the application unregistered.
    """

    environment: PluginEnvironment
    is_discovered: bool
    search_path: tuple[str, ...]
    factories: tuple[tuple[str, str], ...]
    overrides: tuple[tuple[str, str, str], ...]
    options: tuple[str, ...]
    blocked: tuple[str, ...]
    taken_out: tuple[str, ...]
    registrations: tuple[Registration, ...]
    plugins: tuple[RuntimePlugin, ...]
    resolution: Resolution

    @property
    def digest(self) -> str:
        """The digest of the resolution."""
        return self.resolution.digest

    def apply(self, discovery: Discovery) -> None:
        """Make this process what the snapshot says, and check that it is.

        Safe to do again. It changes ``sys.path`` and the environment variables of the registry, so
        that processes which this one starts are right, too.

        Raises:
            SnapshotError: a registration or a factory cannot be had in this process.
            ResolutionDiffersError: this process resolves a class type differently.
            PluginError: as :meth:`Discovery.discover_all`.
        """
        registry = discovery.registry
        registry.refuse(None)
        is_changed = self._apply_surroundings(registry)
        self._define_factories(registry)
        self._register(registry, late=False)
        if self.is_discovered:
            again = is_changed and discovery.environment is not None
            (discovery.refresh if again else discovery.discover_all)()
        self._register(registry, late=True)
        for name in self.taken_out:
            if registry.manager.has_plugin(name):
                registry.manager.unregister(name=name)
        self._select(registry)
        self.verify(registry)

    def initialize(self, discovery: Discovery) -> None:
        """Do as :meth:`apply` does, and where that fails, let the registry answer with the error.

        For the initializer of a process pool, which must not raise: a pool starts a new worker for
        ever then, or says only that one died.
        """
        try:
            self.apply(discovery)
        except Exception as error:  # noqa: BLE001 - whatever it is, the task that follows raises it
            discovery.registry.refuse(error)

    def verify(self, registry: Registry) -> None:
        """Check that a registry resolves every class type as the snapshot says.

        Raises:
            ResolutionDiffersError: it does not; each difference is named.
        """
        ours = resolve(registry)
        if ours.digest == self.digest:
            return
        found = differences(self.resolution, ours)
        lines = "".join(f"\n  {line}" for line in as_lines(found))
        raise ResolutionDiffersError(
            f"Process {os.getpid()} does not resolve plugins as the process that it works for "
            f"does:{lines}\nInstall the same plugins, in the same versions, where both run, and "
            f"take the snapshot after the last change to them.{registry.absent_note()}",
            differences=found,
        )

    def _apply_surroundings(self, registry: Registry) -> bool:
        """Set the search path, the variables and the blocked names; say whether that is news."""
        ours = list(map(_absolute, sys.path))
        path = [*self.search_path, *(each for each in ours if each not in self.search_path)]
        is_changed = path != ours
        if is_changed:
            sys.path[:] = path
            invalidate_caches()
        for variable, value in self.environment.variables().items():
            if value is None:
                os.environ.pop(variable, None)
            else:
                os.environ[variable] = value
        registry.reread_environment()
        registry.use_options(self.options)
        manager = registry.manager
        for name in set(_blocked(registry)) ^ set(self.blocked):
            is_changed = True
            if name in self.blocked:
                manager.set_blocked(name)
            else:
                manager.unblock(name)
        return is_changed

    def _define_factories(self, registry: Registry) -> None:
        for name, module in self.factories:
            if name in registry.slots:
                continue
            if module not in PROGRAM:
                try:
                    import_module(module)
                except (Exception, SystemExit) as error:
                    raise SnapshotError(
                        f"Factory {name!r} cannot be had in this process: importing {module}, "
                        f"which defines it, failed with {described(error)}. Make it importable "
                        "here."
                    ) from error
            if name not in registry.slots:
                raise SnapshotError(
                    f"Factory {name!r} cannot be had in this process: importing {module} does not "
                    "define it here. Define it at the top level of a module of its own."
                )

    def _register(self, registry: Registry, *, late: bool) -> None:
        manager = registry.manager
        for plugin in () if late else self.plugins:
            name = plugin.origin.plugin
            if not manager.has_plugin(name):
                loaded = _unpickled(plugin)
                manager.origins[name] = plugin.origin
                if manager.get_name(loaded) is None:
                    manager.register(loaded, name)
        with manager.lock:
            for registration in self.registrations:
                if registration.is_late == late:
                    _put(registry, registration)
            positions = [abs(each.order) for each in self.registrations]
            positions += [each.origin.position for each in self.plugins]
            while manager.next_position() < max(positions, default=0):
                pass  # what comes later counts as later here, too

    def _select(self, registry: Registry) -> None:
        wanted = {(factory, class_type): ref for factory, class_type, ref in self.overrides}
        for name, slot in list(registry.slots.items()):
            class_types = {*slot.overrides, *(key for factory, key in wanted if factory == name)}
            for class_type in class_types:
                registry.selection.set(slot, class_type, wanted.get((name, class_type)))


def take(discovery: Discovery, start_method: str | None = None) -> Snapshot:
    """Return a snapshot of a registry.

    Args:
        discovery: what loads its plugins.
        start_method: ``"fork"`` if it is meant for forked processes alone, which have everything
            that was registered; otherwise what cannot reach another process is an error.

    Raises:
        SnapshotError: something that was registered while the program ran cannot be had in another
            process; each is named.
        PluginError: a plugin that somebody named, or an environment variable, is wrong.
    """
    registry = discovery.registry
    manager = registry.manager
    is_discovered = discovery.environment is not None
    with manager.lock:
        added = list(_added(registry))
        objects = [
            (plugin, manager.book.of(name))
            for name, plugin in manager.list_name_plugin()
            if plugin is not None and manager.book.of(name).kind is OriginKind.RUNTIME
        ]
    reasons = [(factory, candidate, why_not_class(candidate)) for factory, candidate in added]
    refused = [(origin, why_not_plugin(plugin)) for plugin, origin in objects]
    if start_method != FORK:
        _check(reasons, refused)
    return Snapshot(
        environment=discovery.environment or PluginEnvironment.read(os.environ),
        is_discovered=is_discovered,
        search_path=tuple(map(_absolute, sys.path)),
        factories=tuple((slot.name, slot.module) for slot in list(registry.slots.values())),
        overrides=tuple(
            (slot.name, class_type, reference)
            for slot in list(registry.slots.values())
            for class_type, reference in list(slot.overrides.items())
        ),
        options=tuple(
            f"{factory}.{class_type}={reference}"
            for (factory, class_type), reference in registry.selection.options.items()
        ),
        blocked=tuple(_blocked(registry)),
        taken_out=tuple(manager.taken_out()),
        registrations=tuple(
            Registration(
                factory=factory,
                entry=candidate.entry,
                caller=candidate.origin.plugin,
                is_plugin=candidate.is_plugin,
                priority=candidate.priority,
                order=candidate.order,
                is_late=candidate.origin.module in manager.plugin_modules,
            )
            for factory, candidate, why_not in reasons
            if why_not is None
        ),
        plugins=tuple(
            RuntimePlugin(origin, pickled_plugin(plugin))
            for (plugin, _), (origin, why_not) in zip(objects, refused, strict=True)
            if why_not is None
        ),
        resolution=resolve(registry),
    )


def _added(registry: Registry) -> Iterator[tuple[str, Candidate]]:
    """Yield what calls and decorators registered, with the names of the factories."""
    for slot in registry.slots.values():
        for registered in slot.runtime.values():
            for candidate in registered.values():
                yield slot.name, candidate


def _check(
    added: list[tuple[str, Candidate, str | None]], objects: list[tuple[Origin, str | None]]
) -> None:
    step = (
        "Put it at the top level of a module that can be imported, and register it from there or "
        "by its name."
    )
    reasons = [
        f"{factory}.{candidate.entry.class_type}: {candidate.entry.identifier!r} "
        f"({candidate.origin}) cannot reach another process: {why_not}. {step}"
        for factory, candidate, why_not in added
        if why_not is not None
    ]
    reasons += [
        f"Plugin {origin.plugin!r} ({origin}) cannot reach another process: {why_not}. {step}"
        for origin, why_not in objects
        if why_not is not None
    ]
    if reasons:
        raise SnapshotError("\n".join(reasons), reasons=tuple(reasons))


def _blocked(registry: Registry) -> list[str]:
    return sorted(n for n, plugin in registry.manager.list_name_plugin() if plugin is None)


def _absolute(entry: str) -> str:
    """Return an entry of the search path as it is for a process that runs elsewhere."""
    if entry and not os.path.exists(entry):  # noqa: PTH110 - not every entry is a path
        return entry
    return os.path.abspath(entry)  # noqa: PTH100 - as above, and links are left as they are


def _unpickled(plugin: RuntimePlugin) -> Any:
    try:
        return pickle.loads(plugin.pickled)  # noqa: S301 - by whoever pickled the snapshot
    except (Exception, SystemExit) as error:
        raise SnapshotError(
            f"Plugin {plugin.origin.plugin!r} ({plugin.origin}) cannot be had in this process: "
            f"{described(error)}. Make its module importable here.",
            origin=plugin.origin,
        ) from error


def _put(registry: Registry, registration: Registration) -> None:
    """Register as the other process has it, whatever this one had under that identifier."""
    slot, entry = registry.slots[registration.factory], registration.entry
    registered = slot.runtime.setdefault(entry.class_type, {})
    known = registered.get(entry.identifier)
    registered[entry.identifier] = Candidate(
        entry,
        registry.manager.book.of_caller(registration.caller),
        is_plugin=registration.is_plugin,
        priority=registration.priority,
        order=registration.order,
        loaded=known.loaded if known is not None and known.entry.target == entry.target else None,
    )
    slot.forget()
