"""``aiperf plugins show``: everything about one implementation, without importing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aiperf.cli.plugin_options import (
    as_json_option,
    complete_factory,
    complete_implementation,
    trace_at_once_option,
    use_option,
)

if TYPE_CHECKING:
    from aiperf.cli.discovered import Discovered
    from aiperf.cli.names import Named


@click.command("show")
@click.argument("factory", shell_complete=complete_factory)
@click.argument(
    "class_type",
    required=False,
    shell_complete=complete_implementation,
    metavar="CLASS_TYPE[:IDENTIFIER]",
)
@use_option
@trace_at_once_option
@as_json_option
@click.pass_context
def show_plugin(
    context: click.Context,
    /,
    factory: str,
    class_type: str | None,
    use: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Show everything about one implementation, without importing it.

    Without IDENTIFIER, the one that is selected. IDENTIFIER@PLUGIN is one that another shadows.
    'FACTORY.CLASS_TYPE=IDENTIFIER', as 'aiperf plugins list' has it, will do, too.

    The exit code is 1 if something that you named, in an environment variable, did not load, and 2
    if there is nothing of that name.
    """
    from aiperf.cli.discovered import discover  # noqa: PLC0415 - not for --help
    from aiperf.cli.names import named  # noqa: PLC0415 - as above

    found = discover(use)
    try:
        wanted = named(found.registry, factory, class_type)
    except click.BadParameter:
        found.echo_errors()
        raise
    facts = _facts(found, wanted)
    if as_json:
        from aiperf.cli.json_text import echo_json  # noqa: PLC0415 - for JSON only

        echo_json({**facts, "errors": found.messages})
    else:
        _print(facts)
        found.echo_errors()
    context.exit(found.exit_code)


def _facts(found: Discovered, wanted: Named) -> dict[str, Any]:
    from aiperf.cli.facts import implementation_facts  # noqa: PLC0415 - not for --help
    from aiperf.devtools import description  # noqa: PLC0415 - as above
    from aiperf.devtools.whereabouts import Whereabouts  # noqa: PLC0415 - as above
    from aiperf.plugins import resolver  # noqa: PLC0415 - as above

    registry, slot = found.registry, wanted.slot
    explanation = registry.explain(slot, wanted.class_type)
    losses = {loss.implementation.reference: loss for loss in explanation.losers}
    every = registry.implementations(slot, wanted.class_type)
    shown = every[0]
    if wanted.reference is not None:
        candidates = registry.candidates(slot, wanted.class_type)
        meant = resolver.find(candidates, wanted.reference)
        reference = None if meant is None else resolver.reference_to(meant, candidates)
        shown = next(each for each in every if each.reference == reference)
    whereabouts = Whereabouts()
    facts = implementation_facts(shown, losses.get(shown.reference))
    facts |= description.origin_facts(shown, whereabouts)
    return {
        **facts,
        "selected": None if explanation.winner is None else explanation.winner.reference,
        "override": explanation.override,
        "override_source": explanation.override_source,
        "from": description.shown_origin(shown),
        "others": [
            {
                "reference": each.reference,
                "from": description.shown_origin(each),
                "is_selected": each.is_selected,
                "is_shadowed": each.identifier == shown.identifier,
            }
            for each in every
            if each is not shown
        ],
        "provenance": description.provenance_facts(shown, whereabouts),
        "hook": description.hook_facts(registry, slot),
    }


def _print(facts: dict[str, Any]) -> None:
    from aiperf.cli.paragraphs import indented, placed, rows  # noqa: PLC0415 - not for --help

    where, declared = facts["class"], facts["declared"]
    click.echo(f"{facts['factory']}.{facts['class_type']}={facts['reference']}")
    lines = [
        ("description", facts["description"]),
        ("selected", _selected(facts)),
        ("to select it", facts["to_select"] or ""),
        ("from", facts["from"]),
        ("declared", placed(declared["path"], declared["line"])),
        ("class", f"{where['module']}:{where['name']}"),
        ("", placed(where["path"], where["line"])),
        ("problem", where["problem"] or ""),
        ("file's SHA-256", facts["provenance"]["sha256"] or ""),
        *(
            (name if position else "metadata", value)
            for position, (name, value) in enumerate(_metadata(facts["metadata"]))
        ),
    ]
    click.echo(rows(lines))
    if facts["others"]:
        click.echo("\nOthers of this class type:")
        for other in facts["others"]:
            marks = [
                *(["selected"] if other["is_selected"] else []),
                *(["same identifier"] if other["is_shadowed"] else []),
            ]
            note = f" ({', '.join(marks)})" if marks else ""
            click.echo(f"  {other['reference']}: {other['from']}{note}")
    hook = facts["hook"]
    click.echo(f"\nHook {hook['name']} of {hook['factory']}:")
    click.echo(indented(hook["documentation"]))


def _metadata(metadata: dict[str, Any]) -> list[tuple[str, str]]:
    return [("", f"{name} = {value!r}") for name, value in metadata.items()]


def _selected(facts: dict[str, Any]) -> str:
    source = facts["override_source"]
    by = f", by {source}" if source is not None else ""
    if facts["is_selected"]:
        return f"yes{by}"
    return f"no: {facts['not_selected_because']}{by}; {facts['selected'] or 'nothing'} is"
