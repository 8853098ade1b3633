"""Options that several commands have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from aiperf.plugins.selection import OPTION

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def _complete_use(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    from aiperf.cli.complete import selections  # noqa: PLC0415 - for completion only

    return selections(ctx, param, incomplete)


def complete_factory(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete the name of a factory."""
    from aiperf.cli.complete import factories  # noqa: PLC0415 - for completion only

    return factories(ctx, param, incomplete)


def complete_implementation(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete a class type or an implementation of the factory that is named before."""
    from aiperf.cli.complete import implementations  # noqa: PLC0415 - for completion only

    return implementations(ctx, param, incomplete)


def complete_plugin(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete the name of a plugin."""
    from aiperf.cli.complete import plugins  # noqa: PLC0415 - for completion only

    return plugins(ctx, param, incomplete)


TRACE_OPTION = "--trace-plugins"
TRACE_HELP = (
    "Show discovery, hook calls and resolution on standard error, with times; as "
    "AIPERF_PLUGINS_TRACE=1 does."
)


def trace_plugins(*, trace_plugins: bool) -> None:
    """Begin to trace the plugins of this process, if that is asked for."""
    if trace_plugins:
        from aiperf.common.factories import EndpointFactory  # noqa: PLC0415 - not for --help
        from aiperf.plugins.tracing import start  # noqa: PLC0415 - as above

        start(EndpointFactory.plugin_registry.manager)


def _begin_to_trace(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    if not context.resilient_parsing:
        trace_plugins(trace_plugins=value)


trace_option = click.option(TRACE_OPTION, is_flag=True, help=TRACE_HELP)

trace_at_once_option = click.option(
    TRACE_OPTION, is_flag=True, expose_value=False, callback=_begin_to_trace, help=TRACE_HELP
)
"""As :data:`trace_option`, for commands that discover plugins and do nothing else before."""

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")

use_option = click.option(
    OPTION,
    "use",
    multiple=True,
    shell_complete=_complete_use,
    metavar="FACTORY.CLASS_TYPE=IDENTIFIER",
    help="Use this implementation, as in endpoint.chat=openai_chat; beats AIPERF_IMPLEMENTATIONS; "
    "may be repeated.",
)
