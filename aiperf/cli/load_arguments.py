"""From the options that say how much load there is to its configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aiperf.common.config import LoadConfig

if TYPE_CHECKING:
    from collections.abc import Mapping

_CLOSED = "concurrency"
_CLOSED_NAMES = (_CLOSED, "concurrency_burst")
_FIXED_SCHEDULE = "fixed_schedule"
_USERS = "user_centric"
_RATES = ("constant", "poisson", "gamma")


def load_config(chosen: Mapping[str, Any]) -> LoadConfig:
    """Return how much load there is to be, and for how long.

    Raises:
        click.UsageError: options contradict each other.
    """
    _check(chosen)
    concurrency = chosen["concurrency"]
    is_limited = chosen["request_count"] is not None or chosen["benchmark_duration"] is not None
    return LoadConfig(
        concurrency=1 if concurrency is None else concurrency,
        request_count=chosen["request_count"],
        benchmark_duration=chosen["benchmark_duration"],
        grace_period=chosen["benchmark_grace_period"],
        session_count=None if is_limited else chosen["conversation_num"],
        concurrency_limit=concurrency,
        concurrency_ramp_duration=chosen["concurrency_ramp_duration"],
        prefill_concurrency=chosen["prefill_concurrency"],
        prefill_concurrency_ramp_duration=chosen["prefill_concurrency_ramp_duration"],
        request_rate=chosen["request_rate"],
        request_rate_ramp_duration=chosen["request_rate_ramp_duration"],
        arrival_smoothness=chosen["arrival_smoothness"],
        user_centric_rate=chosen["user_centric_rate"],
        num_users=chosen["num_users"],
        fixed_schedule_auto_offset=chosen["fixed_schedule_auto_offset"],
        fixed_schedule_start_offset=chosen["fixed_schedule_start_offset"],
        fixed_schedule_end_offset=chosen["fixed_schedule_end_offset"],
        request_cancellation_rate=chosen["request_cancellation_rate"],
        request_cancellation_delay=chosen["request_cancellation_delay"],
        warmup_request_count=chosen["warmup_request_count"],
        warmup_session_count=chosen["num_warmup_sessions"],
        warmup_duration=chosen["warmup_duration"],
        warmup_grace_period=chosen["warmup_grace_period"],
        warmup_concurrency=chosen["warmup_concurrency"],
        warmup_concurrency_ramp_duration=chosen["warmup_concurrency_ramp_duration"],
        warmup_prefill_concurrency=chosen["warmup_prefill_concurrency"],
        warmup_prefill_concurrency_ramp_duration=(
            chosen["warmup_prefill_concurrency_ramp_duration"]
        ),
        warmup_request_rate=chosen["warmup_request_rate"],
        warmup_request_rate_ramp_duration=chosen["warmup_request_rate_ramp_duration"],
        workers_max=chosen["workers_max"],
    )


def arrival_pattern(chosen: Mapping[str, Any]) -> str:
    """Return the class type of the arrival pattern: the one that is named, or that follows."""
    pattern: str | None = chosen["arrival_pattern"]
    if pattern is not None:
        return pattern
    if chosen["fixed_schedule"]:
        return _FIXED_SCHEDULE
    if chosen["user_centric_rate"] is not None:
        return _USERS
    if chosen["arrival_smoothness"] is not None:
        return "gamma"
    return _CLOSED if chosen["request_rate"] is None else "poisson"


def warmup_arrival_pattern(chosen: Mapping[str, Any]) -> str | None:
    """Return the class type of the warm-up's arrival pattern, ``None`` for the benchmark's."""
    pattern: str | None = chosen["warmup_arrival_pattern"]
    if pattern is None and chosen["warmup_request_rate"] is not None:
        benchmark = arrival_pattern(chosen)
        return "poisson" if benchmark in (_CLOSED, _FIXED_SCHEDULE, _USERS) else None
    return pattern


def executor(chosen: Mapping[str, Any]) -> str:
    """Return the class type of the executor: the one that is named, or that can use the workers."""
    named: str | None = chosen["executor"]
    if named is not None:
        return named
    return "local" if (chosen["workers_max"] or 1) == 1 else "processes"


def follows_timestamps(chosen: Mapping[str, Any]) -> bool:
    """Return whether a dataset with timestamps is to be replayed at those."""
    asked = (
        *("arrival_pattern", "fixed_schedule", "arrival_smoothness", "request_rate"),
        "user_centric_rate",
    )
    return all(chosen[each] is None for each in asked)


def _check(chosen: Mapping[str, Any]) -> None:
    """Raise an error for options that contradict each other."""
    pattern = arrival_pattern(chosen)
    if chosen["fixed_schedule"] and pattern != _FIXED_SCHEDULE:
        raise click.UsageError(
            f"--fixed-schedule contradicts --arrival-pattern {pattern}; leave one of them out."
        )
    if pattern in _RATES and chosen["request_rate"] is None:
        raise click.UsageError(
            f"Missing option '--request-rate': the arrival pattern {pattern} needs it."
        )
    if pattern == _FIXED_SCHEDULE and chosen["request_rate"] is not None:
        raise click.UsageError(
            "--request-rate contradicts --fixed-schedule, whose times are those of the dataset; "
            "leave one of them out."
        )
    if pattern == _CLOSED and chosen["request_rate"] is not None:
        raise click.UsageError(
            "--request-rate contradicts --arrival-pattern concurrency, a closed loop; leave one of "
            "them out."
        )
    if chosen["arrival_smoothness"] is not None and pattern in {*_RATES, _CLOSED} - {"gamma"}:
        raise click.UsageError(
            f"--arrival-smoothness is for --arrival-pattern gamma, not {pattern}; leave it out."
        )
    if chosen["request_rate_ramp_duration"] is not None and chosen["request_rate"] is None:
        raise click.UsageError(
            "Missing option '--request-rate': --request-rate-ramp-duration needs it."
        )
    start, end = chosen["fixed_schedule_start_offset"], chosen["fixed_schedule_end_offset"]
    if start is not None and chosen["fixed_schedule_auto_offset"]:
        raise click.UsageError(
            "--fixed-schedule-auto-offset contradicts --fixed-schedule-start-offset; leave one of "
            "them out."
        )
    if start is not None and end is not None and start > end:
        raise click.UsageError(
            f"--fixed-schedule-start-offset ({start:g}) is after --fixed-schedule-end-offset "
            f"({end:g})."
        )
    if chosen["request_cancellation_delay"] and not chosen["request_cancellation_rate"]:
        raise click.UsageError(
            "Missing option '--request-cancellation-rate': --request-cancellation-delay needs it."
        )
    _check_users(chosen, pattern)
    _check_prefill(chosen, is_closed=pattern in _CLOSED_NAMES)
    _check_warmup(chosen)


def _check_users(chosen: Mapping[str, Any], pattern: str) -> None:
    """Raise an error for users who cannot be paced, or of whom there are not enough."""
    rate, users = chosen["user_centric_rate"], chosen["num_users"]
    if pattern == _USERS and rate is None:
        raise click.UsageError(
            "Missing option '--user-centric-rate': the arrival pattern user_centric needs it."
        )
    if rate is None and users is not None:
        raise click.UsageError("Missing option '--user-centric-rate': --num-users needs it.")
    if rate is None:
        return
    if users is None:
        raise click.UsageError("Missing option '--num-users': --user-centric-rate needs it.")
    for name in ("request_rate", "arrival_smoothness"):
        if chosen[name] is not None:
            raise click.UsageError(
                f"--{name.replace('_', '-')} contradicts --user-centric-rate; leave one of them "
                "out."
            )
    if pattern != _USERS:
        raise click.UsageError(
            f"--user-centric-rate contradicts the arrival pattern {pattern}; leave one of them out."
        )
    for name in ("request_count", "conversation_num"):
        if chosen[name] is not None and chosen[name] < users:
            option = {"request_count": "--request-count"}.get(name, "--num-sessions")
            raise click.UsageError(
                f"{option} ({chosen[name]}) is less than --num-users ({users}): each user needs "
                "at least one."
            )


def _check_prefill(chosen: Mapping[str, Any], *, is_closed: bool) -> None:
    """Raise an error for a limit of prefills that cannot be kept, or limits nothing."""
    default = 1 if is_closed else None
    limits = {each: chosen[f"{each}prefill_concurrency"] for each in ("", "warmup_")}
    for phase, limit in limits.items():
        option = f"--{phase.replace('_', '-')}prefill-concurrency"
        if limit is not None and not chosen["streaming"]:
            raise click.UsageError(
                f"Missing option '--streaming': {option} needs it, as the first token of a "
                "response that comes as a whole cannot be seen."
            )
        concurrency = chosen[f"{phase}concurrency"] or chosen["concurrency"] or default
        if limit is not None and concurrency is not None and limit > concurrency:
            raise click.UsageError(
                f"{option} ({limit}) is more than --{phase.replace('_', '-')}concurrency "
                f"({concurrency}), so that it limits nothing."
            )
        if chosen[f"{phase}prefill_concurrency_ramp_duration"] and not (limit or limits[""]):
            raise click.UsageError(
                f"Missing option '--prefill-concurrency': {option}-ramp-duration needs it."
            )


def _check_warmup(chosen: Mapping[str, Any]) -> None:
    """Raise an error for options of a warm-up that there is none of."""
    if chosen["warmup_request_count"] or chosen["num_warmup_sessions"] or chosen["warmup_duration"]:
        return
    for name, value in chosen.items():
        if name.startswith("warmup_") and value:
            raise click.UsageError(
                f"--{name.replace('_', '-')} has no warm-up to be for; give "
                "--warmup-request-count, --num-warmup-sessions or --warmup-duration."
            )
