"""The options of ``aiperf profile`` for several runs, one after the other."""

from __future__ import annotations

import click

from aiperf.cli.option_groups import together
from aiperf.cli.option_kinds import COUNT, Number

_PAUSE = Number("seconds", min=0)

sweep = together(
    "Several runs",
    click.option(
        "--sweep-type",
        type=click.Choice(["grid", "zip"]),
        default="grid",
        show_default=True,
        help="Which runs there are if several options have several values, such as --concurrency "
        "1,8 --isl 100,1000: each value with each, or the first with the first and so on.",
    ),
    click.option(
        "--num-profile-runs",
        type=COUNT,
        default=1,
        show_default=True,
        help="How often to run with the same values; the results are then means with intervals.",
    ),
    click.option(
        "--confidence-level",
        type=Number(min=0.5, max=0.999),
        default=0.95,
        show_default=True,
        help="How often the intervals over repeated runs are to be right, from 0.5 to 0.999.",
    ),
    click.option(
        "--parameter-sweep-cooldown-seconds",
        type=_PAUSE,
        default=0.0,
        show_default=True,
        help="How long to pause before a run with other values, in seconds.",
    ),
    click.option(
        "--profile-run-cooldown-seconds",
        type=_PAUSE,
        default=0.0,
        show_default=True,
        help="How long to pause before a run with the same values, in seconds.",
    ),
    click.option(
        "--parameter-sweep-same-seed",
        is_flag=True,
        help="Send the same prompts in every run. Without it each run has prompts of its own, "
        "which no server has in its prefix cache from the run before.",
    ),
)
