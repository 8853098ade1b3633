"""Keeps where every plugin, and every module that registers by calls, came from."""

from __future__ import annotations

import sys

from aiperf.plugins.origins import Origin, OriginKind


class OriginBook:
    """The origins of plugins by name: of those that are registered, and of those that have left.

    One that has been taken out may still be running its hook in some thread.
    """

    def __init__(self) -> None:
        self.now: dict[str, Origin] = {}
        self.left: dict[str, Origin] = {}
        self._callers: dict[str, Origin] = {}

    def of(self, plugin_name: str) -> Origin:
        """Return where a plugin came from."""
        origin = self.now.get(plugin_name) or self.left.get(plugin_name)
        return origin or Origin(OriginKind.RUNTIME, plugin=plugin_name)

    def of_caller(self, module: str) -> Origin:
        """Return the origin of registrations made by calls in ``module``, always the same one."""
        if module == "__mp_main__":  # what multiprocessing calls the program in its children
            module = "__main__"
        origin = self._callers.get(module)
        if origin is None:
            path = getattr(sys.modules.get(module), "__file__", None)
            origin = Origin(OriginKind.RUNTIME, plugin=module, module=module, path=path)
            self._callers[module] = origin
        return origin


def origin_of_object(plugin: object, name: str, position: int) -> Origin:
    """Return the origin of a plugin that code registers as ``name``."""
    module = plugin if hasattr(plugin, "__file__") else sys.modules.get(type(plugin).__module__)
    return Origin(
        OriginKind.RUNTIME,
        plugin=name,
        module=getattr(module, "__name__", ""),
        path=getattr(module, "__file__", None),
        position=position,
    )
