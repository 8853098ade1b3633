"""The one exception tree of AIPerf, and the part of it that belongs to the registry.

::

    AIPerfError
    ├── PluginError                     something about a plugin
    │   ├── PluginValidationError       what it declares is wrong (also pluggy's error of that name)
    │   ├── PluginLoadError             importing, registering or calling it failed
    │   ├── RegistrationError           one registration contradicts another
    │   ├── PluginSettingError          an environment variable names nothing, or nonsense
    │   ├── SnapshotError               what is registered here cannot be so in another process
    │   ├── ResolutionDiffersError      the implementations are not those of the parent or the lock
    │   ├── LockError                   a lock file cannot be read
    │   └── DiscoveryError              what a person named did not load; has the whole report
    ├── FactoryCreationError            a factory cannot give what it was asked for
    │   ├── UnknownClassTypeError       nothing is registered under that class type
    │   ├── UnknownImplementationError  no implementation has that identifier
    │   ├── IncompatibleVersionError    it needs a version, of AIPerf or another, that is not here
    │   └── ImplementationLoadError     it is registered, but its class cannot be loaded
    │       └── MissingDependencyError  …because a package that it needs is not installed
    └── InvalidStateError               a singleton was asked for before it was made

Each message says what failed, where it came from and what to do next. The data behind it is in
attributes. All of them survive pickling, so that a worker can hand one to its parent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from aiperf.plugins.differences import Difference
    from aiperf.plugins.origins import Origin
    from aiperf.plugins.report import DiscoveryReport


class AIPerfError(Exception):
    """The root of every error that AIPerf raises on purpose."""

    def __init__(self, message: str = "", **data: Any) -> None:
        # Not super(): where an error is also a foreign one, that one's signature differs.
        Exception.__init__(self, message)
        self.__dict__.update(data)

    def __reduce__(self) -> tuple[Any, ...]:
        """Rebuild from the message, then restore the attributes."""
        return type(self), (str(self),), self.__dict__

    def __str__(self) -> str:
        """Return the message alone (``KeyError`` and its like would quote it)."""
        return str(self.args[0]) if self.args else ""


class PluginError(AIPerfError):
    """Something about a plugin; ``origin`` says which, where that is known."""

    origin: Origin | None = None


class PluginValidationError(PluginError, pluggy.PluginValidationError):
    """A plugin declares a hook or an entry that cannot be right."""

    def __init__(self, message: str = "", *, plugin: Any = None, **data: Any) -> None:
        super().__init__(message, **data)
        self.plugin = plugin

    def __reduce__(self) -> tuple[Any, ...]:
        """Leave out the plugin object itself: a module does not survive pickling."""
        return type(self), (str(self),), {**self.__dict__, "plugin": None}


class PluginLoadError(PluginError):
    """Importing a plugin, registering it or calling its hook failed."""


class RegistrationError(PluginError):
    """The same identifier was registered twice with two targets."""


class PluginSettingError(PluginError):
    """An environment variable is malformed or names something that does not exist.

    ``variable`` is its name and ``value`` the part that is wrong.
    """

    variable: str = ""
    value: str = ""


class SnapshotError(PluginError):
    """What is registered in this process cannot be so in another.

    ``reasons`` names each registration, where it came from and what to do.
    """

    reasons: tuple[str, ...] = ()


class ResolutionDiffersError(PluginError):
    """This process resolves class types differently from its parent, or from a lock.

    ``differences`` holds each of them.
    """

    differences: tuple[Difference, ...] = ()


class LockError(PluginError):
    """A lock file cannot be read; ``path`` says which."""

    path: str = ""


class DiscoveryError(PluginError):
    """Something that a person named could not be loaded; the rest was.

    ``failures`` holds every error, ``report`` the outcome for every plugin.
    """

    failures: tuple[PluginError, ...] = ()
    report: DiscoveryReport | None = None


class FactoryCreationError(AIPerfError):
    """A factory cannot give what it was asked for.

    ``factory``, ``class_type`` and ``identifier`` say what that was.
    """

    factory: str = ""
    class_type: str = ""
    identifier: str = ""
    origin: Origin | None = None


class UnknownClassTypeError(FactoryCreationError, TypeError):
    """Nothing is registered under that class type."""


class UnknownImplementationError(FactoryCreationError, LookupError):
    """The class type exists, but none of its implementations has that identifier."""


class IncompatibleVersionError(FactoryCreationError):
    """The implementation needs a version that is not installed; ``unmet`` says which."""

    unmet: str = ""


class ImplementationLoadError(FactoryCreationError):
    """An implementation is registered, but its class cannot be loaded.

    It is not remembered: once the cause is gone, the next call succeeds.
    """


class MissingDependencyError(ImplementationLoadError):
    """An implementation needs a package that is not installed; ``missing`` is its module."""

    missing: str = ""


class InvalidStateError(AIPerfError):
    """A singleton was asked for before it was made, or after a fork that it did not survive."""


def described(error: BaseException) -> str:
    """Return any exception as one line without a full stop, whatever its text does."""
    try:
        text = " ".join(str(error).split()).removesuffix(".")
    except Exception:  # noqa: BLE001 - a plugin's exception may fail at that, too
        text = ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
