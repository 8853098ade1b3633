"""The options of ``aiperf profile`` that say what is computed."""

from __future__ import annotations

import click

from aiperf.cli.option_groups import together
from aiperf.cli.option_kinds import SECONDS

metrics = together(
    "Metrics",
    click.option(
        "--goodput",
        multiple=True,
        metavar="NAME:VALUE",
        help="What a good request must meet: metrics of requests and the value, in the metric's "
        "unit, that is still good, such as 'request_latency:250 inter_token_latency:10' (ms); may "
        "be repeated.",
    ),
    click.option(
        "--slice-duration",
        type=SECONDS,
        help="Give the results for each part of the run of this length, too, in seconds.",
    ),
)
