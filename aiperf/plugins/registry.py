"""The registry: registers, resolves and loads implementations for every factory.

Storing never imports. Loading imports once. No lock is held while anything is imported or any
hook is called, so a plugin may use the registry from its own import.
"""

from __future__ import annotations

from _weakrefset import WeakSet  # weakref's own; weakref takes three times as long to import
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from aiperf.plugins import choosing, registering, resolver
from aiperf.plugins.contributions import adopt, contributions, hold
from aiperf.plugins.errors import RegistrationError
from aiperf.plugins.manager import AIPerfPluginManager
from aiperf.plugins.origins import Origin, OriginKind, normalized
from aiperf.plugins.selection import Selection
from aiperf.plugins.slots import FactorySlot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager

    from aiperf.plugins.candidates import Candidate
    from aiperf.plugins.held import Held
    from aiperf.plugins.implementations import Explanation, Implementation
    from aiperf.plugins.slots import ClassType


class Registry:
    """All factories of a process, with one plugin manager behind them."""

    def __init__(self) -> None:
        self.slots: dict[str, FactorySlot] = {}
        self.every_slot: WeakSet[FactorySlot] = WeakSet()
        self.builtins: dict[str, tuple[object, Origin]] = {}
        self.isolators: list[int] = []
        self.attach(AIPerfPluginManager())

    def attach(self, manager: AIPerfPluginManager) -> None:
        """Put ``manager`` behind the registry, with no override yet."""
        manager.on_change = self._forget
        manager.on_load = self._adopt
        self.manager = manager
        self.selection = Selection(manager.lock)

    # -- defining and registering --------------------------------------------------------------

    def define_factory(self, name: str, title: str, module: str, doc: str) -> FactorySlot:
        """Define a factory and its hook; ``doc`` becomes the hook's documentation.

        Where another module has a factory of that name, the newcomer's is put after its own
        package's name, so that two applications in one process don't share a hook by accident, or
        after its module's, where its own package has two.

        Raises:
            RegistrationError: that name is taken, too.
        """
        with self.manager.lock:
            own = name
            for prefix in (module.partition(".")[0], module.replace(".", "_")):
                if self._is_taken(name, module):
                    name = f"{prefix.strip('_')}_{own}"
            if self._is_taken(name, module):
                raise RegistrationError(
                    f"{module}.{title}: factory {name!r} is {self.slots[name].module}."
                    f"{self.slots[name].title} already. Give it a name of its own with "
                    "factory_name=..."
                )
            hook = self.manager.add_factory_hook(name, doc)
            slot = FactorySlot(name, title, module, hook)
            self.slots[name] = slot
            self.every_slot.add(slot)
        return slot

    def _is_taken(self, name: str, module: str) -> bool:
        return name in self.slots and self.slots[name].module != module

    def register_builtins(self, plugin: object, name: str, version: str | None = None) -> None:
        """Register the application's own implementations, which every plugin comes before.

        ``name`` and ``version`` are the application's own, as installed; plugins may require
        versions of it by this name.
        """
        origin = Origin(
            OriginKind.BUILTIN,
            plugin=name,
            module=getattr(plugin, "__name__", ""),
            distribution=name,
            version=version,
            path=getattr(plugin, "__file__", None),
        )
        self.manager.origins[name] = origin
        self.builtins[name] = plugin, origin
        self.manager.register(plugin, name)

    add = registering.add_entry
    add_class = registering.add_class

    # -- resolving -----------------------------------------------------------------------------

    def class_types(self, slot: FactorySlot) -> list[str]:
        """Return every class type that has an implementation.

        Those that the application itself has come first, in its own order.
        """
        self._check_not_refused()
        contributed = contributions(self.manager, slot)
        own = {
            class_type: candidate.position
            for class_type, candidates in contributed.items()
            for candidate in candidates.values()
            if not candidate.is_plugin
        }
        with self.manager.lock:
            runtime = [class_type for class_type, added in slot.runtime.items() if added]
        return list(dict.fromkeys([*sorted(own, key=own.__getitem__), *contributed, *runtime]))

    def usable_class_types(self, slot: FactorySlot) -> list[str]:
        """Return the class types of which an implementation can be used with the versions here."""
        return [
            class_type
            for class_type in self.class_types(slot)
            if not all(candidate.unmet for candidate in self.candidates(slot, class_type))
        ]

    def candidates(self, slot: FactorySlot, class_type: str) -> tuple[Candidate, ...]:
        """Return the candidates of one class type, the best first, overrides left aside.

        What a call registers again of the builtins, to the letter, is there once.
        """
        ranked = slot.ranked
        if self.manager.sees_ahead:
            ranked = {}
        known = ranked.get(class_type)
        if known is None:
            self._check_not_refused()
            contributed = contributions(self.manager, slot).get(class_type, {})
            with self.manager.lock:
                runtime = list(slot.runtime.get(class_type, {}).values())
            builtins = {c.reference_and_target for c in contributed.values() if not c.is_plugin}
            added = [c for c in runtime if c.is_plugin or c.reference_and_target not in builtins]
            every = [*contributed.values(), *added]
            self._check_versions(every)
            known = resolver.ranked(every)
            if known:
                ranked[class_type] = known
                if self.manager.tracer is not None:
                    self.manager.tracer.ranked(slot.name, class_type, known)
        return known

    selected = choosing.selected

    def load(self, slot: FactorySlot, class_type: ClassType) -> type[Any]:
        """Return the class that is in force, imported if need be, and keep it for next time."""
        from aiperf.plugins.classes import load_class  # noqa: PLC0415 - listing needs no class

        classes = slot.classes
        if self.manager.sees_ahead:
            classes = {}
        key = slot.key(class_type)
        selected, tracer = self.selected(slot, key), self.manager.tracer
        if tracer is None:
            loaded = load_class(selected, slot.name)
        else:
            override = self.selection.override(slot, key)
            with tracer.loading(slot.name, selected, override):
                loaded = load_class(selected, slot.name)
        self.warn_of_tie(slot, key)
        classes[class_type] = loaded
        return loaded

    def warn_of_tie(self, slot: FactorySlot, class_type: str) -> None:
        """Warn, once, if a plugin is selected before another for no reason that anybody gave."""
        if self.selection.override(slot, class_type) is None:
            candidates = self.candidates(slot, class_type)
            losers = resolver.unsettled(candidates)
            if losers:
                from aiperf.plugins.ties import tie_warning  # noqa: PLC0415 - rare

                self.manager.notices.warn(tie_warning(slot.name, candidates, losers))

    def implementations(self, slot: FactorySlot, class_type: str) -> list[Implementation]:
        """Return the public record of each implementation, the selected one first."""
        from aiperf.plugins.implementations import describe  # noqa: PLC0415 - not to create

        candidates = self.candidates(slot, class_type)
        return describe(slot.name, candidates, choosing.in_force(self, slot, class_type))

    def explain(self, slot: FactorySlot, class_type: str) -> Explanation:
        """Return how a class type was resolved, and all that would change it.

        Raises:
            UnknownClassTypeError: nothing is registered under it.
        """
        from aiperf.plugins.explaining import explained  # noqa: PLC0415 - not to create

        return explained(self, slot, self.outcome(slot, class_type))

    def outcome(self, slot: FactorySlot, class_type: str) -> Explanation:
        """Return winner, losers and rules alone, for lists of all class types.

        Raises:
            UnknownClassTypeError: nothing is registered under it.
        """
        from aiperf.plugins.implementations import explain  # noqa: PLC0415 - not to create

        candidates = choosing.some_candidates(self, slot, class_type)
        override = self.selection.override(slot, class_type)
        chosen = self.selection.environment
        return explain(
            slot, candidates, choosing.in_force(self, slot, class_type), override, chosen
        )

    # -- selecting -----------------------------------------------------------------------------

    def use(self, slot: FactorySlot, class_type: str, reference: str) -> None:
        """Select an implementation by its reference.

        Raises:
            UnknownClassTypeError, UnknownImplementationError: there is no such implementation.
            IncompatibleVersionError: it needs a version that is not here.
            RegistrationError: a plugin tries it while it is loaded.
        """
        self._check_not_loading(slot, class_type)
        choosing.find(self, slot, choosing.some_candidates(self, slot, class_type), reference)
        self.selection.set(slot, class_type, reference)

    def clear(self, slot: FactorySlot, class_type: str) -> None:
        """Remove the selection that :meth:`use` made, if any."""
        self._check_not_loading(slot, class_type)
        self.selection.set(slot, class_type, None)

    @contextmanager
    def using(self, slot: FactorySlot, class_type: str, reference: str) -> Iterator[None]:
        """Select an implementation inside a ``with`` block; what stood before stands after it."""
        with self.selection.restored(slot, class_type):
            self.use(slot, class_type, reference)
            yield

    def refuse(self, error: Exception | None) -> None:
        """Answer every question with ``error`` from now on, until this is called with ``None``.

        A worker that cannot have its parent's plugins says so where they would be used.
        """
        with self.manager.lock:
            self.manager.refusal = error
            self._forget()

    def use_options(self, texts: Iterable[str]) -> None:
        """Select what a command line's ``--use FACTORY.CLASS_TYPE=IDENTIFIER`` say.

        They beat the environment variable and are beaten by calls. Whether they mean something
        is checked at the next discovery.

        Raises:
            PluginSettingError: one is malformed.
        """
        self.selection.take_options(texts)
        self._forget()

    def hold(self) -> tuple[int, Held]:
        """Return what every factory has now, and the plugins' generation."""
        return hold(self.manager, list(self.every_slot))

    def switch(self, held: Held | None) -> None:
        """Let other threads go on with what is ``held``; with ``None``, see what there is now."""
        with self.manager.lock:
            self.manager.held = held
            self._forget()

    def reread_environment(self) -> None:
        """Look at the environment variables again."""
        self.selection.reread()
        self._forget()

    def isolated(self) -> AbstractContextManager[Registry]:
        """Give this registry, and thereby its factories, a fresh state inside a ``with`` block.

        It has the builtins, the hooks of every factory and what the application itself registered
        by calls and decorators. Plugins, overrides, classes, singletons, reports, blocked names
        and the registry's environment variables are gone, and installed plugins are left alone
        unless the block sets ``AIPERF_PLUGIN_AUTOLOAD``. At the end everything is as it was, after
        an exception, too; what the block registered and the factories that it defined are gone.
        Blocks may be nested. They count for the whole process: other threads see the same state.

        Raises:
            InvalidStateError: on entering, another thread is inside such a block.
        """
        from aiperf.plugins.isolation import isolated  # noqa: PLC0415 - for tests

        return isolated(self)

    # -- details -------------------------------------------------------------------------------

    def _check_not_refused(self) -> None:
        refusal = self.manager.refusal
        if refusal is not None:
            raise refusal.with_traceback(None)

    def _adopt(self, origin: Origin) -> None:
        adopt(self.manager, list(self.every_slot), origin)

    def _check_versions(self, candidates: list[Candidate]) -> None:
        """Note of each candidate which version it needs that is not here."""
        stating = [candidate for candidate in candidates if candidate.entry.requires]
        if stating:
            from aiperf.plugins.requirements import unmet  # noqa: PLC0415 - few state any

            versions = {normalized(name): at.version for name, (_, at) in self.builtins.items()}
            for candidate in stating:
                candidate.unmet = unmet(candidate, versions)

    def absent_note(self) -> str:
        """Return what an error message says of the plugins which failed or are switched off."""
        from aiperf.plugins.unknown import absent_plugins_note  # noqa: PLC0415 - error path

        return absent_plugins_note(self.manager.known_records())

    def _check_not_loading(self, slot: FactorySlot, class_type: str) -> None:
        loading = self.manager.here.loading
        if loading is not None:
            raise RegistrationError(
                f"{loading} tries to select an implementation of {slot.name}.{class_type} while it "
                "is loaded. Only a person or the application selects; mark the hook with "
                "tryfirst to come before other plugins.",
                origin=loading,
            )

    def _forget(self) -> None:
        with self.manager.lock:
            for slot in list(self.every_slot):
                slot.forget()
