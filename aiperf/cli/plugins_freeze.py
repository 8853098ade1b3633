"""``aiperf plugins freeze``: the resolution written down, and compared with what is here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aiperf._version import __version__

if TYPE_CHECKING:
    from aiperf.plugins.differences import Difference
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
    help="Compare with this lock and write nothing; the exit status is 1 if anything differs.",
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="With --check, print JSON for programs. A lock is JSON anyway.",
)
@click.pass_context
def freeze(
    context: click.Context,
    output: Path | None,
    check: Path | None,
    as_json: bool,  # noqa: FBT001 - an option
) -> None:
    """Write down which implementation every class type resolves to.

    The file is a lock: 'aiperf profile --plugins-locked FILE' refuses to measure with anything
    else. Nothing is imported but the modules in which plugins declare what they bring.
    """
    # Imported here so that --help costs nothing of this.
    from aiperf.common.factories import EndpointFactory, PluginDiscovery  # noqa: PLC0415
    from aiperf.plugins.lock import Lock  # noqa: PLC0415

    if output is not None and check is not None:
        raise click.UsageError("--check writes nothing: leave out --output, or --check.")
    locked = Lock.read(check) if check is not None else None
    PluginDiscovery.discover_all()
    registry = EndpointFactory.plugin_registry
    if check is None or locked is None:
        lock = Lock.of(registry, f"aiperf {__version__}")
        if output is None:
            click.echo(str(lock), nl=False)
        else:
            lock.write(output)
        return
    digest = locked.resolution.digest
    if as_json:
        import orjson  # noqa: PLC0415 - only for this output

        found = locked.differences(registry)
        document = {
            "matches": not found,
            "lock": str(check),
            "digest": digest,
            "differences": [_difference(each) for each in found],
        }
        click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2))
        context.exit(1 if found else 0)
    locked.check(registry, check)
    click.echo(f"{check} holds: {len(locked.resolution.choices)} class types, {digest}")


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
