"""Which runs a sweep has, in which order, and where the artifacts of each go.

Directories and names are those of NVIDIA AIPerf.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from aiperf.common.config import BenchmarkConfig, SweepConfig


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One run: what is its own of the ``parameters``, and which of the equal runs it is, from 1."""

    parameters: Mapping[str, float]
    trial: int
    config: BenchmarkConfig

    @property
    def label(self) -> str:
        """The parameters as a person reads them; empty where there are none."""
        return ", ".join(f"{name} {value:g}" for name, value in self.parameters.items())

    @property
    def directory_name(self) -> str:
        """The parameters as the name of a directory."""
        return "__".join(f"{name}_{value}" for name, value in self.parameters.items())


@dataclass(frozen=True, slots=True)
class SweepPlan:
    """The runs of a sweep in order: all parameters once, then all again, for each trial.

    So what changes by itself while a sweep goes on falls on all parameters alike. ``directory`` has
    everything. ``show`` is what a person is shown of all runs together; no run shows its own.
    """

    runs: tuple[PlannedRun, ...]
    config: SweepConfig
    directory: Path
    show: Literal["tables", "json", "nothing"] = "tables"

    @classmethod
    def of(cls, runs: Sequence[PlannedRun], config: SweepConfig, directory: Path) -> SweepPlan:
        """Return the plan with a directory of its own for each run."""
        placed = []
        for run in runs:
            place = directory
            if config.num_profile_runs > 1:
                trial = "trial" if run.parameters else "run"
                place = place / "profile_runs" / f"{trial}_{run.trial:04d}"
            output = replace(
                run.config.output, artifact_dir=place / run.directory_name, show="nothing"
            )
            placed.append(replace(run, config=replace(run.config, output=output)))
        return cls(tuple(placed), config, directory, runs[0].config.output.show)

    def with_each(self, change: Callable[[BenchmarkConfig], BenchmarkConfig]) -> SweepPlan:
        """Return the plan with the configuration of each run changed."""
        runs = tuple(replace(run, config=change(run.config)) for run in self.runs)
        return replace(self, runs=runs)

    @property
    def is_sweep(self) -> bool:
        """Whether there are parameters, and not only the same run several times."""
        return bool(self.runs[0].parameters)

    @property
    def parameters(self) -> list[dict[str, Any]]:
        """Each parameter's name and its values, in order."""
        return [
            {"name": name, "values": list(dict.fromkeys(run.parameters[name] for run in self.runs))}
            for name in self.runs[0].parameters
        ]

    @property
    def summary_directory(self) -> Path:
        """Where the summary goes."""
        place = self.directory
        if self.config.num_profile_runs > 1:
            place = place / "aggregate"
        return place / "sweep_aggregate" if self.is_sweep else place

    def name_of(self, run: PlannedRun) -> str:
        """Return what a person calls a run."""
        trial = f"run {run.trial}" if self.config.num_profile_runs > 1 else ""
        return ", ".join(filter(None, (run.label, trial)))

    def summary_file(self, ending: str) -> Path:
        """Return the summary's path with an ending such as ``.json``."""
        name = "sweep" if self.is_sweep else "aggregate"
        return self.summary_directory / f"profile_export_aiperf_{name}{ending}"

    def pause_before(self, index: int) -> float:
        """Return how many seconds there are to be between a run and the one before it."""
        if index == 0:
            return 0.0
        is_same = self.runs[index].parameters == self.runs[index - 1].parameters
        config = self.config
        return config.profile_run_cooldown if is_same else config.parameter_sweep_cooldown
