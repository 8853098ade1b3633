"""What the commands tell of implementations and plugins, as JSON has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.cli.table import table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiperf.plugins.implementations import Implementation, Loss
    from aiperf.plugins.report import PluginRecord


def implementation_facts(implementation: Implementation, loss: Loss | None) -> dict[str, Any]:
    """Return everything about an implementation; ``loss`` says why it is not selected."""
    origin = implementation.origin
    return {
        "factory": implementation.factory,
        "class_type": implementation.class_type,
        "identifier": implementation.identifier,
        "reference": implementation.reference,
        "origin": origin.kind.value,
        "plugin": origin.plugin,
        "distribution": origin.distribution,
        "version": origin.version,
        "module_path": implementation.module_path,
        "class_name": implementation.class_name,
        "is_plugin": implementation.is_plugin,
        "is_selected": implementation.is_selected,
        "not_selected_because": None if loss is None else loss.reason,
        "to_select": None if loss is None else loss.to_select,
        "requires": list(implementation.requires),
        "unmet": implementation.unmet or None,
        "description": implementation.description,
        "metadata": dict(implementation.metadata),
    }


def plugin_facts(record: PluginRecord) -> dict[str, Any]:
    """Return everything about a plugin."""
    return {
        "name": record.name,
        "status": record.status.value,
        "reason": plugin_reason(record),
        "origin": record.origin.value,
        "distribution": record.distribution,
        "version": record.version,
        "module": record.module,
        "path": record.path,
        "import_time_s": record.import_time,
        "unmet": list(record.unmet),
        "hooks": list(record.hooks),
        "entries": [
            f"{entry.factory}.{entry.class_type}={entry.identifier}" for entry in record.entries
        ],
    }


def plugin_reason(record: PluginRecord) -> str:
    """Return why a plugin, or an entry of it, is not used; empty where nothing keeps it."""
    if record.error is not None:
        return str(record.error)
    return record.reason or "; ".join(record.unmet)


def plugin_table(records: Iterable[PluginRecord]) -> str:
    """Return what a person wants to know of plugins, in a table."""
    rows = [
        (
            record.name,
            record.status.value,
            record.origin.value,
            brought_by(record.distribution, record.module, record.version),
            plugin_reason(record),
        )
        for record in records
    ]
    return table(("PLUGIN", "STATUS", "ORIGIN", "FROM", "REASON"), rows)


def brought_by(distribution: str | None, plugin: str, version: str | None) -> str:
    """Return who brought something, in a table's cell."""
    return f"{distribution or plugin} {version or ''}".strip()
