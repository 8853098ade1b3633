"""``aiperf plugins list``: what is installed, what is selected, and what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aiperf.cli.table import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiperf.plugins.errors import PluginError
    from aiperf.plugins.report import PluginRecord


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
@click.pass_context
def list_plugins(context: click.Context, as_json: bool) -> None:  # noqa: FBT001 - an option
    """List every implementation, and every plugin that failed or is disabled.

    Nothing is imported to list it. The exit code is 1 if something that you named, in an
    environment variable, did not load or does not exist.
    """
    records, errors = _discover()
    implementations = list(_implementations(errors))
    if as_json:
        import orjson  # noqa: PLC0415 - only for this output

        document = {
            "implementations": implementations,
            "plugins": [_plugin(record) for record in records],
            "errors": list(dict.fromkeys(map(str, errors))),
        }
        click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    else:
        _print(implementations, records)
        for message in dict.fromkeys(map(str, errors)):
            click.echo(f"Error: {message}", err=True)
    context.exit(1 if errors else 0)


def _discover() -> tuple[tuple[PluginRecord, ...], list[PluginError]]:
    """Return the records of all plugins and what failed loudly."""
    from aiperf.common.factories import PluginDiscovery  # noqa: PLC0415 - not for --help
    from aiperf.plugins.errors import DiscoveryError, PluginError  # noqa: PLC0415 - as above

    try:
        return PluginDiscovery.discover_all().plugins, []
    except DiscoveryError as error:
        records = error.report.plugins if error.report is not None else ()
        return records, list(error.failures)
    except PluginError as error:
        return PluginDiscovery.so_far().plugins, [error]


def _implementations(errors: list[PluginError]) -> Iterator[dict[str, Any]]:
    from aiperf.common.factories import EndpointFactory  # noqa: PLC0415 - not for --help
    from aiperf.plugins.errors import PluginError  # noqa: PLC0415 - as above

    registry = EndpointFactory.plugin_registry
    for slot in list(registry.slots.values()):
        for class_type in registry.class_types(slot):
            try:
                explanation = registry.explain(slot, class_type)
            except PluginError as error:
                errors.append(error)
                continue
            rules = {loss.implementation.reference: loss for loss in explanation.losers}
            for implementation in registry.implementations(slot, class_type):
                loss = rules.get(implementation.reference)
                origin = implementation.origin
                yield {
                    "factory": slot.name,
                    "class_type": class_type,
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


def _plugin(record: PluginRecord) -> dict[str, Any]:
    return {
        "name": record.name,
        "status": record.status.value,
        "reason": str(record.error) if record.error is not None else record.reason,
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


def _print(implementations: list[dict[str, Any]], records: tuple[PluginRecord, ...]) -> None:
    rows = [
        (
            f"{each['factory']}.{each['class_type']}",
            each["reference"],
            each["origin"],
            f"{each['distribution'] or each['plugin']} {each['version'] or ''}".strip(),
            "selected" if each["is_selected"] else f"no: {each['not_selected_because']}",
        )
        for each in implementations
    ]
    click.echo(table(("CLASS TYPE", "IDENTIFIER", "ORIGIN", "FROM", "SELECTED"), rows))
    if not records:
        return
    rows = [
        (
            record.name,
            record.status.value,
            record.origin.value,
            f"{record.distribution or record.module} {record.version or ''}".strip(),
            str(record.error)
            if record.error is not None
            else record.reason or "; ".join(record.unmet),
        )
        for record in records
    ]
    click.echo()
    click.echo(table(("PLUGIN", "STATUS", "ORIGIN", "FROM", "REASON"), rows))
