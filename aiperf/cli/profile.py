"""``aiperf profile``: measures a model server."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from aiperf.cli.class_types import check_class_types
from aiperf.cli.config_option import config_option
from aiperf.cli.dataset_options import audio, conversation, dataset, image, prefix, rankings
from aiperf.cli.endpoint_options import endpoint
from aiperf.cli.load_options import load
from aiperf.cli.lock_options import plugins
from aiperf.cli.metric_options import metrics
from aiperf.cli.option_kinds import GroupedCommand
from aiperf.cli.output_options import output
from aiperf.cli.plugin_options import trace_plugins as begin_tracing
from aiperf.cli.transport_options import transport
from aiperf.cli.warmup_options import warmup

if TYPE_CHECKING:
    from aiperf.benchmark.runner import Outcome
    from aiperf.common.config import BenchmarkConfig
    from aiperf.common.models import ErrorDetails

_SIGNAL_BASE = 128


@click.command(cls=GroupedCommand)
@endpoint
@transport
@dataset
@conversation
@prefix
@rankings
@image
@audio
@load
@warmup
@metrics
@output
@plugins
@config_option
@click.option(
    "--print-config",
    is_flag=True,
    help="Print all options as a file for --config, those that are given set, and measure nothing.",
)
@click.pass_context
def profile(
    context: click.Context,
    /,
    use: tuple[str, ...],
    *,
    trace_plugins: bool,
    print_config: bool,
    **chosen: Any,
) -> None:
    """Measure a model server.

    Without --url, an embedded server is started on a loopback port and measured, so that
    everything can be tried with nothing else at hand.
    """
    if print_config:
        from aiperf.cli.config_print import config_text  # noqa: PLC0415 - as below

        click.echo(config_text(context))
        return
    # Imported here so that --help costs nothing of this.
    from aiperf.benchmark.session import run_session  # noqa: PLC0415
    from aiperf.benchmark.transport_choice import with_transport_of_url  # noqa: PLC0415
    from aiperf.cli.arguments import to_config  # noqa: PLC0415
    from aiperf.cli.discovered import discover  # noqa: PLC0415

    config: BenchmarkConfig = to_config(chosen)
    begin_tracing(trace_plugins=trace_plugins)
    found = discover(use)
    if found.errors:
        found.echo_errors()
        context.exit(found.exit_code)
    check_class_types(context, found.registry)
    if context.get_parameter_source("transport") is ParameterSource.DEFAULT:
        config = with_transport_of_url(config)
    outcome = run_session(config)
    context.exit(_exit_code(outcome))


def _exit_code(outcome: Outcome) -> int:
    for failure in outcome.failures:
        with suppress(OSError):  # the terminal may be gone, which ended the run
            click.echo(f"Error: {failure}", err=True)
    if outcome.stopped_by is not None:
        return _SIGNAL_BASE + outcome.stopped_by
    if not outcome.has_results:
        click.echo(f"Error: {_why_nothing(outcome)}", err=True)
        return 1
    return 1 if outcome.failures else 0


def _why_nothing(outcome: Outcome) -> str:
    """Return one line for a run in which no request succeeded."""
    if outcome.result.errors:
        most = outcome.result.errors[0]
        return f"No request succeeded; {most.count} ended with {_in_words(most.error)}"
    if outcome.last_error is not None:
        last = _in_words(outcome.last_error)
        return f"No request was measured; the warm-up's last failure is {last}"
    return "No request was sent. Give a longer --benchmark-duration, or a --request-count."


def _in_words(error: ErrorDetails) -> str:
    code = f" {error.code}" if error.code is not None else ""
    return f"{error.type}{code}: {error.message}"
