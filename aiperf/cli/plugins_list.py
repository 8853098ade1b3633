"""``aiperf plugins list``: what is installed, what is selected, and what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from aiperf.cli.named_choice import NamedChoice
from aiperf.cli.plugin_options import (
    as_json_option,
    complete_factory,
    trace_at_once_option,
    use_option,
)
from aiperf.cli.table import table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from aiperf.devtools.timing import ImportCost
    from aiperf.plugins.errors import PluginError
    from aiperf.plugins.implementations import Implementation, Loss
    from aiperf.plugins.registry import Registry
    from aiperf.plugins.report import PluginRecord


_LIBRARIES: Final = 3


def _factories() -> Iterable[str]:
    from aiperf.common.factories import EndpointFactory  # noqa: PLC0415 - not for --help

    return EndpointFactory.plugin_registry.slots


def _origins() -> Iterable[str]:
    from aiperf.plugins.origins import OriginKind  # noqa: PLC0415 - not for --help

    return [each.value for each in OriginKind]


def _statuses() -> Iterable[str]:
    from aiperf.plugins.report import PluginStatus  # noqa: PLC0415 - not for --help

    return [each.value for each in PluginStatus]


@click.command("list")
@click.option(
    "--factory",
    "factories",
    multiple=True,
    metavar="FACTORY",
    shell_complete=complete_factory,
    help="Only implementations of this factory; may be repeated.",
)
@click.option(
    "--origin",
    "origins",
    type=NamedChoice("origin", _origins),
    multiple=True,
    help="Only what comes from there: builtin, entry-point, module or runtime; may be repeated.",
)
@click.option(
    "--status",
    "statuses",
    type=NamedChoice("status", _statuses),
    multiple=True,
    help="Only plugins of this status: active, failed, disabled or empty; may be repeated.",
)
@click.option(
    "--timing",
    is_flag=True,
    help="Measure, in clean processes, what importing each plugin costs and what it pulls in.",
)
@use_option
@trace_at_once_option
@as_json_option
@click.pass_context
def list_plugins(
    context: click.Context,
    /,
    factories: tuple[str, ...],
    origins: tuple[str, ...],
    statuses: tuple[str, ...],
    use: tuple[str, ...],
    *,
    timing: bool,
    as_json: bool,
) -> None:
    """List every implementation, and every plugin that failed or is disabled.

    No implementation is imported to list it. A plugin that failed or is disabled stays in the list
    with --factory, for nobody knows what it would have brought. The exit code is 1 if something
    that you named, in an environment variable, did not load or does not exist, and 2 if an option
    names what does not exist.
    """
    from aiperf.cli.discovered import discover  # noqa: PLC0415 - not for --help

    found = discover(use)
    _check_factories(factories)
    wanted = _Filter(factories, origins, statuses)
    errors: list[PluginError] = list(found.errors)
    implementations = [
        pair
        for pair in _implementations(found.registry, factories, errors)
        if wanted.implementation(pair[0])
    ]
    records = [record for record in found.records if wanted.plugin(record)]
    found = type(found)(found.records, tuple(errors), found.registry)
    costs = _measured(records) if timing else None
    if as_json:
        _print_json(implementations, records, found.messages, costs)
    else:
        _print(implementations, records)
        if costs:
            _print_costs(costs)
        found.echo_errors()
    context.exit(found.exit_code)


def _measured(records: list[PluginRecord]) -> list[ImportCost]:
    """Measure the plugins that are listed; one that is disabled is not run to measure it."""
    from aiperf.devtools.timing import measure_imports  # noqa: PLC0415 - only with --timing

    modules = {
        record.name: record.module
        for record in records
        if record.module and record.status.value != "disabled"
    }
    return measure_imports(modules)


def _print_costs(costs: list[ImportCost]) -> None:
    rows = [
        (
            each.plugin,
            f"{each.total_s * 1e3:.1f}",
            f"{each.self_s * 1e3:.1f}",
            f"failed: {each.error}" if each.error else _heaviest(each),
        )
        for each in costs
    ]
    click.echo()
    click.echo(
        table(("PLUGIN", "IMPORT MS", "OWN MS", "LIBRARIES, MS (WITH WHAT THEY IMPORT)"), rows)
    )


def _heaviest(cost: ImportCost) -> str:
    shown = [
        f"{each.name} {each.self_s * 1e3:.1f} ({each.cumulative_s * 1e3:.1f})"
        for each in cost.libraries[:_LIBRARIES]
    ]
    more = len(cost.libraries) - len(shown)
    return ", ".join([*shown, *([f"{more} more"] if more else [])])


class _Filter:
    """What the options leave; no option leaves everything."""

    def __init__(
        self, factories: tuple[str, ...], origins: tuple[str, ...], statuses: tuple[str, ...]
    ) -> None:
        self.factories = factories
        self.origins = origins
        self.statuses = statuses

    def implementation(self, implementation: Implementation) -> bool:
        """Say whether to list it; what is listed is active."""
        origin = implementation.origin.kind.value
        return (not self.origins or origin in self.origins) and (
            not self.statuses or "active" in self.statuses
        )

    def plugin(self, record: PluginRecord) -> bool:
        """Say whether to list it."""
        if self.origins and record.origin.value not in self.origins:
            return False
        if self.statuses and record.status.value not in self.statuses:
            return False
        return (
            not self.factories
            or record.status.value != "active"
            or any(entry.factory in self.factories for entry in record.entries)
        )


def _check_factories(names: tuple[str, ...]) -> None:
    """Check the names after discovery: a plugin may define a factory."""
    check: Callable[..., str] = NamedChoice("factory", _factories).convert
    for name in names:
        try:
            check(name, None, None)
        except click.BadParameter as error:
            error.param_hint = "'--factory'"
            raise


def _implementations(
    registry: Registry, factories: tuple[str, ...], errors: list[PluginError]
) -> Iterator[tuple[Implementation, Loss | None]]:
    from aiperf.plugins.errors import PluginError  # noqa: PLC0415 - not for --help

    for slot in list(registry.slots.values()):
        if factories and slot.name not in factories:
            continue
        for class_type in registry.class_types(slot):
            try:
                outcome = registry.outcome(slot, class_type)
            except PluginError as error:
                errors.append(error)
                continue
            if outcome.winner is not None:
                yield outcome.winner, None
            for loss in outcome.losers:
                yield loss.implementation, loss


def _print_json(
    implementations: list[tuple[Implementation, Loss | None]],
    records: list[PluginRecord],
    messages: list[str],
    costs: list[ImportCost] | None,
) -> None:
    from aiperf.cli.facts import implementation_facts, plugin_facts  # noqa: PLC0415 - JSON only
    from aiperf.cli.json_text import echo_json  # noqa: PLC0415 - as above

    document: dict[str, Any] = {
        "implementations": [implementation_facts(each, loss) for each, loss in implementations],
        "plugins": [plugin_facts(record) for record in records],
        "errors": messages,
    }
    if costs is not None:
        from dataclasses import asdict  # noqa: PLC0415 - as above

        document["timing"] = [asdict(each) for each in costs]
    echo_json(document)


def _print(
    implementations: list[tuple[Implementation, Loss | None]], records: list[PluginRecord]
) -> None:
    from aiperf.cli.facts import brought_by, plugin_table  # noqa: PLC0415 - not for --help

    if implementations:
        rows = [
            (
                f"{each.factory}.{each.class_type}",
                each.reference,
                each.origin.kind.value,
                brought_by(each.origin.distribution, each.origin.plugin, each.origin.version),
                "selected" if loss is None else f"no: {loss.reason}",
            )
            for each, loss in implementations
        ]
        click.echo(table(("CLASS TYPE", "IDENTIFIER", "ORIGIN", "FROM", "SELECTED"), rows))
    if implementations and records:
        click.echo()
    if records:
        click.echo(plugin_table(records))
    if not implementations and not records:
        click.echo("Nothing is there that all of these options leave.")
