"""Options that several commands have."""

from __future__ import annotations

import click

from aiperf.plugins.selection import OPTION

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")

use_option = click.option(
    OPTION,
    "use",
    multiple=True,
    metavar="FACTORY.CLASS_TYPE=IDENTIFIER",
    help="Use this implementation, as in endpoint.chat=openai_chat; beats AIPERF_IMPLEMENTATIONS; "
    "may be repeated.",
)
