"""``aiperf plugins why``: which implementation is selected, and what would change that."""

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
    from aiperf.plugins.implementations import Explanation, Implementation, Loss


@click.command("why")
@click.argument("factory", shell_complete=complete_factory)
@click.argument(
    "class_type", required=False, shell_complete=complete_implementation, metavar="CLASS_TYPE"
)
@use_option
@trace_at_once_option
@as_json_option
@click.pass_context
def why_selected(
    context: click.Context,
    /,
    factory: str,
    class_type: str | None,
    use: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Say which implementation is selected, why, and what would change that.

    For each that is not selected: the rule that decided, and every line that selects it by itself.
    Plugins that failed or are disabled and may have brought another come last.
    'FACTORY.CLASS_TYPE', as 'aiperf plugins list' has it, will do, too.

    The exit code is 1 if something that you named, in an environment variable, did not load or
    does not exist, and 2 if there is no such class type.
    """
    from aiperf.cli.discovered import discover  # noqa: PLC0415 - not for --help
    from aiperf.cli.names import named  # noqa: PLC0415 - as above

    found = discover(use)
    try:
        wanted = named(found.registry, factory, class_type)
    except click.BadParameter:
        found.echo_errors()
        raise
    explanation = found.registry.explain(wanted.slot, wanted.class_type)
    facts = _facts(found, explanation)
    if as_json:
        from aiperf.cli.json_text import echo_json  # noqa: PLC0415 - for JSON only

        echo_json(facts)
    else:
        _print(facts)
        found.echo_errors()
    context.exit(found.exit_code)


def _facts(found: Discovered, explanation: Explanation) -> dict[str, Any]:
    from aiperf.cli.facts import implementation_facts  # noqa: PLC0415 - not for --help
    from aiperf.devtools import description  # noqa: PLC0415 - as above
    from aiperf.devtools.whereabouts import Whereabouts  # noqa: PLC0415 - as above

    whereabouts = Whereabouts()

    def facts(each: Implementation, loss: Loss | None) -> dict[str, Any]:
        return {
            **implementation_facts(each, loss),
            **description.origin_facts(each, whereabouts),
            "from": description.shown_origin(each),
        }

    winner = explanation.winner
    return {
        "factory": explanation.factory,
        "class_type": explanation.class_type,
        "selected": None if winner is None else facts(winner, None),
        "overrides": [
            {"reference": each.reference, "source": each.source, "is_in_force": position == 0}
            for position, each in enumerate(explanation.overrides)
        ],
        "not_selected": [
            {
                **facts(loss.implementation, loss),
                "rule": loss.rule.name.lower(),
                "flips": [
                    {"kind": flip.kind.value, "line": flip.line, "text": flip.text}
                    for flip in loss.flips
                ],
            }
            for loss in explanation.losers
        ],
        "absent": [
            {
                "plugin": each.plugin,
                "origin": each.origin.kind.value,
                "distribution": each.origin.distribution,
                "version": each.origin.version,
                "status": each.status.value,
                "reason": each.reason,
                "to_return": each.to_return,
                "from": str(each.origin),
            }
            for each in explanation.absent
        ],
        "is_autoload_off": explanation.is_autoload_off,
        "errors": found.messages,
    }


def _print(facts: dict[str, Any]) -> None:
    from aiperf.cli.paragraphs import rows  # noqa: PLC0415 - not for --help

    click.echo(f"{facts['factory']}.{facts['class_type']}")
    for override in facts["overrides"]:
        beaten = "" if override["is_in_force"] else ", beaten by the one above"
        click.echo(f"  override {override['reference']!r}, set by {override['source']}{beaten}")
    selected = facts["selected"]
    click.echo(f"\nselected: {'nothing' if selected is None else selected['reference']}")
    if selected is not None:
        click.echo(rows([("because", _because(facts)), *_places(selected)]))
    for each in facts["not_selected"]:
        click.echo(f"\nnot selected: {each['reference']}")
        click.echo(rows([("because", each["not_selected_because"]), *_places(each)]))
        click.echo("  to select it, any one of")
        for flip in each["flips"]:
            click.echo(f"    {flip['line']}\n      ({flip['text']})")
    if facts["absent"]:
        click.echo("\nmay have brought another, but is not there:")
        for each in facts["absent"]:
            click.echo(f"  {each['from']}: {each['status']}")
            click.echo(rows([("reason", each["reason"]), ("next", each["to_return"])], "    "))
    if facts["is_autoload_off"]:
        click.echo("\nInstalled plugins were not looked at: AIPERF_PLUGIN_AUTOLOAD is off.")


def _because(facts: dict[str, Any]) -> str:
    if facts["overrides"]:
        return f"{facts['overrides'][0]['source']} asks for it"
    if facts["not_selected"]:
        return f"{facts['not_selected'][0]['not_selected_because']}"
    return "it is the only one"


def _places(each: dict[str, Any]) -> list[tuple[str, str]]:
    from aiperf.cli.paragraphs import placed  # noqa: PLC0415 - not for --help

    where, declared = each["class"], each["declared"]
    return [
        ("from", each["from"]),
        ("declared", placed(declared["path"], declared["line"])),
        ("class", f"{where['module']}:{where['name']}"),
        ("", placed(where["path"], where["line"])),
        ("problem", where["problem"] or ""),
    ]
