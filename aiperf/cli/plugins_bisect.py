"""``aiperf plugins bisect``: finds which plugin makes a command fail."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import click

from aiperf.cli.plugin_options import as_json_option, complete_plugin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.devtools.bisect import Run
    from aiperf.devtools.suspects import Suspect

_TERMINATED: Final = 128 + signal.SIGTERM
_NAMED: Final = 3
"""How many plugins are named rather than counted."""


@click.command(
    "bisect",
    context_settings={"allow_interspersed_args": False},
    short_help="Find which plugin makes a command fail.",
)
@click.option(
    "--keep",
    multiple=True,
    shell_complete=complete_plugin,
    metavar="NAME",
    help="A plugin that the command needs, and that is never switched off; may be repeated.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Seconds after which one run is ended and has failed.  [default: no limit]",
)
@click.option(
    "--repeat",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="How often to run it before it is said to pass; for commands that fail now and then.",
)
@click.option("--verbose", "-v", is_flag=True, help="Show what each run prints.")
@click.option(
    "--logs",
    type=click.Path(file_okay=False, path_type=Path),
    help="A directory to keep what each run prints in, one file a run.",
)
@as_json_option
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_context
def bisect(
    context: click.Context,
    /,
    *,
    command: tuple[str, ...],
    keep: tuple[str, ...],
    timeout: float | None,
    repeat: int,
    logs: Path | None,
    verbose: bool,
    as_json: bool,
) -> None:
    """Find which plugin makes COMMAND fail.

    COMMAND is run with all plugins, then without any, then with ever fewer, until one is left, or
    a few that it takes together. It may be any command; put it after '--'. Nothing is imported
    here, and nothing is changed: plugins are switched off by a variable of the run.

    The exit code is 0 if the plugin was found, 1 if plugins are not to blame, 2 if COMMAND cannot
    be run.
    """
    from aiperf.cli.bisect_report import document, found, not_found  # noqa: PLC0415 - not for --help
    from aiperf.devtools.bisect import Bisection, Outcome  # noqa: PLC0415 - as above
    from aiperf.devtools.command_runs import CommandError  # noqa: PLC0415 - as above

    if shutil.which(command[0]) is None:
        raise click.UsageError(
            f"There is no command {command[0]!r}. Write it as you would in a shell, after '--'."
        )
    suspects, disabled = _suspects(keep)
    with ExitStack() as stack:
        if logs is not None:
            _make(logs)
            directory = logs
        else:
            temporary = tempfile.TemporaryDirectory(prefix="aiperf-bisect-")
            directory = Path(stack.enter_context(temporary))
        search = Bisection(
            command,
            suspects,
            environ=os.environ,
            disabled=disabled,
            logs=directory,
            timeout=timeout,
            repeat=repeat,
            on_run=lambda run: _show(run, suspects, verbose=verbose),
        )
        signal.signal(signal.SIGTERM, _terminate)  # so that the command is ended, too
        try:
            verdict = search.search()
        except CommandError as error:
            raise click.UsageError(str(error)) from error
    if as_json:
        import orjson  # noqa: PLC0415 - only for this output

        data = document(command, verdict, suspects, disabled, has_logs=logs is not None)
        click.echo(orjson.dumps(data, option=orjson.OPT_INDENT_2))
    elif verdict.outcome is Outcome.FOUND:
        click.echo(found(verdict, disabled))
    if verdict.outcome is not Outcome.FOUND:
        click.echo(f"Error: {not_found(verdict)}", err=True)
    context.exit(0 if verdict.outcome is Outcome.FOUND else 1)


def _terminate(number: int, frame: object) -> NoReturn:
    del number, frame
    raise SystemExit(_TERMINATED)


def _suspects(keep: Sequence[str]) -> tuple[list[Suspect], tuple[str, ...]]:
    """Return the plugins that may be to blame, and what the deny list names already."""
    from aiperf.common.factories import EndpointFactory  # noqa: PLC0415 - not for --help
    from aiperf.devtools.suspects import find_by_name, find_suspects  # noqa: PLC0415 - as above
    from aiperf.plugins.errors import PluginSettingError  # noqa: PLC0415 - as above

    manager = EndpointFactory.plugin_registry.manager
    suspects, disabled = find_suspects(manager, os.environ)
    kept: list[Suspect] = []
    for name in keep:
        try:
            kept += find_by_name(suspects, name)
        except PluginSettingError as error:
            raise click.BadParameter(str(error), param_hint="'--keep'") from error
    return [each for each in suspects if each not in kept], disabled


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.UsageError(
            f"--logs {directory}: the directory cannot be made: {error.strerror or error}."
        ) from error


def _show(run: Run, suspects: Sequence[Suspect], *, verbose: bool) -> None:
    """Tell a person of one run on standard error, which JSON leaves free."""
    there = [each.name for each in run.plugins]
    missing = [each.name for each in suspects if each not in run.plugins]
    who = f"{len(there)} of {len(suspects)} plugins"
    if not missing:
        who = "all plugins"
    elif len(there) <= _NAMED:
        who = ", ".join(there) or "no plugin"
    elif len(missing) <= _NAMED:
        who = f"all plugins but {', '.join(missing)}"
    click.echo(f"run {run.number}, {who}: {run.ending} ({run.ending.seconds:.1f} s)", err=True)
    if verbose:
        with run.log.open(encoding="utf-8", errors="replace") as output:
            for line in output:
                click.echo(f"  | {line.rstrip()}", err=True)
