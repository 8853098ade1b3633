"""``aiperf plugins freeze``: the resolution written down, and compared with what is here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aiperf._version import __version__
from aiperf.cli.plugin_options import as_json_option, trace_at_once_option, use_option

if TYPE_CHECKING:
    from aiperf.plugins.differences import Difference
    from aiperf.plugins.lock import Lock
    from aiperf.plugins.resolution import Choice


@click.command("freeze")
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to write the lock.  [default: standard output]",
)
@click.option(
    "--check",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Compare with this lock and write nothing; the exit code is 1 if anything differs.",
)
@use_option
@trace_at_once_option
@as_json_option
@click.pass_context
def freeze(
    context: click.Context,
    /,
    output: Path | None,
    check: Path | None,
    use: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Write down which implementation every class type resolves to.

    The file is a lock, which is JSON: 'aiperf profile --plugins-locked FILE' refuses to measure
    with anything else. No implementation is imported for it.

    The exit code is 1 if anything differs from the lock to --check, or if something that you
    named, in an environment variable, did not load or does not exist; then nothing is written.
    """
    # Imported here so that --help costs nothing of this.
    from aiperf.cli.discovered import discover  # noqa: PLC0415
    from aiperf.plugins.lock import Lock  # noqa: PLC0415

    if output is not None and check is not None:
        raise click.UsageError("--check writes nothing: leave out --output, or --check.")
    locked = Lock.read(check) if check is not None else None
    found = discover(use)
    if found.errors:
        if as_json and locked is not None:
            _echo_comparison(check, locked, None, found.messages)
        else:
            found.echo_errors()
        context.exit(found.exit_code)
    if check is None or locked is None:
        lock = Lock.of(found.registry, f"aiperf {__version__}")
        if output is None:
            click.echo(str(lock), nl=False)
        else:
            lock.write(output)
        return
    if as_json:
        differences = locked.differences(found.registry)
        _echo_comparison(check, locked, differences, [])
        context.exit(1 if differences else 0)
    locked.check(found.registry, check)
    resolution = locked.resolution
    click.echo(f"{check} holds: {len(resolution.choices)} class types, {resolution.digest}")


def _echo_comparison(
    file: Path | None,
    lock: Lock,
    differences: tuple[Difference, ...] | None,
    errors: list[str],
) -> None:
    """Print how a lock compares; ``differences`` is ``None`` where it could not be compared."""
    from aiperf.cli.json_text import echo_json  # noqa: PLC0415 - for JSON only

    echo_json(
        {
            "matches": differences == (),
            "lock": str(file),
            "digest": lock.resolution.digest,
            "differences": [_difference(each) for each in differences or ()],
            "errors": errors,
        }
    )


def _difference(difference: Difference) -> dict[str, Any]:
    from aiperf.plugins.lock import IN_LOCK  # noqa: PLC0415 - as above

    return {
        "factory": difference.factory,
        "class_type": difference.class_type,
        "lock": _choice(difference.theirs),
        "here": _choice(difference.ours),
        "fields": list(difference.fields),
        "text": difference.told(IN_LOCK),
    }


def _choice(choice: Choice | None) -> dict[str, Any] | None:
    return None if choice is None else choice.compared() | {"why": choice.why}
