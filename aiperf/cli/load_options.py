"""The options of ``aiperf profile`` that say how much load there is, and for how long."""

from __future__ import annotations

import click

from aiperf.cli.class_types import class_type_option
from aiperf.cli.option_groups import together
from aiperf.cli.option_kinds import COUNT, GRACE, MILLISECONDS, PERCENT, RATE, SECONDS, Number
from aiperf.cli.swept import Swept

load = together(
    "Load",
    class_type_option(
        "--arrival-pattern",
        "--request-rate-mode",
        factory="arrival",
        default=None,
        help_text="What says when the next request may start.  [default: concurrency; poisson with "
        "--request-rate; gamma with --arrival-smoothness; user_centric with "
        "--user-centric-rate; fixed_schedule for a dataset with timestamps]",
    ),
    click.option(
        "--concurrency",
        type=Swept(COUNT),
        help="How many conversations, of single requests mostly, are under way at a time. At a "
        "rate, and on a schedule, it is how many may be; what it holds back is late then. Several "
        "values, as in 1,8,32, make a run each.  "
        "[default: 1; no limit at a rate or on a schedule]",
    ),
    click.option(
        "--concurrency-ramp-duration",
        type=SECONDS,
        help="How long the concurrency takes to rise from 1, one by one, in seconds.",
    ),
    click.option(
        "--prefill-concurrency",
        type=Swept(COUNT),
        help="How many requests may wait for their first token at a time; with --streaming. What "
        "it holds back starts later. Several values make a run each.  [default: no limit]",
    ),
    click.option(
        "--prefill-concurrency-ramp-duration",
        type=SECONDS,
        help="How long the prefill concurrency takes to rise from 1, one by one, in seconds.",
    ),
    click.option(
        "--request-rate",
        type=Swept(RATE),
        help="How many requests start in a second, on average, however long the server takes. "
        "Several values, as in 1,2,4, make a run each.",
    ),
    click.option(
        "--request-rate-ramp-duration",
        type=SECONDS,
        help="How long the rate takes to rise from 0, evenly, in seconds.",
    ),
    click.option(
        "--arrival-smoothness",
        "--vllm-burstiness",
        type=RATE,
        help="The shape of the gamma distribution of --arrival-pattern gamma: below 1 bursts, 1 as "
        "poisson, above 1 more even.  [default: 1]",
    ),
    click.option(
        "--user-centric-rate",
        type=RATE,
        help="How many requests a second --num-users users send together: each holds a "
        "conversation, and has a turn whenever as many requests are due as there are users.",
    ),
    click.option(
        "--num-users",
        type=Swept(COUNT),
        help="How many users there are at a time, for --user-centric-rate. Several values make a "
        "run each.",
    ),
    click.option(
        "--fixed-schedule/--no-fixed-schedule",
        default=None,
        help="Start conversations at the timestamps of the dataset, or ignore those. If neither is "
        "said, they are followed where there are any and no other pattern is asked for.",
    ),
    click.option(
        "--fixed-schedule-auto-offset",
        is_flag=True,
        help="Count timestamps from the first one, so that the run begins at once.",
    ),
    click.option(
        "--fixed-schedule-start-offset",
        type=MILLISECONDS,
        help="Leave out what comes before this timestamp, in milliseconds, and begin there.",
    ),
    click.option(
        "--fixed-schedule-end-offset",
        type=MILLISECONDS,
        help="Leave out what comes after this timestamp, in milliseconds.",
    ),
    click.option(
        "--request-count",
        "--num-requests",
        type=Swept(COUNT),
        help="How many requests to measure. Several values make a run each.  [default: 10, or "
        "twice the concurrency if that is more; no limit with --benchmark-duration; as many "
        "conversations as --num-sessions says; all of a trace]",
    ),
    click.option(
        "--benchmark-duration", type=SECONDS, help="How long to send requests, in seconds."
    ),
    click.option(
        "--benchmark-grace-period",
        type=GRACE,
        default=30.0,
        show_default=True,
        help="How long to wait for responses after --benchmark-duration, in seconds, or inf.",
    ),
    click.option(
        "--request-cancellation-rate",
        type=PERCENT,
        default=0.0,
        show_default=True,
        help="How many of 100 requests to cancel before their response is complete.",
    ),
    click.option(
        "--request-cancellation-delay",
        type=Number("seconds", min=0),
        default=0.0,
        show_default=True,
        help="How long after a request was sent to cancel it, in seconds.",
    ),
    class_type_option(
        "--executor",
        factory="executor",
        default=None,
        help_text="Where the load is generated.  [default: processes with --workers-max above 1; "
        "otherwise local]",
    ),
    click.option(
        "--workers-max",
        "--max-workers",
        type=COUNT,
        help="How many processes may generate the load.  [default: with --executor processes the "
        "machine's cores less one; no more than the concurrency or the requests can use]",
    ),
)
