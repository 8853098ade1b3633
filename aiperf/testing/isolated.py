"""An isolated registry for a test, and what a test does to it."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar, overload

from aiperf.common.factories import PluginDiscovery
from aiperf.plugins.default import default_registry
from aiperf.plugins.discovery import Discovery
from aiperf.plugins.entries import LazyEntry
from aiperf.plugins.environment import AUTOLOAD, MODULES, STRICT, is_ours
from aiperf.plugins.errors import PluginError, PluginSettingError, RegistrationError
from aiperf.plugins.isolation import registering_modules
from aiperf.plugins.loading import unloaded_origins
from aiperf.plugins.markers import ENTRY_POINT_GROUP
from aiperf.plugins.markers import hookimpl as mark
from aiperf.plugins.naming import first_free
from aiperf.plugins.nearest import did_you_mean
from aiperf.plugins.origins import Origin, OriginKind
from aiperf.testing.modules import ImportedModules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from enum import Enum

    from aiperf.common.factory import AIPerfFactory
    from aiperf.plugins.registry import Registry
    from aiperf.plugins.report import DiscoveryReport, PluginRecord
    from aiperf.plugins.slots import FactorySlot

    Factory = str | type[AIPerfFactory[Any, Any]]

FunctionT = TypeVar("FunctionT", bound="Callable[..., Any]")


class IsolatedPlugins:
    """A registry that holds the builtins and what a test adds; all of it is undone afterwards.

    ``registry`` is the registry itself, the same object that the factories use. A ``factory`` is a
    factory's class or its name. What a test adds fails loudly: whatever is wrong with it is raised
    by the call that adds it, and then it is not added.
    """

    def __init__(
        self, registry: Registry, group: str, modules: ImportedModules, *, strict: bool
    ) -> None:
        self.registry = registry
        self._group = group
        self._discovery = _discovery(registry, group)
        self._modules = modules
        self._variables: dict[str, str | None] = {}
        if strict:
            os.environ[STRICT] = "1"

    # -- plugins -------------------------------------------------------------------------------

    def register(self, plugin: object, name: str | None = None) -> str:
        """Register an object or a module that has hooks, and call each of them once.

        Returns:
            The plugin's name: ``name``, or the module's, or one that is made up.

        Raises:
            PluginError: a hook is wrong, raises or returns what it should not.
            ValueError: the plugin or its name is registered, or the name is blocked.
        """
        registered = self.registry.manager.register(plugin, name)
        if registered is None:
            raise ValueError(f"the name {name!r} is blocked; unblock it in registry.manager first")
        try:
            for slot in list(self.registry.slots.values()):
                self.registry.class_types(slot)
        except PluginError:
            self.unregister(registered)
            raise
        return registered

    def unregister(self, name: str) -> None:
        """Take a plugin out; what stood before it stands again."""
        self.registry.manager.unregister(name=name)

    @overload
    def hookimpl(self, function: FunctionT) -> FunctionT: ...
    @overload
    def hookimpl(
        self, *, tryfirst: bool = ..., trylast: bool = ..., wrapper: bool = ...
    ) -> Callable[[FunctionT], FunctionT]: ...
    def hookimpl(
        self,
        function: Any = None,
        *,
        tryfirst: bool = False,
        trylast: bool = False,
        wrapper: bool = False,
    ) -> Any:
        """Register the decorated function, called ``aiperf_register_<factory>``, as a plugin.

        The options are those of ``aiperf.hookimpl``; errors are those of :meth:`register`.
        """
        marked = mark(tryfirst=tryfirst, trylast=trylast, wrapper=wrapper)

        def decorate(function: FunctionT) -> FunctionT:
            plugin = ModuleType(function.__module__)
            plugin.__file__ = function.__code__.co_filename
            setattr(plugin, function.__name__, marked(function))
            name = f"{function.__module__}:{function.__qualname__}"
            taken = {name for name, _ in self.registry.manager.list_name_plugin()}
            self.register(plugin, first_free(name, f"{name}:{id(plugin)}", taken))
            return function

        return decorate(function) if function is not None else decorate

    def add(
        self,
        factory: Factory,
        class_type: str | Enum,
        target: type[Any] | str,
        *,
        identifier: str | None = None,
        description: str = "",
        metadata: Mapping[str, Any] | None = None,
    ) -> LazyEntry:
        """Register one implementation, which comes before every other.

        Args:
            factory: the factory's class or name.
            class_type: the category.
            target: a class, which may be the test's own, or ``"package.module:Class"``.
            identifier: its name; the class's if left out.
            description: one line for people.
            metadata: as on a lazy entry.

        Raises:
            RegistrationError: the identifier has another target already.
            PluginValidationError: a name cannot be what it says.
        """
        slot = self._slot(factory)
        if isinstance(target, str):
            loaded, (module, _, name) = None, target.partition(":")
        else:
            loaded, module, name = target, target.__module__, target.__name__
        entry = LazyEntry(
            slot.remember(class_type), module, name, identifier or "", description, metadata or {}
        )
        known = slot.runtime.get(entry.class_type, {}).get(entry.identifier)
        if known is not None and known.loaded is not loaded:
            raise RegistrationError(
                f"{slot.name}.{entry.class_type}: identifier {entry.identifier!r} is another class "
                f"already ({known.entry.target}, {known.origin}). Give this one an identifier of "
                "its own.",
                origin=known.origin,
            )
        self.registry.add(slot, entry, caller=module, is_plugin=True, loaded=loaded)
        return entry

    def load_module(self, name: str, *, path: str | os.PathLike[str] | None = None) -> PluginRecord:
        """Load a module as ``AIPERF_PLUGIN_MODULES`` does, after those that were loaded before.

        Args:
            name: ``package.module`` or ``package.module:attribute``.
            path: the directory to import it from, first on ``sys.path`` from now on.

        Returns:
            What discovery says of it.

        Raises:
            PluginSettingError: the name is no module's name, or was loaded already.
            DiscoveryError: it does not load; the reason is the cause.
        """
        module = name.partition(":")[0]
        if path is not None:
            self._modules.add_directory(path)
        self._modules.owns(module)
        self.registry.manager.declarations.forget(
            Origin(OriginKind.MODULE, plugin=name, module=module)
        )
        before = os.environ.get(MODULES)
        with self._undone_on_failure():
            os.environ[MODULES] = f"{before},{name}" if before else name
            report = self._discovery.discover_all()
        position = len(os.environ[MODULES].split(",")) - 1
        (record,) = [
            record
            for record in report
            if record.origin is OriginKind.MODULE and record.source.position == position
        ]
        return record

    def load_installed(self, *names: str) -> DiscoveryReport:
        """Load installed plugins: those that ``names`` name, or all.

        Args:
            *names: of plugins, distributions or modules.

        Raises:
            PluginSettingError: a name matches nothing.
            DiscoveryError: one does not load, unless the test is not strict.
        """
        manager = self.registry.manager
        origins = unloaded_origins(manager, self._group)
        for name in names:
            if not any(origin.is_called(name) for origin in origins):
                known = [origin.plugin for origin in origins]
                raise PluginSettingError(
                    f"no plugin, distribution or module that is installed is called {name!r}. "
                    f"{did_you_mean(name, known)}",
                    value=name,
                )
        for origin in origins:
            if not names or any(map(origin.is_called, names)):
                self._modules.owns(origin.module)
        every = os.environ.get(AUTOLOAD) != "0"
        with self._undone_on_failure():
            os.environ.pop(AUTOLOAD, None)
            if names and not (every and manager.wanted is None):
                manager.wanted = (manager.wanted or frozenset()).union(names)
            else:
                manager.wanted = None
            return self._discovery.refresh()

    # -- everything else -----------------------------------------------------------------------

    def use(self, factory: Factory, class_type: str | Enum, reference: str) -> None:
        """Select an implementation by its identifier, or by ``identifier@plugin``.

        Raises:
            FactoryCreationError: there is no such implementation.
        """
        slot = self._slot(factory)
        self.registry.use(slot, slot.key(class_type), reference)

    def setenv(self, name: str, value: str) -> None:
        """Set an environment variable; overrides of the registry's count at once."""
        self._keep(name)
        os.environ[name] = value
        self.registry.reread_environment()

    def delenv(self, name: str) -> None:
        """Take an environment variable away, if it is set."""
        self._keep(name)
        os.environ.pop(name, None)
        self.registry.reread_environment()

    def report(self) -> DiscoveryReport:
        """Return what became of the modules and installed plugins that were loaded."""
        return self._discovery.so_far()

    def refresh(self) -> DiscoveryReport:
        """Load modules and installed plugins anew, as the variables are now.

        Raises:
            PluginSettingError, DiscoveryError: as ``PluginDiscovery.refresh``.
        """
        return self._discovery.refresh()

    def restore(self) -> None:
        """Put variables, path and modules back; the registry does the rest when its block ends."""
        for name, value in self._variables.items():
            _set(name, value)
        for record in self.report():  # code under test may have loaded plugins by itself
            self._modules.owns(record.module)
        self._modules.restore(registering_modules(self.registry))

    @contextmanager
    def _undone_on_failure(self) -> Iterator[None]:
        """Put back what says which plugins are loaded, and load only those, if the block fails."""
        manager = self.registry.manager
        wanted, variables = manager.wanted, {n: os.environ.get(n) for n in (AUTOLOAD, MODULES)}
        try:
            yield
        except BaseException:
            manager.wanted = wanted
            for name, value in variables.items():
                _set(name, value)
            with suppress(PluginError):  # of what was wrong before; it has been raised then
                self._discovery.refresh()
            raise

    def _keep(self, name: str) -> None:
        if not is_ours(name):
            self._variables.setdefault(name, os.environ.get(name))

    def _slot(self, factory: Factory) -> FactorySlot:
        if not isinstance(factory, str):
            return factory._slot  # noqa: SLF001 - the factory's own record of itself
        slot = self.registry.slots.get(factory)
        if slot is None:
            raise LookupError(
                f"there is no factory {factory!r}. {did_you_mean(factory, self.registry.slots)}"
            )
        return slot


