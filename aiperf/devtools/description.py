"""Everything that is known of an implementation without importing it, as plain data."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiperf.plugins.origins import OriginKind

if TYPE_CHECKING:
    from aiperf.devtools.whereabouts import Whereabouts
    from aiperf.plugins.implementations import Implementation
    from aiperf.plugins.registry import Registry
    from aiperf.plugins.slots import FactorySlot


def origin_facts(implementation: Implementation, whereabouts: Whereabouts) -> dict[str, Any]:
    """Return where an implementation comes from: who declares it, and where the class is.

    ``class.problem`` says what is wrong with the class's name; ``class.is_certain`` is false where
    only an import can tell.
    """
    origin = implementation.origin
    declared = whereabouts.declaration(implementation)
    target = whereabouts.target(implementation)
    return {
        "entry_point": origin.entry_point,
        "registry_module": origin.module,
        "registry_path": origin.path,
        "declared": {
            "path": None if declared is None else declared.path,
            "line": None if declared is None else declared.line or None,
        },
        "class": {
            "module": implementation.module_path,
            "name": implementation.class_name,
            "path": target.path or None,
            "line": target.line or None,
            "problem": target.problem or None,
            "is_certain": target.certain,
        },
    }


def provenance_facts(implementation: Implementation, whereabouts: Whereabouts) -> dict[str, Any]:
    """Return what a run's artifacts would say of an implementation if it were used.

    ``file`` is the class's, ``sha256`` that of its bytes; ``None`` where it is not to be found.
    """
    origin = implementation.origin
    target = whereabouts.target(implementation)
    path = target.path or None
    return {
        "identifier": implementation.identifier,
        "origin": origin.kind.value,
        "distribution": origin.distribution,
        "version": origin.version,
        "module": target.module or implementation.module_path,
        "file": path,
        "sha256": None if path is None else _sha256(path),
    }


def hook_facts(registry: Registry, slot: FactorySlot) -> dict[str, Any]:
    """Return the factory's hook: its name, its documentation and the plugins that implement it."""
    caller = getattr(registry.manager.hook, slot.hook)
    plugins = [each.plugin_name for each in caller.get_hookimpls()]
    documentation = (caller.spec.function.__doc__ or "").strip() if caller.has_spec() else ""
    return {
        "name": slot.hook,
        "factory": f"{slot.module}.{slot.title}",
        "documentation": documentation,
        "implemented_by": plugins[::-1],
    }


def shown_origin(implementation: Implementation) -> str:
    """Return an implementation's origin in words, with its entry point where it has one."""
    origin = implementation.origin
    if origin.kind is OriginKind.ENTRY_POINT:
        return f"{origin}, entry point {origin.entry_point!r}"
    return str(origin)


def _sha256(path: str) -> str | None:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return None
