"""Imports what names a class or a plugin; every way in which that fails becomes one error."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from time import perf_counter
from typing import TYPE_CHECKING, Any

from aiperf.plugins.distributions import FoundEntryPoint, find_entry_points
from aiperf.plugins.environment import DISABLED, MODULES, PluginEnvironment
from aiperf.plugins.errors import (
    PluginError,
    PluginLoadError,
    PluginSettingError,
    PluginValidationError,
    RegistrationError,
    described,
)
from aiperf.plugins.footprints import Footprint
from aiperf.plugins.naming import first_free
from aiperf.plugins.nearest import did_you_mean
from aiperf.plugins.origins import Origin, OriginKind
from aiperf.plugins.report import PluginRecord, PluginStatus
from aiperf.plugins.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aiperf.plugins.manager import AIPerfPluginManager

ALL = "*"


def load_entry_points(manager: AIPerfPluginManager, group: str, name: str | None) -> int:
    """Do the work of :meth:`AIPerfPluginManager.load_setuptools_entrypoints`."""
    environment = PluginEnvironment.read(os.environ)
    if manager.tracer is None:
        found = find_entry_points(group)
    else:
        with manager.tracer.step("discovery", "looking for entry points of", group):
            found = find_entry_points(group)
    plugins = _named(manager, found)
    check_disabled(environment, [origin for _, origin in plugins])
    named_modules = {module.partition(":")[0] for module in environment.modules or ()}
    manager.plugin_modules.update(named_modules, [origin.module for _, origin in plugins])
    loaded = 0
    for point, origin in plugins:
        if manager.wanted is not None and not any(map(origin.is_called, manager.wanted)):
            continue
        if (name is not None and point.name != name) or manager.has_plugin(origin.plugin):
            continue
        if is_disabled(environment, origin):
            _skip(manager, origin, f"{DISABLED} names it")
        elif point.error is not None:
            manager.fail(origin, _unreadable(point, origin))
        elif origin.module in named_modules:
            _skip(manager, origin, f"{MODULES} names its module, which is loaded from there")
        else:
            loaded += load_plugin(manager, origin, point.load, point)
    return loaded


def unloaded_origins(manager: AIPerfPluginManager, group: str) -> list[Origin]:
    """Return the origins of all entry points of ``group``, loading none of them."""
    return [origin for _, origin in _named(manager, find_entry_points(group))]


def load_module(manager: AIPerfPluginManager, name: str, position: int) -> None:
    """Load one name of ``AIPERF_PLUGIN_MODULES``; its record says what became of it."""
    module, _, attribute = name.partition(":")
    record = manager.records.get(name)
    others = {origin for origin in (manager.origins.get(name), record and record.source) if origin}
    taken = name == OriginKind.BUILTIN or any(o.kind is not OriginKind.MODULE for o in others)
    plugin_name = f"module:{name}" if taken else name
    origin = Origin(OriginKind.MODULE, plugin=plugin_name, module=module, position=position)
    manager.plugin_modules.add(module)

    def load() -> object:
        loaded: object = import_module(module)
        for part in attribute.split(".") if attribute else ():
            loaded = getattr(loaded, part)
        return loaded

    if is_disabled(PluginEnvironment.read(os.environ), origin):
        _skip(manager, origin, f"{DISABLED} names it")
    else:
        load_plugin(manager, origin, load)


def load_plugin(
    manager: AIPerfPluginManager,
    origin: Origin,
    load: Callable[[], object],
    found: FoundEntryPoint | None = None,
) -> bool:
    """Import one plugin and register it, wholly or not at all; say whether this call did.

    Any number of threads may load the same plugin at once: Python's own import lock makes the
    import happen once, and the first to get to the registration makes it.
    """
    name = origin.plugin
    if manager.has_plugin(name) or name in (manager.settled or ()):
        return False
    if manager.is_blocked(name) or manager.is_blocked(origin.entry_point or name):
        _skip(manager, origin, "the application blocked its name")
        return False
    started = perf_counter()
    footprint = Footprint(origin.module)
    failure: PluginError | None = None
    plugin: object = None
    try:
        plugin = _imported(manager, origin, load, footprint)
    except PluginError as error:
        failure = error
    seconds = perf_counter() - started
    module = sys.modules.get(origin.module)
    if getattr(_attribute(module, "__spec__"), "_initializing", False):
        # Its import is half done, by another thread or by a caller of ours: too early to judge.
        manager.unfinished.add(name)
        return False
    if failure is None:
        origin = replace(origin, path=_attribute(module, "__file__") or origin.path)
        if not footprint.is_empty:
            manager.footprints[name] = footprint
        try:
            return _register(manager, origin, plugin, seconds, found)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever a plugin's attributes raise
            failure = _plugin_error(origin, error)
    footprint.erase(modules=True)
    _fail(manager, origin, failure)
    return False


def _imported(
    manager: AIPerfPluginManager, origin: Origin, load: Callable[[], object], footprint: Footprint
) -> object:
    """Return what ``load`` gives.

    Raises:
        PluginError: it raised something, or did what no plugin may do.
    """
    try:
        with manager.here.loading_as(origin):
            if manager.tracer is None:
                plugin = load()
            else:
                with manager.tracer.step("discovery", "importing", origin.module, "for", origin):
                    plugin = load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit must not end the host
        raise _plugin_error(origin, error) from error
    finally:
        switches = footprint.ends()
    if switches:
        raise RegistrationError(
            f"{origin} tries to change {', '.join(switches)} while it is imported. Only a person "
            "or the application sets it; mark the hook with tryfirst to come before other plugins.",
            origin=origin,
        )
    return plugin


def _attribute(module: object, name: str) -> Any:
    """Return a module's attribute, whatever the module has put in its own place."""
    try:
        return object.__getattribute__(module, "__dict__").get(name)
    except AttributeError:
        return None


