"""The options of ``aiperf profile`` that say how much load there is, and for how long."""

from __future__ import annotations

import click

from aiperf.cli.class_types import class_type_option
from aiperf.cli.option_kinds import COUNT, SECONDS, together

load = together(
    "Load",
    class_type_option(
        "--arrival-pattern",
        factory="arrival",
        default="concurrency",
        help_text="What says when the next request may start.",
    ),
    click.option(
        "--concurrency",
        type=COUNT,
        default=1,
        show_default=True,
        help="How many requests are in flight at a time.",
    ),
    click.option(
        "--request-count",
        "--num-requests",
        type=COUNT,
        help="How many requests to measure.  [default: 10, or twice the concurrency if that is "
        "more; no limit with --benchmark-duration]",
    ),
    click.option(
        "--benchmark-duration", type=SECONDS, help="How long to send requests, in seconds."
    ),
    click.option(
        "--benchmark-grace-period",
        type=click.FloatRange(min=0),
        default=30.0,
        show_default=True,
        help="How long to wait for responses after --benchmark-duration, in seconds.",
    ),
    click.option(
        "--warmup-request-count",
        "--num-warmup-requests",
        type=click.IntRange(min=0),
        default=0,
        show_default=True,
        help="Requests to send before measuring; they are in no result.",
    ),
    class_type_option(
        "--executor", factory="executor", default="local", help_text="Where the load is generated."
    ),
)
