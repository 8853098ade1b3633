"""The pluggy manager: validates first, guards every hook, and loads entry points one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pluggy

from aiperf.plugins.collection import Guard
from aiperf.plugins.companions import Companions, companion_origin
from aiperf.plugins.declarations import Declarations, declarer_of
from aiperf.plugins.errors import PluginValidationError
from aiperf.plugins.forks import fork_safe_lock
from aiperf.plugins.hook_call import call_hook, hook_namespace
from aiperf.plugins.markers import HOOK_PREFIX, PROJECT
from aiperf.plugins.notices import Notices
from aiperf.plugins.origin_book import OriginBook, origin_of_object
from aiperf.plugins.origins import OriginKind
from aiperf.plugins.thread_state import ThreadState
from aiperf.plugins.validation import check_hookimpls, is_data, marked_functions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aiperf.plugins.candidates import Candidate
    from aiperf.plugins.declarations import Declaration
    from aiperf.plugins.discovery import DiscoveryState
    from aiperf.plugins.distributions import FoundEntryPoint
    from aiperf.plugins.errors import PluginError
    from aiperf.plugins.footprints import Footprint
    from aiperf.plugins.held import Held
    from aiperf.plugins.origins import Origin
    from aiperf.plugins.report import PluginRecord
    from aiperf.plugins.tracing import Tracer


class AIPerfPluginManager(pluggy.PluginManager):
    """A :class:`pluggy.PluginManager` that a broken plugin cannot break.

    ``position`` is the number after which :meth:`next_position` goes on.

    Attributes:
        generation: grows whenever the set of plugins changes, so that whoever keeps something
            computed from it can tell that it is stale.
        book: where every plugin came from; ``origins`` are those of the ones registered now.
        plugin_modules: the modules that plugins are known to be.
        declarations: what plugins register by calls.
        companions: which plugins they register.
        footprints: what their imports added to the interpreter.
        records: what became of each plugin that discovery found.
        discoveries: how far each discovery has come.
        unfinished: the plugins whose import was only half done when discovery came by.
        settled: while discovery is under way, the plugins that failed or were skipped in it.
        held: while it looks at everything anew, what other threads see of the plugins.
        strict: whether the failure of an installed plugin is an error.
        wanted: the installed plugins to look at, ``None`` for all.
        refusal: the error that answers everything.
        tracer: writes what is done.
        here: what the present thread is in the middle of.
        notices: tells people.
    """

    def __init__(self, position: int = 0) -> None:
        super().__init__(PROJECT)
        self.lock = fork_safe_lock()
        self.generation = 0
        self.book = OriginBook()
        self.origins = self.book.now
        self.declarations = Declarations()
        self.companions = Companions()
        self.footprints: dict[str, Footprint] = {}
        self.records: dict[str, PluginRecord] = {}
        self.plugin_modules: set[str] = set()
        self.unfinished: set[str] = set()
        self.settled: set[str] | None = None
        self.strict = False
        self.tracer: Tracer | None = None
        self.wanted: frozenset[str] | None = None
        self.refusal: Exception | None = None
        self.discoveries: dict[object, DiscoveryState] = {}
        self.on_change: Callable[[], None] = _nothing
        self.on_load: Callable[[Origin], None] = _nothing
        self._counter = position
        self.here = ThreadState()
        self.notices = Notices(self.lock)
        self.held: Held | None = None
        self._guard = Guard(
            self.book.of, self.disable_or_raise, lambda: self.here.collector, self.here.loading_as
        )
        self._guarded: dict[pluggy.HookImpl, pluggy.HookImpl] = {}
        self._unchecked: list[str] = []
        self._distinfo: list[tuple[object, FoundEntryPoint]] = []

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
        origin = self.origins.get(plugin_name) or origin_of_object(
            plugin, plugin_name, self.next_position()
        )
        leader = self.here.loading
        if leader is not None and leader.plugin != plugin_name:
            origin = companion_origin(leader, origin)
        return self.register_inspected(plugin, plugin_name, origin, self.inspect(plugin, origin))

    def inspect(self, plugin: object, origin: Origin) -> dict[str, Any]:
        """Check a plugin's hooks, and return the options of each marked attribute.

        Looking at an object's attributes may run its code, so no lock is held.

        Raises:
            PluginValidationError: it declares a hook that cannot be right.
        """
        check_hookimpls(self, plugin, origin, self.known_hooks)
        return {name: options for name, options, _ in marked_functions(self, plugin)}

    def register_inspected(
        self, plugin: object, name: str, origin: Origin, marks: dict[str, Any]
    ) -> str | None:
        """Register a plugin from ``origin`` that :meth:`inspect` has found to be right.

        Raises:
            ValueError: the plugin or its name is registered already.
        """
        leader = self.here.loading
        with self.lock:
            # Whoever calls its hook from another thread needs to know where it came from.
            before = self.origins.get(name)
            self.origins[name] = origin
            self.here.inspected = plugin, marks
            registered = None
            try:
                registered = super().register(plugin, name)
            finally:
                self.here.inspected = None
                if registered is None:
                    del self.origins[name]
                    if before is not None:
                        self.origins[name] = before
            if registered is not None:
                if leader is not None:
                    in_hook = bool(self.here.hooks)
                    self.companions.add(leader, registered, plugin, in_hook=in_hook)
                if not any(caller.has_spec() for caller in vars(self.hook).values()):
                    self._unchecked.append(registered)
                self._changed()
        return registered

    def parse_hookspec_opts(self, module_or_class: object, name: str) -> Any:
        """Return the options of a marked specification, ``None`` for anything else, likewise."""
        if is_data(module_or_class, name):
            return None
        return super().parse_hookspec_opts(module_or_class, name)  # type: ignore[arg-type]  # pluggy says module or class

    def parse_hookimpl_opts(self, plugin: object, name: str) -> Any:
        """Return the options of a marked function, ``None`` for anything else, as pluggy does."""
        inspected = self.here.inspected
        if inspected is not None and inspected[0] is plugin:
            return inspected[1].get(name)
        return None if is_data(plugin, name) else super().parse_hookimpl_opts(plugin, name)

    def unregister(self, plugin: object | None = None, name: str | None = None) -> Any | None:
        """Unregister a plugin, as pluggy does; what stood before it stands again."""
        with self.lock:
            plugin_name = name or self.get_name(plugin) or ""
            removed = super().unregister(plugin, name)
            if removed is not None:
                self._guarded = {
                    raw: guarded
                    for raw, guarded in self._guarded.items()
                    if raw.plugin is not removed
                }
                self._distinfo = [pair for pair in self._distinfo if pair[0] is not removed]
                origin = self.origins.get(plugin_name)
                if origin is not None:
                    self.book.left[plugin_name] = origin  # first: its hook may be running
                    del self.origins[plugin_name]
                    self.declarations.forget(origin)
                    self._unregister_companions(origin)
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

        return [(plugin, DistributionFacade(found.metadata)) for plugin, found in self._distinfo]

    def list_plugin_distributions(self) -> list[tuple[Any, Any]]:
        """Return the same pairs with the distributions as importlib-metadata gives them."""
        return [(plugin, found.metadata) for plugin, found in self._distinfo]

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
                self.add_hookspecs(hook_namespace(hook, doc))
                self._changed()
        return hook

    def known_hooks(self) -> list[str]:
        """Return the names of all hooks that are specified."""
        with self.lock:
            return sorted(name for name, caller in vars(self.hook).items() if caller.has_spec())

    def check_again(self) -> None:
        """Check the plugins that were registered before any factory was defined.

        Raises:
            PluginValidationError: one that somebody named, or that the application registered
                itself, declares a hook that cannot be right.
        """
        while True:
            with self.lock:
                if not self._unchecked:
                    return
                name = self._unchecked.pop()
            plugin = self.get_plugin(name)
            if plugin is None:
                continue
            try:
                check_hookimpls(self, plugin, self.book.of(name), self.known_hooks)
            except PluginValidationError as error:
                self.disable_or_raise(error)

    def collect(self, hook: str) -> list[Candidate]:
        """Call ``hook`` on every plugin and return what they contribute, in no order yet.

        Raises:
            PluginError: a plugin that somebody named, or that the application registered itself,
                failed. One that is merely installed is disabled instead.
            InvalidStateError: the hook's factory was defined in a block that has ended.
            RuntimeError: a hook implementation asks for the very thing that it contributes to.
        """
        return call_hook(self, hook)

    def disable_or_raise(self, error: PluginError) -> None:
        """Take the plugin that failed out, if it is merely installed, and raise the error if not.

        Raises:
            PluginError: ``error``, whose origin is the application, a module that somebody named
                or, where ``strict``, anything.
        """
        origin = error.origin
        if origin is None or origin.kind is not OriginKind.ENTRY_POINT or self.strict:
            raise error
        self.fail(origin, error, registered=True)

    def fail(self, origin: Origin, error: PluginError, *, registered: bool | None = None) -> None:
        """Take a failed plugin out, wholly, and keep why in its record.

        ``registered`` says what it has to be for that: otherwise another thread was luckier, or
        has come to the same before. The warning is logged without a lock.
        """
        from aiperf.plugins.report import failed_record  # noqa: PLC0415 - error path

        name = origin.plugin
        with self.lock:
            if registered is not None and self.has_plugin(name) is not registered:
                return
            if self.settled is not None:
                if name in self.settled:
                    return
                self.settled.add(name)
            if self.has_plugin(name):
                self.unregister(name=name)
            self.origins.pop(name, None)
            self.declarations.forget(origin)
            self._unregister_companions(origin)
            footprint = self.footprints.pop(name, None)
            if footprint is not None:
                footprint.erase(modules=False)
            self._changed()
            self.records[name] = failed_record(name, origin, error, self.records.get(name))
        if self.tracer is not None:
            self.tracer.say("discovery", "failed:", error)
        if origin.kind is OriginKind.ENTRY_POINT and not self.strict:
            self.notices.warn(f"{error} The rest goes on without it.")

    def next_position(self) -> int:
        """Return a number that is higher than all before it."""
        with self.lock:
            self._counter += 1
            return self._counter

    @property
    def sees_ahead(self) -> bool:
        """Whether this thread sees what others do not see yet."""
        return self.held is not None and self.here.in_round

    def known_records(self) -> tuple[PluginRecord, ...]:
        """Return the record of every plugin, those from before a refresh while it goes on."""
        with self.lock:
            if self.held is not None and not self.here.in_round:
                return self.held.records
            return tuple(self.records.values())

    def declarer(self, module: str) -> str | None:
        """Return what a registration made by ``module`` is kept under, ``None`` if no plugin's.

        That is the plugin whose module this thread imports, or whose hook it calls; but where
        that one imports another plugin's module, what this registers is its own.
        """
        loading = self.here.loading
        if loading is None:
            return None
        return module if module in self.plugin_modules else declarer_of(loading)

    def declare(self, declarer: str, origin: Origin, declaration: Declaration) -> None:
        """Keep what a plugin's module registers; it counts while the plugin is registered.

        Raises:
            RegistrationError: the plugin gave the identifier to another target before.
        """
        with self.lock:
            if self.declarations.add(declarer, origin, declaration):
                self._changed()

    def declared(self) -> list[tuple[Origin, int, Declaration]]:
        """Return what the modules of the plugins that are registered now have declared."""
        with self.lock:
            if not self.declarations:
                return []
            names = sorted(name for name, _ in self.list_name_plugin() if self.has_plugin(name))
            return list(self.declarations.of(map(self.book.of, names)))

    def taken_out(self) -> list[str]:
        """Return the names of the plugins that the application took out after they had loaded."""
        with self.lock:
            return sorted(
                name
                for name, origin in self.book.left.items()
                if name not in dict(self.list_name_plugin())
                and origin.kind is not OriginKind.RUNTIME
                and getattr(self.records.get(name), "error", None) is None
            )

    def note_distribution(self, plugin: object, found: FoundEntryPoint) -> None:
        """Remember which entry point, and so which distribution, a plugin came from."""
        self._distinfo.append((plugin, found))

    def register_companions(self, leader: Origin) -> None:
        """Register again what a plugin registered when its module was imported."""
        for name, plugin in self.companions.of(leader):
            if not self.has_plugin(name) and not self.is_registered(plugin):
                self.origins[name] = companion_origin(
                    leader, origin_of_object(plugin, name, self.next_position())
                )
                self.register(plugin, name)

    # -- details -------------------------------------------------------------------------------

    def _unregister_companions(self, leader: Origin) -> None:
        for name, plugin in self.companions.of(leader):
            if self.get_plugin(name) is plugin:
                self.unregister(name=name)
        self.companions.forget(leader)

    def _changed(self) -> None:
        self.generation += 1
        if self.held is not None and not self.here.in_round:
            self.held.serial += 1
        self.on_change()

    def _guarded_implementation(
        self, implementation: pluggy.HookImpl, hook: str
    ) -> pluggy.HookImpl:
        guarded = self._guarded.get(implementation)
        if guarded is None:
            with self.lock:
                guarded = self._guard.guarded(implementation, hook)
                self._guarded[implementation] = guarded
        return guarded


def _nothing(*_: object) -> None:
    return None
