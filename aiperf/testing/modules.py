"""Takes back what a test did to ``sys.path`` and ``sys.modules``."""

from __future__ import annotations

import sys
from importlib import invalidate_caches
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable
    from types import ModuleType


class ImportedModules:
    """Remembers what was imported; a module that is forgotten again will run again when imported.

    Only what belongs to plugins is ever forgotten: a library with state of its own, such as numpy,
    must not be imported twice in a process.
    """

    def __init__(self) -> None:
        self._path = list(sys.path)
        self._before = dict(sys.modules)
        self._packages: set[str] = set()
        self._directories: list[Path] = []

    def add_directory(self, directory: str | os.PathLike[str]) -> None:
        """Put ``directory`` first on ``sys.path``; what is imported from it is forgotten."""
        path = Path(directory).resolve()
        if not path.is_dir():
            raise NotADirectoryError(
                f"{path} is not a directory. Give the one that holds the plugin's module."
            )
        self._directories.append(path)
        sys.path.insert(0, str(path))
        invalidate_caches()

    def owns(self, module: str) -> None:
        """Say that ``module`` is a plugin's: its package's new modules are forgotten.

        What another directory had under that name before is put aside.
        """
        package = module.partition(".")[0]
        self._packages.add(package)
        holds = [
            each
            for each in self._directories
            if (each / package).exists() or (each / f"{package}.py").exists()
        ]
        if holds:  # the last one is the first on the path
            self._forget(
                lambda name, known: _package(name) == package and not _from(known, holds[-1])
            )

    def restore(self, registered: Iterable[str]) -> None:
        """Put path and modules back; modules that ``registered`` something are a plugin's, too."""
        own = {*registered}
        self._forget(
            lambda name, module: (
                self._before.get(name) is not module
                and (
                    name in own
                    or _package(name) in self._packages
                    or any(_from(module, directory) for directory in self._directories)
                )
            )
        )
        for name, module in self._before.items():
            if name not in sys.modules and _package(name) in self._packages:
                sys.modules[name] = module
                _bind(name, module)
        sys.path[:] = self._path
        invalidate_caches()

    def _forget(self, unwanted: Callable[[str, ModuleType], bool]) -> None:
        for name, module in list(sys.modules.items()):
            if unwanted(name, module):
                del sys.modules[name]
                parent, _, child = name.rpartition(".")
                if getattr(sys.modules.get(parent), child, None) is module:
                    delattr(sys.modules[parent], child)


def _bind(name: str, module: ModuleType) -> None:
    parent, _, child = name.rpartition(".")
    if parent in sys.modules:
        setattr(sys.modules[parent], child, module)


def _package(name: str) -> str:
    return name.partition(".")[0]


def _from(module: ModuleType, directory: Path) -> bool:
    """Say whether a module, or a namespace package, comes from ``directory``."""
    known = getattr(module, "__dict__", {})  # not by attribute: some modules import when asked
    paths = [known.get("__file__"), *known.get("__path__", ())]
    return any(path and Path(path).resolve().is_relative_to(directory) for path in paths)
