"""From the options that say what is computed to the metrics' configuration."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from aiperf.common.config import MetricsConfig

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def metrics_config(chosen: Mapping[str, Any]) -> MetricsConfig:
    """Return what is to be computed beside the metrics of the whole run.

    Raises:
        click.BadParameter: An objective is not ``NAME:VALUE``, or a metric has two.
    """
    return MetricsConfig(
        goodput=_objectives(chosen["goodput"]),
        slice_duration=chosen["slice_duration"],
        show_trace_timing=chosen["show_trace_timing"],
    )


def _objectives(texts: Iterable[str]) -> dict[str, float]:
    """Return the objectives by tag; each text has one or several, with blanks between them."""
    found: dict[str, float] = {}
    for text in " ".join(texts).split():
        tag, _, value = text.partition(":")
        try:
            limit = float(value)
        except ValueError:
            limit = math.nan
        if not tag or not math.isfinite(limit):
            raise click.BadParameter(
                f"{text!r} is not NAME:VALUE with a number, such as request_latency:250.",
                param_hint="'--goodput'",
            )
        if tag in found:
            raise click.BadParameter(
                f"{tag!r} has two values; leave one of them out.", param_hint="'--goodput'"
            )
        found[tag] = limit
    return found
