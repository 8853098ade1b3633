"""From the options that say what is written to the output's configuration."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aiperf.common.config import OutputConfig

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENDINGS = ("_timeslices.csv", "_timeslices.json", "_raw.jsonl", ".csv", ".json", ".jsonl")


def output_config(chosen: Mapping[str, Any], model: str) -> OutputConfig:
    """Return where the artifacts go; without a directory, one that is named for the run.

    Raises:
        click.BadParameter: The prefix is no beginning of a file's name.
    """
    return OutputConfig(
        artifact_dir=_artifact_dir(chosen, model),
        show="json" if chosen["as_json"] else "nothing" if chosen["quiet"] else "tables",
        verbose=chosen["verbose"],
        export_level=chosen["export_level"],
        prefix=_prefix(chosen["profile_export_prefix"]),
    )


def _prefix(text: str | None) -> str | None:
    """Return a prefix without an ending that a file has anyway, as NVIDIA's AIPerf takes it."""
    if text is None:
        return None
    ending = next((each for each in _ENDINGS if text.endswith(each)), "")
    text = text.removesuffix(ending)
    if not text.strip() or text.startswith(".") or "/" in text or "\\" in text:
        raise click.BadParameter(
            "it is the beginning of a file's name, without a directory; that is for "
            "--output-artifact-dir.",
            param_hint="'--profile-export-prefix'",
        )
    return text


def _artifact_dir(chosen: Mapping[str, Any], model: str) -> Path:
    """Return the directory that NVIDIA's AIPerf has for such a run; every endpoint is openai's."""
    if chosen["output_artifact_dir"] is not None:
        return Path(chosen["output_artifact_dir"])
    words = (model, "openai", chosen["endpoint_type"], *_load(chosen))
    return Path("artifacts") / "-".join(re.sub(r"[^\w.-]+", "_", word) for word in words)


def _load(chosen: Mapping[str, Any]) -> list[str]:
    """Return words for the load."""
    offsets = ("auto_offset", "start_offset", "end_offset")
    if chosen["fixed_schedule"] or any(chosen[f"fixed_schedule_{each}"] for each in offsets):
        return ["fixed_schedule"]
    if chosen["user_centric_rate"] is not None:
        users, rate = chosen["num_users"], chosen["user_centric_rate"]
        return ["user_centric", f"users{users}", f"qps{rate}"]
    rate, concurrency = chosen["request_rate"], chosen["concurrency"]
    words = []
    if concurrency is not None or rate is None:
        words.append(f"concurrency{concurrency or 1}")
    if rate is not None:
        words.append(f"request_rate{rate}")
    return words
