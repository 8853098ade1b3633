"""Loads the class that a lazy entry names."""

from __future__ import annotations

from importlib import import_module, invalidate_caches
from typing import TYPE_CHECKING, Any, Final

from aiperf.plugins.errors import ImplementationLoadError, MissingDependencyError, described
from aiperf.plugins.nearest import did_you_mean
from aiperf.plugins.origins import OriginKind

if TYPE_CHECKING:
    from aiperf.plugins.candidates import Candidate

_ABSENT: Final = object()


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
    where = entry.module_path
    try:
        found: Any = import_module(where)
        if _is_half_imported(found):
            # Another thread imports it, and waited for a module that this one imported meanwhile.
            found = import_module(where)
        for part in entry.class_name.split("."):
            holder, found = found, getattr(found, part, _ABSENT)
            if found is _ABSENT:
                break
            where = f"{where}.{part}"
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin's SystemExit must not end the host
        raise _import_error(candidate, factory, error) from error
    if found is _ABSENT:
        content = getattr(holder, "__dict__", {})
        classes = [name for name, value in content.items() if isinstance(value, type)]
        if _is_half_imported(holder):
            what = f"{where} is still being imported, and has no class {part!r} yet"
            raise _error(candidate, factory, what, "Create instances after the import.")
        raise _error(
            candidate, factory, f"{where} has no class {part!r}", did_you_mean(part, classes)
        )
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


def _is_half_imported(module: object) -> bool:
    spec = getattr(module, "__spec__", None)
    return bool(getattr(spec, "_initializing", False))


def _import_error(
    candidate: Candidate, factory: str, error: BaseException
) -> ImplementationLoadError:
    entry, origin = candidate.entry, candidate.origin
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    if missing is None:
        what = f"importing {entry.module_path} raised {described(error)}"
        return _error(candidate, factory, what, f"Correct or update {_owner(candidate)}.")
    invalidate_caches()  # what is missing now may have been installed before the next call
    if f"{entry.module_path}.".startswith(f"{missing}."):
        what = f"there is no module {missing!r} for {entry.target}"
        step = f"Correct the entry in {origin.module or origin.plugin}."
        return _error(candidate, factory, what, step)
    package = missing.partition(".")[0]
    extra = entry.metadata.get("extra")
    # Without an extra, only its author knows which distribution brings the module.
    step = f"Install the package that provides {package!r}."
    if extra and origin.distribution:
        step = f"Run: pip install '{origin.distribution}[{extra}]'"
    elif extra:
        step = f"Install the extra {extra!r} of the package that has {entry.module_path}."
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
