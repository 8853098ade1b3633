"""``aiperf profile``: measures a model server."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from aiperf.cli.class_types import check_class_types
from aiperf.cli.config_option import config_option
from aiperf.cli.conversation_options import conversation, prefix, rankings
from aiperf.cli.dataset_options import dataset
from aiperf.cli.endpoint_options import endpoint
from aiperf.cli.load_options import load
from aiperf.cli.lock_options import plugins
from aiperf.cli.media_options import audio, image
from aiperf.cli.metric_options import metrics
from aiperf.cli.option_groups import GroupedCommand
from aiperf.cli.output_options import output
from aiperf.cli.plugin_options import trace_plugins as begin_tracing
from aiperf.cli.sweep_options import sweep
from aiperf.cli.transport_options import transport
from aiperf.cli.warmup_options import warmup

if TYPE_CHECKING:
    from aiperf.benchmark.runner import Outcome
    from aiperf.benchmark.sweep_plan import SweepPlan

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
@sweep
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

    \b
    aiperf profile --streaming
    aiperf profile -u localhost:8000 -m NAME --streaming --concurrency 16
    aiperf profile -u localhost:8000 -m NAME --streaming --request-rate 20
    aiperf profile -u localhost:8000 -m NAME --streaming --concurrency 1,4,16
    """  # noqa: D301 - the character tells click to leave the lines as they are
    if print_config:
        from aiperf.cli.config_print import config_text  # noqa: PLC0415 - as below

        click.echo(config_text(context))
        return
    # Imported here so that --help costs nothing of this.
    from aiperf.benchmark.session import run_session  # noqa: PLC0415
    from aiperf.benchmark.transport_choice import with_transport_of_url  # noqa: PLC0415
    from aiperf.cli.arguments import to_config  # noqa: PLC0415
    from aiperf.cli.discovered import discover  # noqa: PLC0415
    from aiperf.cli.sweep_arguments import sweep_plan  # noqa: PLC0415
    from aiperf.common.config import BenchmarkConfig  # noqa: PLC0415

    asked: SweepPlan | BenchmarkConfig = sweep_plan(chosen) or to_config(chosen)
    begin_tracing(trace_plugins=trace_plugins)
    found = discover(use)
    if found.errors:
        found.echo_errors()
        context.exit(found.exit_code)
    check_class_types(context, found.registry)
    is_by_url = context.get_parameter_source("transport") is ParameterSource.DEFAULT
    if isinstance(asked, BenchmarkConfig):
        outcome = run_session(with_transport_of_url(asked) if is_by_url else asked)
        context.exit(_exit_code(outcome))
    from aiperf.cli.sweep import profile_all  # noqa: PLC0415 - not for a single run

    context.exit(profile_all(asked.with_each(with_transport_of_url) if is_by_url else asked))


def _exit_code(outcome: Outcome) -> int:
    from aiperf.benchmark.failure_words import failures_in_words  # noqa: PLC0415 - not for --help

    failures = failures_in_words(outcome)
    for failure in failures:
        with suppress(OSError):  # the terminal may be gone, which ended the run
            click.echo(f"Error: {failure}", err=True)
    if outcome.stopped_by is not None:
        return _SIGNAL_BASE + outcome.stopped_by
    return 1 if failures else 0
