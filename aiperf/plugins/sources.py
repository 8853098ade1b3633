"""Finds the source of a module without importing anything, not even its parent packages."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from importlib.machinery import ModuleSpec

_CHANGES_ITS_PATH = (b"__path__", b"extend_path", b"declare_namespace")


@dataclass(frozen=True, slots=True)
class ModuleSource:
    """A module that an import would find.

    Attributes:
        name: its dotted name.
        path: its file, empty where there is none (a namespace package, a builtin).
        text: its source as bytes, ``None`` where there is none to read.
        locations: where its submodules lie, ``None`` if it is not a package.
        loaded: what it holds, if this process has imported it already.
    """

    name: str
    path: str
    text: bytes | None
    locations: tuple[str, ...] | None
    loaded: Mapping[str, Any] | None = None

    @property
    def package(self) -> str:
        """The package that its relative imports start from."""
        return self.name if self.locations is not None else self.name.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class MissingModule:
    """A module that an import would not find.

    Attributes:
        name: the part of the dotted name that is missing.
        parent: the package that should hold it, ``None`` at the top.
        certain: ``False`` where a package computes its search path when it is imported.
    """

    name: str
    parent: ModuleSource | None
    certain: bool = True

    def siblings(self) -> list[str]:
        """Return the dotted names of the modules beside which it was looked for."""
        import pkgutil  # noqa: PLC0415 - only an error needs it

        if self.parent is None:
            return []
        prefix = f"{self.parent.name}."
        return [each.name for each in pkgutil.iter_modules(self.parent.locations or (), prefix)]


class Sources:
    """Finds modules as imports of this process would, each once.

    Args:
        path: directories or zip files that come before everything else, as for a source tree that
            is not installed.
    """

    def __init__(self, path: Sequence[str] = ()) -> None:
        self._path = tuple(path)
        self._found: dict[str, ModuleSource | MissingModule] = {}

    def find(self, name: str) -> ModuleSource | MissingModule:
        """Return the module called ``name``; nothing is imported for it."""
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = self._find(name)
        return found

    def _find(self, name: str) -> ModuleSource | MissingModule:
        parent_name = name.rpartition(".")[0]
        if not parent_name:
            return self._below(None, name)
        parent = self.find(parent_name)
        return parent if isinstance(parent, MissingModule) else self._below(parent, name)

    def _below(self, parent: ModuleSource | None, name: str) -> ModuleSource | MissingModule:
        spec = None if parent is not None else _spec_in(name, self._path)
        loaded = None if spec or self._is_ours(parent) else sys.modules.get(name)
        if loaded is not None:
            content = vars(loaded)
            spec = content.get("__spec__")
            return _module(name, spec, _strings(content.get("__path__")), content)
        if spec is None and (parent is None or parent.locations is not None):
            spec = _find_spec(name, None if parent is None else parent.locations)
        if spec is not None:
            return _module(name, spec, _strings(spec.submodule_search_locations), None)
        certain = parent is None or parent.locations is None or _has_fixed_path(parent)
        return MissingModule(name, parent, certain)

    def _is_ours(self, parent: ModuleSource | None) -> bool:
        """Say whether a package was found on the path that comes first."""
        locations = () if parent is None else parent.locations or ()
        return any(each.startswith(self._path) for each in locations) if self._path else False


def _find_spec(name: str, path: tuple[str, ...] | None) -> ModuleSpec | None:
    """Ask the finders for a module, giving them the search path of a parent that is not loaded."""
    for finder in list(sys.meta_path):
        if type(finder).__module__ == "_distutils_hack":
            continue  # setuptools' own imports itself when it is asked for distutils
        if finder is PathFinder and path is not None:
            # Its own answer for a namespace package needs the parent to be imported.
            spec = _spec_in(name, path)
        else:
            try:
                spec = finder.find_spec(name, path)
            except Exception:  # noqa: BLE001, S112 - a foreign finder: an import would tell
                continue
        if spec is not None:
            return spec
    return None


def _spec_in(name: str, path: Iterable[str]) -> ModuleSpec | None:
    """Look for a module in directories and zip files."""
    namespace: ModuleSpec | None = None
    portions: list[str] = []
    for entry in path:
        finder = _path_entry_finder(entry)
        spec = None if finder is None else finder.find_spec(name)
        if spec is None:
            continue
        if spec.loader is not None:
            found: ModuleSpec = spec
            return found
        namespace = namespace or spec
        portions += _strings(spec.submodule_search_locations) or ()
    if namespace is not None:
        namespace.submodule_search_locations = portions
    return namespace


def _path_entry_finder(entry: str) -> Any:
    finder = sys.path_importer_cache.get(entry)
    if finder is not None:
        return finder
    for hook in sys.path_hooks:
        try:
            return hook(entry)
        except ImportError:
            continue
    return None


def _module(
    name: str,
    spec: ModuleSpec | None,
    locations: tuple[str, ...] | None,
    loaded: Mapping[str, Any] | None,
) -> ModuleSource:
    path = getattr(spec, "origin", None)
    if spec is None or not spec.has_location:
        path = None
    return ModuleSource(name, path or "", _text(spec), locations, loaded)


def _text(spec: ModuleSpec | None) -> bytes | None:
    loader: Any = getattr(spec, "loader", None)
    if spec is None or loader is None:
        return None
    try:
        if spec.has_location and spec.origin and spec.origin.endswith(".py"):
            data: bytes = loader.get_data(spec.origin)  # the parser itself sees to the encoding
            return data
        text = loader.get_source(spec.name)
    except Exception:  # noqa: BLE001 - a foreign loader; only an import can tell
        return None
    return None if text is None else text.encode()


def _has_fixed_path(package: ModuleSource) -> bool:
    if package.loaded is not None:
        return True
    if package.text is None:
        return package.path == ""  # a namespace package
    return not any(word in package.text for word in _CHANGES_ITS_PATH)


def _strings(locations: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if locations is None else tuple(locations)
