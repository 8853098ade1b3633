"""How many requests met what ``--goodput`` asks for, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiperf.common.models import RunResult


def goodput_sentence(result: RunResult) -> str:
    """Return the sentence; nothing where no objective was asked for."""
    values = {each.tag: each.avg for each in result.statistics}
    asked = _objectives(result.config)
    good, share = values.get("good_request_count"), values.get("good_request_fraction")
    if good is None or share is None or not asked:
        return ""
    units = {each.tag: each.unit for each in result.statistics}
    met = " and ".join(f"{tag} {value:g} {units.get(tag, '')}" for tag, value in asked.items())
    return f"Good are {good:,.0f} requests, {share:.1%} of all: they met {met.rstrip()}."


def _objectives(config: Mapping[str, Any]) -> Mapping[str, float]:
    metrics = config.get("metrics")
    asked = metrics.get("goodput") if isinstance(metrics, dict) else None
    return asked if isinstance(asked, dict) else {}
