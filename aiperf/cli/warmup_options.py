"""The options of ``aiperf profile`` that say how the server is warmed up."""

from __future__ import annotations

import click

from aiperf.cli.class_types import class_type_option
from aiperf.cli.option_groups import together
from aiperf.cli.option_kinds import COUNT, GRACE, RATE, SECONDS, Whole

warmup = together(
    "Warm-up",
    click.option(
        "--warmup-request-count",
        "--num-warmup-requests",
        type=Whole(min=0),
        default=0,
        show_default=True,
        help="Requests to send before measuring; they are in no result.",
    ),
    click.option(
        "--num-warmup-sessions",
        "--warmup-num-sessions",
        type=COUNT,
        help="Conversations to hold before measuring.",
    ),
    click.option(
        "--warmup-duration", type=SECONDS, help="How long to warm up before measuring, in seconds."
    ),
    click.option(
        "--warmup-grace-period",
        type=GRACE,
        help="How long to wait for responses after --warmup-duration, in seconds.  [default: until "
        "the last has come]",
    ),
    class_type_option(
        "--warmup-arrival-pattern",
        factory="arrival",
        default=None,
        help_text="The --arrival-pattern of the warm-up.  [default: that; concurrency before a "
        "fixed_schedule or user_centric]",
    ),
    click.option(
        "--warmup-concurrency",
        type=COUNT,
        help="The --concurrency of the warm-up.  [default: that]",
    ),
    click.option(
        "--warmup-concurrency-ramp-duration",
        type=SECONDS,
        help="The --concurrency-ramp-duration of the warm-up, in seconds.  [default: that]",
    ),
    click.option(
        "--warmup-prefill-concurrency",
        type=COUNT,
        help="The --prefill-concurrency of the warm-up.  [default: that]",
    ),
    click.option(
        "--warmup-prefill-concurrency-ramp-duration",
        type=SECONDS,
        help="The --prefill-concurrency-ramp-duration of the warm-up, in seconds.  [default: that]",
    ),
    click.option(
        "--warmup-request-rate",
        type=RATE,
        help="The --request-rate of the warm-up, in requests a second.  [default: that]",
    ),
    click.option(
        "--warmup-request-rate-ramp-duration",
        type=SECONDS,
        help="The --request-rate-ramp-duration of the warm-up, in seconds.  [default: that]",
    ),
)
