"""``aiperf verify``: how far the client's numbers are from the truth, on this machine."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aiperf.cli.class_types import check_class_types, class_type_option
from aiperf.cli.json_text import echo_json
from aiperf.cli.plugin_options import as_json_option
from aiperf.cli.table import table

if TYPE_CHECKING:
    from aiperf.benchmark.verification import Verified

_HEADER = ("load", "requests", "error of", "values", "median", "p99", "max", "client CPU")
_SIGNAL_BASE = 128


@click.command("verify")
@click.option(
    "--concurrency",
    "concurrencies",
    type=click.IntRange(1, 2000),
    multiple=True,
    default=(1, 32, 128),
    show_default="1, 32 and 128",
    help="How many requests are in flight at a time; may be repeated, for a run each.",
)
@click.option(
    "--request-rate",
    "rates",
    type=click.FloatRange(1, 10_000),
    multiple=True,
    default=(200.0,),
    show_default="200",
    help="How many requests to start a second, evenly; may be repeated, for a run each.",
)
@class_type_option(
    "--transport",
    factory="transport",
    default="http",
    help_text="How requests are sent: streamed chat over HTTP, or KServe v2 over gRPC.",
)
@click.option(
    "--random-seed",
    type=click.IntRange(0, 2**32 - 1),
    default=0,
    show_default=True,
    help="Decides the prompts and the server's delays.",
)
@click.option(
    "--output-artifact-dir",
    "--artifact-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the runs' artifacts and the server's logs here.  [default: they are not kept]",
)
@as_json_option
@click.pass_context
def verify(
    context: click.Context,
    /,
    *,
    concurrencies: tuple[int, ...],
    rates: tuple[float, ...],
    transport: str,
    random_seed: int,
    output_artifact_dir: Path | None,
    as_json: bool,
) -> None:
    """Compare what the client measures with what the embedded server really did.

    Streams responses from the embedded server, which logs when it sent each token, and prints how
    far the client's times are from the server's. Exits with 1 if a request or a token is missing
    on either side, or if an error is larger than it should be while the client was not busy: under
    0.2 ms (over gRPC 0.5 ms) at the median and 2 ms at p99, for a rate within 0.1 %. Takes about 15
    seconds; keep the machine idle.
    """
    from aiperf.benchmark.verification import (  # noqa: PLC0415 - not for --help
        VerificationStopped,
    )
    from aiperf.benchmark.verification import verify as runs  # noqa: PLC0415 - as above
    from aiperf.cli.discovered import discover  # noqa: PLC0415 - as above

    plugins = discover()
    if plugins.errors:
        plugins.echo_errors()
        context.exit(plugins.exit_code)
    check_class_types(context, plugins.registry)
    found: list[Verified] = []
    code = 0
    with ExitStack() as stack:
        directory = output_artifact_dir or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        try:
            for each in runs(concurrencies, rates, directory, random_seed, transport):
                found.append(each)
                if not as_json:
                    click.echo(f"{each.load}: {_in_words(each)}", err=True)
        except VerificationStopped as stopped:
            code = _SIGNAL_BASE + stopped.number
            click.echo(f"Error: {stopped}", err=True)
    if any(each.failures for each in found):
        code = code or 1
    if as_json:
        echo_json({"passed": not code, "runs": [asdict(each) for each in found]})
    elif found:
        _print(found)
    context.exit(code)


def _in_words(each: Verified) -> str:
    seen = f"{each.requests} requests, {each.chunks} chunks"
    if each.delivered_rate is not None:
        seen += f", {each.delivered_rate:.2f} requests/s"
    if each.failures:
        return f"{seen}: FAILED"
    judged = "" if each.is_judged else f"; the client was busy ({each.cpu_share:.0%} of a core)"
    return f"{seen}: passed{judged}"


def _print(found: list[Verified]) -> None:
    rows = [
        (
            each.load,
            str(each.requests),
            spread.quantity,
            str(spread.count),
            f"{spread.median:.3f} ms",
            f"{spread.p99:.3f} ms",
            f"{spread.max:.3f} ms",
            f"{each.cpu_share:.0%}",
        )
        for each in found
        for spread in each.spreads
    ]
    click.echo(table(_HEADER, rows))
    for each in found:
        for failure in each.failures:
            click.echo(f"Error: at {each.load}: {failure}", err=True)
