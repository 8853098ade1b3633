"""The pluggy manager: validates first, guards every hook, and loads entry points one by one."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import pluggy

from aiperf.plugins.candidates import Candidate
from aiperf.plugins.collection import Collector, Guard
from aiperf.plugins.errors import PluginError, RegistrationError
from aiperf.plugins.markers import HOOK_PREFIX, PROJECT, hookspec
from aiperf.plugins.origins import Origin, OriginKind
from aiperf.plugins.validation import check_hookimpls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from aiperf.plugins.entries import LazyEntry
    from aiperf.plugins.report import PluginRecord


class Declaration(NamedTuple):
    """A ``register_lazy`` call or a decorator in a plugin's registry module."""

    factory: str
    entry: LazyEntry
    priority: int = 0
    loaded: type[Any] | None = None


class AIPerfPluginManager(pluggy.PluginManager):
    """A :class:`pluggy.PluginManager` that a broken plugin cannot break.

    ``generation`` grows whenever the set of plugins changes, so that whoever keeps something
    computed from it can tell that it is stale.
    """

    def __init__(self) -> None:
        super().__init__(PROJECT)
        self.lock = threading.RLock()
        self.generation = 0
        self.origins: dict[str, Origin] = {}
        self.declared: dict[str, dict[tuple[str, str, str], Declaration]] = {}
        self.records: dict[str, PluginRecord] = {}
        self.on_change: Callable[[], None] = _nothing
        self.on_load: Callable[[Origin], None] = _nothing
        self._counter = 0
        self._local = threading.local()
        self._guard = Guard(self.origin_of, self._hook_failed, self._collector, self.loading_as)
        self._guarded: dict[pluggy.HookImpl, pluggy.HookImpl] = {}
        self._warned: set[str] = set()
        self._unchecked: list[str] = []
        self._callers: dict[str, Origin] = {}
        self._distinfo: list[tuple[object, Any]] = []

    # -- pluggy's own methods, made safe -------------------------------------------------------

    def register(self, plugin: object, name: str | None = None) -> str | None:
        """Register a plugin, as pluggy does, but check all of it before anything changes.

        Raises:
            PluginValidationError: it declares a hook that cannot be right.
            ValueError: the plugin or its name is registered already.
        """
        plugin_name = name or self.get_canonical_name(plugin)
        if self.is_blocked(plugin_name):
            return super().register(plugin, name)
        origin = self.origins.get(plugin_name) or self._runtime_origin(plugin, plugin_name)
        check_hookimpls(self, plugin, origin, self.known_hooks)
        with self.lock:
            registered = super().register(plugin, name)
            if registered is not None:
                self.origins[registered] = origin
                if not self.known_hooks():
                    self._unchecked.append(registered)
                self._changed()
        return registered

    def unregister(self, plugin: object | None = None, name: str | None = None) -> Any | None:
        """Unregister a plugin, as pluggy does; what stood before it stands again."""
        with self.lock:
            plugin_name = name if name is not None else self.get_name(plugin)
            removed = super().unregister(plugin, name)
            if removed is not None:
                self._guarded = {
                    raw: guarded
                    for raw, guarded in self._guarded.items()
                    if raw.plugin is not removed
                }
                self._distinfo = [pair for pair in self._distinfo if pair[0] is not removed]
                self.origins.pop(plugin_name or "", None)
                self._changed()
        return removed

    def unblock(self, name: str) -> bool:
        """Let a blocked name be registered again; says whether it was blocked."""
        with self.lock:
            unblocked = super().unblock(name)
            self._changed()
        return unblocked

    def load_setuptools_entrypoints(self, group: str, name: str | None = None) -> int:
        """Load the entry points of ``group``, each by itself, in order of distribution name.

        Args:
            group: the entry-point group.
            name: load only the entry points of this name.

        Returns:
            How many plugins this call loaded; ``records`` says what became of each.

        Raises:
            PluginSettingError: ``AIPERF_PLUGINS_DISABLED`` names nothing; nothing was imported.
        """
        from aiperf.plugins.loading import load_entry_points  # noqa: PLC0415 - discovery only

        return load_entry_points(self, group, name)

    def list_plugin_distinfo(self) -> list[tuple[Any, Any]]:
        """Return a pair of plugin and distribution for each plugin that an entry point gave."""
        from aiperf.plugins.distributions import (  # noqa: PLC0415 - discovery only
            DistributionFacade,
        )

        return [(plugin, DistributionFacade(found)) for plugin, found in self._distinfo]

    def list_plugin_distributions(self) -> list[tuple[Any, Any]]:
        """Return the same pairs with the distributions as importlib-metadata gives them."""
        return list(self._distinfo)

    def _hookexec(
        self,
        hook_name: str,
        methods: Sequence[pluggy.HookImpl],
        kwargs: Mapping[str, object],
        firstresult: bool,  # noqa: FBT001 - pluggy's signature
    ) -> object | list[object]:
        # pluggy has no public place where each implementation could be guarded; this method is
        # what it gives to every hook caller. The calls themselves, and tracing, stay pluggy's.
        if hook_name.startswith(HOOK_PREFIX):
            methods = [self._guarded_implementation(method, hook_name) for method in methods]
        return super()._hookexec(hook_name, methods, kwargs, firstresult)

    # -- what the registry asks ----------------------------------------------------------------

    def add_factory_hook(self, factory: str, doc: str) -> str:
        """Specify the hook of a factory, unless it exists, and return the hook's name."""
        hook = HOOK_PREFIX + factory
        with self.lock:
            caller = getattr(self.hook, hook, None)
            if caller is None or not caller.has_spec():
                self.add_hookspecs(_hook_namespace(hook, doc))
                self._changed()
        return hook

    def known_hooks(self) -> list[str]:
        """Return the names of all hooks that are specified."""
        return sorted(name for name, caller in vars(self.hook).items() if caller.has_spec())

    def check_again(self) -> None:
        """Check the plugins that were registered before any factory was defined.

        Raises:
            PluginValidationError: one declares a hook that cannot be right.
        """
        unchecked, self._unchecked = self._unchecked, []
        for name in unchecked:
            plugin = self.get_plugin(name)
            if plugin is not None:
                check_hookimpls(self, plugin, self.origin_of(name), self.known_hooks)

    def origin_of(self, plugin_name: str) -> Origin:
        """Return where a plugin came from."""
        origin = self.origins.get(plugin_name)
        return origin or Origin(OriginKind.RUNTIME, plugin=plugin_name)

    def collect(self, hook: str) -> list[Candidate]:
        """Call ``hook`` on every plugin and return what they contribute, in no order yet.

        Raises:
            PluginError: a plugin that somebody named, or that the application registered itself,
                failed. One that is merely installed is disabled instead.
            RuntimeError: a hook implementation asks for the very thing that it contributes to.
        """
        running: list[str] = self._local.__dict__.setdefault("running", [])
        if self.is_collecting(hook):
            raise RuntimeError(
                f"hook {hook!r} was asked for while it was running: an implementation of it looks "
                "something up in the factory that it registers with. Return the entries only."
            )
        collector = Collector()
        outer = self._collector()
        running.append(hook)
        self._local.collector = collector
        try:
            contributions: list[list[LazyEntry]] = getattr(self.hook, hook)()
        finally:
            self._local.collector = outer
            running.pop()
        candidates = []
        for entry in (entry for entries in contributions for entry in entries):
            _, plugin, order, position = collector.sources[id(entry)]
            origin = self.origin_of(plugin)
            candidates.append(
                Candidate(
                    entry,
                    origin,
                    is_plugin=origin.kind is not OriginKind.BUILTIN,
                    hook_order=order,
                    order=-origin.position,
                    position=position,
                )
            )
        return candidates

    def is_collecting(self, hook: str) -> bool:
        """Say whether this thread is calling ``hook`` right now."""
        return hook in self._local.__dict__.get("running", ())

    def fail(self, plugin_name: str, error: PluginError) -> None:
        """Take a failed plugin out, wholly, and keep why in its record."""
        from aiperf.plugins.report import failed_record  # noqa: PLC0415 - error path

        with self.lock:
            origin = self.origin_of(plugin_name)
            self.declared.pop(plugin_name, None)
            if self.has_plugin(plugin_name):
                self.unregister(name=plugin_name)
            record = self.records.get(plugin_name)
            self.records[plugin_name] = failed_record(plugin_name, origin, error, record)
        if origin.kind is OriginKind.ENTRY_POINT:
            self.warn(f"{error} The rest goes on without it.")

    def warn(self, message: str) -> None:
        """Log a warning, unless this process has logged it before."""
        with self.lock:
            if message in self._warned:
                return
            self._warned.add(message)
        self.log_warning(message)

    def log_warning(self, message: str) -> None:
        """Log a warning."""
        import logging  # noqa: PLC0415 - a quarter of the start-up, and seldom needed

        logging.getLogger("aiperf.plugins").warning("%s", message)

    def next_position(self) -> int:
        """Return a number that is higher than all before it."""
        with self.lock:
            self._counter += 1
            return self._counter

    @property
    def loading(self) -> Origin | None:
        """The plugin whose module this thread is importing for discovery, if any."""
        stack: list[Origin] = self._local.__dict__.setdefault("loading", [])
        return stack[-1] if stack else None

    @contextmanager
    def loading_as(self, origin: Origin) -> Iterator[None]:
        """Attribute what this thread registers inside the block to ``origin``."""
        stack: list[Origin] = self._local.__dict__.setdefault("loading", [])
        stack.append(origin)
        try:
            yield
        finally:
            stack.pop()

    def declare(self, plugin_name: str, declaration: Declaration) -> None:
        """Keep what a plugin's module registers; it counts while the plugin is registered.

        Raises:
            RegistrationError: the plugin gave the identifier to another target before.
        """
        entry = declaration.entry
        key = (declaration.factory, entry.class_type, entry.identifier)
        with self.lock:
            earlier = self.declared.setdefault(plugin_name, {}).setdefault(key, declaration)
            if earlier is declaration:
                if self.has_plugin(plugin_name):
                    self._changed()
                return
            if earlier.entry.target == entry.target:
                return
        origin = self.loading or self.origin_of(plugin_name)
        raise RegistrationError(
            f"{origin}: identifier {entry.identifier!r} of {declaration.factory}."
            f"{entry.class_type} is {earlier.entry.target} already and cannot be "
            f"{entry.target} too. Give it an identifier of its own.",
            origin=origin,
        )

    def declarations(self) -> list[tuple[Origin, list[Declaration]]]:
        """Return what the modules of the plugins that are registered now have declared."""
        with self.lock:
            return [
                (self.origin_of(name), list(declared.values()))
                for name, declared in self.declared.items()
                if self.has_plugin(name)
            ]

    def caller_origin(self, module: str) -> Origin:
        """Return the origin of registrations made by calls in ``module``, always the same one."""
        origin = self._callers.get(module)
        if origin is None:
            path = getattr(sys.modules.get(module), "__file__", None)
            origin = Origin(OriginKind.RUNTIME, plugin=module, module=module, path=path)
            self._callers[module] = origin
        return origin

    def note_distribution(self, plugin: object, distribution: object) -> None:
        """Remember which distribution an entry point's plugin came from."""
        self._distinfo.append((plugin, distribution))

    # -- details -------------------------------------------------------------------------------

    def _changed(self) -> None:
        self.generation += 1
        self.on_change()

    def _collector(self) -> Collector | None:
        collector: Collector | None = getattr(self._local, "collector", None)
        return collector

    def _guarded_implementation(
        self, implementation: pluggy.HookImpl, hook: str
    ) -> pluggy.HookImpl:
        guarded = self._guarded.get(implementation)
        if guarded is None:
            guarded = self._guard.guarded(implementation, hook)
            self._guarded[implementation] = guarded
        return guarded

    def _hook_failed(self, error: PluginError) -> None:
        origin = error.origin
        if origin is None or origin.kind is not OriginKind.ENTRY_POINT:
            raise error
        self.fail(origin.plugin, error)

    def _runtime_origin(self, plugin: object, name: str) -> Origin:
        module = plugin if hasattr(plugin, "__file__") else sys.modules.get(type(plugin).__module__)
        return Origin(
            OriginKind.RUNTIME,
            plugin=name,
            module=getattr(module, "__name__", ""),
            path=getattr(module, "__file__", None),
            position=self.next_position(),
        )


def _hook_namespace(hook: str, doc: str) -> ModuleType:
    """Return a namespace that holds the specification of one hook."""

    def specification() -> Iterable[LazyEntry]:
        raise NotImplementedError

    specification.__name__ = specification.__qualname__ = hook
    specification.__doc__ = doc
    namespace = ModuleType(hook)
    setattr(namespace, hook, hookspec(specification))
    return namespace


def _nothing(*_: object) -> None:
    return None
