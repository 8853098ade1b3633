"""Loads the class that a lazy entry names."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from aiperf.plugins.errors import ImplementationLoadError, MissingDependencyError
from aiperf.plugins.nearest import did_you_mean
from aiperf.plugins.origins import OriginKind

if TYPE_CHECKING:
    from aiperf.plugins.candidates import Candidate


def load_class(candidate: Candidate, factory: str) -> type[Any]:
    """Import the candidate's module, once, and return its class.

    No lock is held meanwhile; a failure is not remembered.

    Raises:
        MissingDependencyError: a package that the module needs is not installed.
        ImplementationLoadError: the module cannot be imported or has no such class.
    """
    if candidate.loaded is not None:
        return candidate.loaded
    entry = candidate.entry
    try:
        found: Any = import_module(entry.module_path)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin's SystemExit must not end the host
        raise _import_error(candidate, factory, error) from error
    holder = entry.module_path
    for part in entry.class_name.split("."):
        if not hasattr(found, part):
            names = [name for name, value in vars(found).items() if isinstance(value, type)]
            raise _error(
                candidate,
                factory,
                f"{holder} has no class {part!r}",
                did_you_mean(part, names),
            )
        found = getattr(found, part)
        holder = f"{holder}.{part}"
    if not callable(found):
        raise _error(
            candidate,
            factory,
            f"{entry.target} is {found!r:.60}, which cannot be called",
            "Register a class.",
        )
    loaded: type[Any] = found
    candidate.loaded = loaded
    return loaded


def _import_error(
    candidate: Candidate, factory: str, error: BaseException
) -> ImplementationLoadError:
    entry, origin = candidate.entry, candidate.origin
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    if missing is None:
        what = f"importing {entry.module_path} raised {type(error).__name__}: {error}"
        return _error(candidate, factory, what, f"Correct or update {_owner(candidate)}.")
    if f"{entry.module_path}.".startswith(f"{missing}."):
        what = f"there is no module {missing!r} for {entry.target}"
        return _error(candidate, factory, what, f"Correct the entry in {origin.module}.")
    package = missing.partition(".")[0]
    step = f"Run: pip install {package}"
    extra = entry.metadata.get("extra")
    if extra:
        distribution = origin.distribution or "aiperf"
        step = f"Run: pip install '{distribution}[{extra}]'"
    return _error(
        candidate,
        factory,
        f"{entry.module_path} needs {package!r}, which is not installed",
        step,
        missing=missing,
    )


def _error(
    candidate: Candidate, factory: str, what: str, step: str, missing: str | None = None
) -> ImplementationLoadError:
    entry, origin = candidate.entry, candidate.origin
    message = (
        f"{factory}.{entry.class_type}: implementation {entry.identifier!r} from {origin} cannot "
        f"be loaded: {what}. {step}"
    )
    data = {
        "factory": factory,
        "class_type": entry.class_type,
        "identifier": entry.identifier,
        "origin": origin,
    }
    if missing is not None:
        return MissingDependencyError(message, missing=missing, **data)
    return ImplementationLoadError(message, **data)


def _owner(candidate: Candidate) -> str:
    origin = candidate.origin
    if origin.kind is OriginKind.BUILTIN:
        return "the installation of the application itself"
    return origin.distribution or origin.module or origin.plugin
