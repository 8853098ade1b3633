"""``aiperf plugins doctor``: the environment as discovery sees it, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aiperf.cli.plugin_options import as_json_option, trace_at_once_option, use_option

if TYPE_CHECKING:
    from aiperf.cli.discovered import Discovered
    from aiperf.devtools.doctor import Diagnosis
    from aiperf.devtools.symptoms import Symptom


@click.command("doctor")
@click.argument(
    "paths", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[PATH]..."
)
@click.option(
    "--slow-after",
    type=click.FloatRange(min=0),
    default=100.0,
    show_default=True,
    metavar="MILLISECONDS",
    help="The milliseconds of import time from which on a plugin is slow.",
)
@use_option
@trace_at_once_option
@as_json_option
@click.pass_context
def doctor(
    context: click.Context,
    /,
    paths: tuple[Path, ...],
    slow_after: float,
    use: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Look for everything that is wrong with plugins here, and say what to do.

    Shown are the variables and what each one did, the search path, every plugin, and findings:
    plugins that failed, are slow, empty or installed twice, classes that are not there, shadowed
    implementations, ties, distributions without an entry point, and registrations by the old
    decorators, with the hook to paste. In PATH, an application's files or directories, such
    decorators are looked for, too.

    The exit code is 1 if a finding is an error; warnings and notes leave it at 0.
    """
    from aiperf.cli.discovered import discover  # noqa: PLC0415 - not for --help
    from aiperf.devtools.doctor import diagnose  # noqa: PLC0415 - as above

    found = discover(use)
    diagnosis = diagnose(
        found.registry, found.records, found.errors, slow_after=slow_after / 1e3, paths=paths
    )
    if as_json:
        from aiperf.cli.json_text import echo_json  # noqa: PLC0415 - for JSON only

        echo_json(_document(diagnosis, found))
    else:
        _print(diagnosis, found)
    context.exit(found.exit_code or (1 if diagnosis.is_ill else 0))


def _document(diagnosis: Diagnosis, found: Discovered) -> dict[str, Any]:
    from aiperf.cli.facts import plugin_facts  # noqa: PLC0415 - for JSON only

    return {
        "aiperf": diagnosis.version,
        "python": diagnosis.python,
        "executable": diagnosis.executable,
        "variables": [
            {
                "name": each.name,
                "value": each.value,
                "meaning": each.meaning,
                "effect": each.effect,
            }
            for each in diagnosis.variables
        ],
        "search_path": [
            {
                "path": each.path,
                "kind": each.kind,
                "distributions": len(each.distributions),
                "plugins": [d.name for d in each.distributions if d.is_plugin],
            }
            for each in diagnosis.search_path
        ],
        "plugins": [plugin_facts(record) for record in found.records],
        "findings": [_finding(each) for each in diagnosis.symptoms],
    }


def _finding(symptom: Symptom) -> dict[str, Any]:
    return {
        "severity": symptom.severity.value,
        "rule": symptom.rule,
        "message": symptom.message,
        "advice": symptom.advice,
        "path": symptom.path or None,
        "line": symptom.line or None,
        "paste": symptom.paste or None,
    }


def _print(diagnosis: Diagnosis, found: Discovered) -> None:
    from aiperf.cli.facts import plugin_table  # noqa: PLC0415 - not for --help
    from aiperf.cli.paragraphs import counted, indented, rows  # noqa: PLC0415 - as above
    from aiperf.devtools.symptoms import Severity  # noqa: PLC0415 - as above

    click.echo(f"AIPerf {diagnosis.version}, Python {diagnosis.python}, {diagnosis.executable}")
    click.echo("\nVariables")
    for each in diagnosis.variables:
        value = "is not set" if each.value is None else f"= {each.value!r}"
        click.echo(f"  {each.name} {value}\n    {each.meaning}: {each.effect}")
    click.echo("\nSearch path")
    pairs = []
    for entry in diagnosis.search_path:
        plugins = [each.name for each in entry.distributions if each.is_plugin]
        held = counted(len(entry.distributions), "distribution")
        held += f", plugins in {', '.join(plugins)}" if plugins else ""
        pairs.append((entry.path, "is not there" if entry.kind == "missing" else held))
    click.echo(rows(pairs))
    click.echo("\nPlugins")
    click.echo(plugin_table(found.records) if found.records else "  none")
    counts = ", ".join(counted(diagnosis.count(each), each.value) for each in Severity)
    click.echo(f"\nFindings: {counts}")
    for symptom in diagnosis.symptoms:
        click.echo(f"\n{symptom.severity} ({symptom.rule}): {' '.join(symptom.message.split())}")
        place = f"{symptom.path}:{symptom.line}" if symptom.line else symptom.path
        click.echo(rows([("where", place), ("do", symptom.advice)]))
        if symptom.paste:
            click.echo(f"  paste\n{indented(symptom.paste, '    ')}")
