"""The options of ``aiperf profile`` that say which plugins may take part."""

from __future__ import annotations

import click

from aiperf.cli.option_groups import together
from aiperf.cli.plugin_options import trace_option, use_option

plugins = together(
    "Plugins",
    click.option(
        "--plugins-locked",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="Measure only if every class type resolves as this lock says; 'aiperf plugins freeze' "
        "writes one.",
    ),
    use_option,
    trace_option,
)
