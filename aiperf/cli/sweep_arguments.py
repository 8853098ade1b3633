"""From options with several values to the runs that they ask for."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING, Any

import click

from aiperf.benchmark.sweep_plan import PlannedRun, SweepPlan
from aiperf.cli.arguments import EMBEDDED_MODEL, to_config
from aiperf.cli.output_arguments import output_config
from aiperf.cli.swept import Several
from aiperf.common.config import SweepConfig

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES = {"prompt_input_tokens_mean": "isl", "prompt_output_tokens_mean": "osl"}
"""What a parameter is called, where that is not the option's first name."""
_LENGTHS = frozenset({"isl", "osl"})


def sweep_config(chosen: Mapping[str, Any]) -> SweepConfig:
    """Return how the runs follow each other, and what is computed from several equal ones."""
    return SweepConfig(
        num_profile_runs=chosen["num_profile_runs"],
        confidence_level=chosen["confidence_level"],
        profile_run_cooldown=chosen["profile_run_cooldown_seconds"],
        parameter_sweep_cooldown=chosen["parameter_sweep_cooldown_seconds"],
    )


def sweep_plan(chosen: Mapping[str, Any]) -> SweepPlan | None:
    """Return the runs that are asked for, ``None`` if it is a single one without a sweep.

    Each has a seed of its own, unless they are to have the same.

    Raises:
        click.UsageError: options contradict each other or have values that mean nothing.
    """
    config, has_same_seed = sweep_config(chosen), chosen["parameter_sweep_same_seed"]
    swept = {name: each for name, each in chosen.items() if isinstance(each, Several)}
    combinations = _combinations(swept, chosen["sweep_type"])
    if len(combinations) * config.num_profile_runs == 1:
        return None
    words = {name: ",".join(map(str, values)) for name, values in swept.items()}
    directory = output_config({**chosen, **words}, chosen["model"] or EMBEDDED_MODEL).artifact_dir
    seed = chosen["random_seed"]
    if seed is None:
        seed = random.SystemRandom().randrange(2**32)
    runs: list[PlannedRun] = []
    for trial, values in itertools.product(range(config.num_profile_runs), combinations):
        own_seed = seed if has_same_seed else seed + len(runs)
        run = to_config({**chosen, **values, "random_seed": own_seed})
        parameters = {_NAMES.get(name, name): value for name, value in values.items()}
        parameters |= {name: _whole(parameters[name]) for name in _LENGTHS & parameters.keys()}
        runs.append(PlannedRun(parameters, trial + 1, run))
    return SweepPlan.of(runs, config, directory)


def _combinations(swept: Mapping[str, Several], sweep_type: str) -> list[dict[str, float]]:
    """Return the values of each run, by option; nothing is set if no option has several."""
    options = {name: f"--{_NAMES.get(name, name).replace('_', '-')}" for name in swept}
    if sweep_type == "zip" and len({len(each) for each in swept.values()}) > 1:
        counts = " and ".join(f"{options[name]} {len(each)}" for name, each in swept.items())
        raise click.UsageError(
            f"--sweep-type zip pairs values, and there are not as many of each: {counts}."
        )
    is_zip = sweep_type == "zip" and swept
    rows = list(zip(*swept.values(), strict=True) if is_zip else itertools.product(*swept.values()))
    for row in rows:
        if rows.count(row) > 1:
            twice = " ".join(
                f"{option} {value:g}" for option, value in zip(options.values(), row, strict=True)
            )
            raise click.UsageError(
                f"{twice} is asked for twice; give it once, and --num-profile-runs to repeat all."
            )
    return [dict(zip(swept, row, strict=True)) for row in rows]


def _whole(tokens: float) -> float:
    """Return a length as the whole number that it mostly is."""
    return int(tokens) if tokens == int(tokens) else tokens
