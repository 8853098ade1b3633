"""Says which runtime registrations another process can have, and why others cannot."""

from __future__ import annotations

import io
import pickle
import sys
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from aiperf.plugins.errors import described

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.plugins.candidates import Candidate

PROGRAM: Final = frozenset({"__main__", "__mp_main__"})
"""What the module of the program that was started is called, here and in its children."""

_IN_PROGRAM: Final = "{what} is made in the program itself, which is another one there"
_NO_FILE: Final = "{what} is in module {module!r}, which no import finds"


def why_not_class(candidate: Candidate) -> str | None:
    """Return why another process cannot import what an entry names, ``None`` where it can.

    A module that is not imported here either is taken at its word.
    """
    entry = candidate.entry
    if entry.module_path in PROGRAM:
        return _IN_PROGRAM.format(what=f"class {entry.class_name}")
    try:
        pickled_plugin(dict(entry.metadata))
    except Exception as error:  # noqa: BLE001 - whatever a value's own pickling raises
        return f"its metadata cannot be pickled: {described(error)}"
    module = sys.modules.get(entry.module_path)
    if module is None:
        return None
    if not is_importable(entry.module_path):
        return _NO_FILE.format(what=f"class {entry.class_name}", module=entry.module_path)
    found: Any = module
    for part in entry.class_name.split("."):
        found = getattr(found, part, None)
    if candidate.loaded is not None and found is not candidate.loaded:
        return f"class {candidate.loaded.__qualname__} is not what {entry.target} means"
    return None


def why_not_plugin(plugin: object) -> str | None:
    """Return why another process cannot have a plugin object, ``None`` where it can."""
    try:
        pickled_plugin(plugin)
    except _CannotTravelError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - whatever an object's own pickling raises
        return f"it cannot be pickled: {described(error)}"
    return None


def pickled_plugin(plugin: object) -> bytes:
    """Return a plugin as another process can make it again: a module by its name, else pickled."""
    data = io.BytesIO()
    _Pickler(data).dump(plugin)
    return data.getvalue()


def is_importable(module: str) -> bool:
    """Say whether a process that has not imported a module yet would find it by its name."""
    parent = module.rpartition(".")[0]
    path = getattr(sys.modules.get(parent), "__path__", None)
    if parent and path is None:
        return False
    return any(_finds(finder, module, path) for finder in sys.meta_path)


def _finds(finder: Any, module: str, path: Sequence[str] | None) -> bool:
    try:
        return finder.find_spec(module, path) is not None
    except Exception:  # noqa: BLE001 - a foreign finder's; an import would raise it, too
        return False


class _CannotTravelError(Exception):
    """What a plugin consists of is not there in another process."""


class _Pickler(pickle.Pickler):
    """Pickles modules by name, and refuses what only this program has."""

    def reducer_override(self, value: object) -> Any:
        if isinstance(value, ModuleType):
            name = value.__name__
            if name in PROGRAM:
                raise _CannotTravelError(_IN_PROGRAM.format(what="it"))
            if sys.modules.get(name) is not value or not is_importable(name):
                raise _CannotTravelError(_NO_FILE.format(what="it", module=name))
            return _imported, (name,)
        if isinstance(value, type | FunctionType) and value.__module__ in PROGRAM:
            raise _CannotTravelError(_IN_PROGRAM.format(what=value.__qualname__))
        return NotImplemented


def _imported(name: str) -> ModuleType:
    from importlib import import_module  # noqa: PLC0415 - in the other process only

    return import_module(name)
