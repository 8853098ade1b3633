"""``aiperf plugins validate``: plugins checked without importing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aiperf.cli.plugin_options import as_json_option, complete_plugin

if TYPE_CHECKING:
    from aiperf.devtools.findings import Finding
    from aiperf.devtools.subjects import Package


@click.command("validate")
@click.argument("names", metavar="[TARGET]...", nargs=-1, shell_complete=complete_plugin)
@click.option(
    "--import",
    "really",
    is_flag=True,
    help="Also load each plugin and its classes, in a process of its own.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="With --import: how long one plugin may take.",
)
@click.option(
    "--factories",
    multiple=True,
    metavar="MODULE",
    help="A module of another application that defines factories, whose hooks are then known.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="RULE",
    help="Leave the findings of a rule out.",
)
@as_json_option
@click.pass_context
def validate(
    context: click.Context,
    *,
    names: tuple[str, ...],
    really: bool,
    timeout: float,
    factories: tuple[str, ...],
    ignore: tuple[str, ...],
    as_json: bool,
) -> None:
    """Check plugins: hooks, entries, the classes that they name, and metadata.

    TARGET is a plugin, an installed distribution, a module, a file, or the directory of a project
    that need not be installed. Without one, every installed plugin and AIPERF_PLUGIN_MODULES are
    checked. Nothing is imported, and plugins that are switched off are checked too.

    The exit code is 0 if nothing was found, 1 if anything was, and 2 if a TARGET does not exist.
    """
    from aiperf.devtools.validate import validate as check  # noqa: PLC0415 - not for --help

    _check_rules(ignore)
    _check_factories(factories)
    packages = _packages(names)
    findings = check(packages, factories)
    if really:
        from aiperf.devtools.import_check import check_by_importing  # noqa: PLC0415 - as above

        findings = [*findings, *check_by_importing(packages, findings, factories, timeout)]
    findings = [each for each in findings if each.rule not in ignore]
    if as_json:
        _print_json(packages, findings)
    else:
        _print(packages, findings)
    context.exit(1 if findings else 0)


def _check_rules(rules: tuple[str, ...]) -> None:
    from aiperf.devtools.findings import RULES  # noqa: PLC0415 - not for --help
    from aiperf.plugins.nearest import did_you_mean  # noqa: PLC0415 - as above

    for rule in rules:
        if rule not in RULES:
            raise click.UsageError(f"there is no rule {rule!r}. {did_you_mean(rule, RULES)}")


def _check_factories(modules: tuple[str, ...]) -> None:
    from aiperf.devtools.factory_source import factories_of  # noqa: PLC0415 - not for --help
    from aiperf.plugins.targets import Targets  # noqa: PLC0415 - as above

    for module in modules:
        if not list(factories_of(Targets(), [module])):
            problem = Targets().find(module, "_").problem if module else ""
            reason = problem if "module" in problem else f"{module} defines no factory."
            raise click.UsageError(f"--factories {module}: {reason}")


def _packages(names: tuple[str, ...]) -> list[Package]:
    from aiperf.devtools.named import UnknownSubjectError, everything, named  # noqa: PLC0415 - as above
    from aiperf.plugins.sources import Sources  # noqa: PLC0415 - as above

    try:
        return named(names, Sources()) if names else everything()
    except UnknownSubjectError as error:
        raise click.UsageError(str(error)) from error


def _print(packages: list[Package], findings: list[Finding]) -> None:
    for each in findings:
        click.echo(str(each))
    checked = ", ".join(each.name for each in packages) or "no plugin is installed"
    found = len(findings)
    summary = f"{found} finding{'s' * (found != 1)}" if found else "Nothing found"
    click.echo(f"{summary}. Checked: {checked}.", err=True)


def _print_json(packages: list[Package], findings: list[Finding]) -> None:
    from aiperf.cli.json_text import echo_json  # noqa: PLC0415 - only for this output

    document = {
        "checked": [
            {"name": each.name, "plugins": [subject.name for subject in each.subjects]}
            for each in packages
        ],
        "findings": [_finding(each) for each in findings],
    }
    echo_json(document)


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "message": finding.message,
        "advice": finding.advice,
        "path": finding.path or None,
        "line": finding.line or None,
        "subject": finding.subject,
    }