def _register(
    manager: AIPerfPluginManager,
    origin: Origin,
    plugin: object,
    seconds: float,
    found: FoundEntryPoint | None,
) -> bool:
    name = origin.plugin
    if plugin is None:
        raise PluginValidationError(
            f"{origin}: what it names in {origin.module} is None. Name a module, or an object with "
            "hooks.",
            origin=origin,
        )
    try:
        marks = manager.inspect(plugin, origin)  # before the lock: it may run the plugin's code
    except PluginValidationError:
        with manager.lock:
            manager.on_load(origin)  # what its module registered goes with it
        raise
    with manager.lock:
        if manager.has_plugin(name) or name in (manager.settled or ()):
            return False
        other = manager.get_name(plugin)
        if other is not None:
            _skip(manager, origin, f"it is the same object as plugin {other!r}", seconds)
            return False
        manager.on_load(origin)
        if manager.register_inspected(plugin, name, origin, marks) is None:
            _skip(manager, origin, "the application blocked its name", seconds)
            return False
        manager.register_companions(origin)
        manager.records[name] = PluginRecord(name, origin, PluginStatus.ACTIVE, import_time=seconds)
        if found is not None:
            manager.note_distribution(plugin, found)
    return True


def is_disabled(environment: PluginEnvironment, origin: Origin) -> bool:
    """Say whether the deny list names ``origin``."""
    return any(
        name in (ALL, origin.entry_point) or origin.answers_to(name)
        for name in environment.disabled or ()
    )


def check_disabled(environment: PluginEnvironment, origins: Iterable[Origin]) -> None:
    """Check that every name in the deny list matches a plugin.

    Raises:
        PluginSettingError: one matches nothing.
    """
    known = [
        *origins,
        *(
            Origin(OriginKind.MODULE, plugin=name, module=name.partition(":")[0])
            for name in environment.modules or ()
        ),
    ]
    for name in environment.disabled or ():
        if name == ALL or any(o.answers_to(name) or o.entry_point == name for o in known):
            continue
        names = {o.entry_point or o.plugin for o in known}
        names |= {o.distribution for o in known if o.distribution}
        raise PluginSettingError(
            f"{DISABLED} names {name!r}, but no plugin, distribution or module is called that. "
            f"{did_you_mean(name, names)}",
            variable=DISABLED,
            value=name,
        )


def _named(
    manager: AIPerfPluginManager, found: list[FoundEntryPoint]
) -> list[tuple[FoundEntryPoint, Origin]]:
    """Give each entry point a plugin name: its own, or with its distribution's if that is taken."""
    used: set[str] = {OriginKind.BUILTIN}
    used.update(
        name
        for name, origin in list(manager.origins.items())
        if origin.kind is not OriginKind.ENTRY_POINT
    )
    named = []
    for point in found:
        name = first_free(point.name, f"{point.distribution}:{point.name}", used)
        used.add(name)
        origin = Origin(
            OriginKind.ENTRY_POINT,
            plugin=name,
            module=point.module,
            distribution=point.distribution,
            version=point.version,
            entry_point=point.name,
            path=point.path,
        )
        named.append((point, origin))
    return named


def _skip(
    manager: AIPerfPluginManager, origin: Origin, reason: str, seconds: float | None = None
) -> None:
    if manager.tracer is not None:
        manager.tracer.say("discovery", "leaving out", f"{origin}:", reason)
    with manager.lock:
        manager.origins.pop(origin.plugin, None)
        if manager.settled is not None:
            manager.settled.add(origin.plugin)
        manager.records[origin.plugin] = PluginRecord(
            origin.plugin, origin, PluginStatus.DISABLED, reason=reason, import_time=seconds
        )


def _fail(manager: AIPerfPluginManager, origin: Origin, error: PluginError) -> None:
    manager.fail(origin, error, registered=False)


def _plugin_error(origin: Origin, error: BaseException) -> PluginError:
    """Return ``error`` itself if it is about the plugin already."""
    if isinstance(error, PluginError) and error.origin == origin:
        return error
    return _load_error(origin, error)


def _load_error(origin: Origin, error: BaseException) -> PluginLoadError:
    failure = PluginLoadError(
        f"{origin}: importing {origin.module} failed with {described(error)}. "
        f"{_next_step(origin, error)}",
        origin=origin,
    )
    failure.__cause__ = error
    return failure


def _next_step(origin: Origin, error: BaseException) -> str:
    if origin.kind is OriginKind.MODULE:
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing is not None and f"{origin.module}.".startswith(f"{missing}."):
            return (
                f"Put the directory that holds {missing.partition('.')[0]!r} on PYTHONPATH, or "
                f"correct the name in {MODULES}."
            )
        return f"Correct the module, or take it out of {MODULES}."
    return (
        f"Update or uninstall {origin.distribution}, or switch it off with "
        f"{DISABLED}={origin.plugin}."
    )


def _unreadable(point: FoundEntryPoint, origin: Origin) -> PluginLoadError:
    failure = PluginLoadError(
        f"{origin}: its metadata in {point.path} cannot be read: {point.error!r}. "
        f"Reinstall {point.distribution}.",
        origin=origin,
    )
    failure.__cause__ = point.error
    return failure