@contextmanager
def isolated_plugins(
    *,
    registry: Registry = default_registry,
    group: str = ENTRY_POINT_GROUP,
    strict: bool = True,
) -> Iterator[IsolatedPlugins]:
    """Isolate a registry inside a ``with`` block; the fixture ``aiperf_plugins`` without pytest.

    Everything that the block does to it, to ``sys.path``, to the registry's environment variables
    and, through this object, to other variables is undone. Modules of plugins that are imported in
    the block run again when they are next imported, so that they register again.

    Args:
        registry: the registry; an application may have one of its own.
        group: the entry-point group of its installed plugins.
        strict: whether an installed plugin that fails is an error. Without it, it is what a user
            gets: a warning, and a record in the report.
    """
    modules = ImportedModules()
    with registry.isolated():
        plugins = IsolatedPlugins(registry, group, modules, strict=strict)
        try:
            yield plugins
        finally:
            plugins.restore()


def _set(variable: str, value: str | None) -> None:
    os.environ.pop(variable, None)
    if value is not None:
        os.environ[variable] = value


def _discovery(registry: Registry, group: str) -> Discovery | type[PluginDiscovery]:
    """Return the discovery that code under test uses, or else one of the test's own."""
    if registry is default_registry and group == ENTRY_POINT_GROUP:
        return PluginDiscovery
    return Discovery(registry, group)
