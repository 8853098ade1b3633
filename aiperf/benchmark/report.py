"""One ``aiperf report``: makes every artifact of a run again, from the record of its requests."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from aiperf.benchmark.exporting import export
from aiperf.benchmark.metrics_engine import MetricsEngine
from aiperf.benchmark.part_errors import blamed_on
from aiperf.benchmark.recorded_metric import recorded_metric
from aiperf.benchmark.recorded_run import FILE_NAME, About, read
from aiperf.benchmark.run_log import is_going_on, taken
from aiperf.common.errors import ConfigError
from aiperf.common.factories import ExporterFactory, MetricFactory, PluginDiscovery
from aiperf.common.models import ClockAnchor, RunResult
from aiperf.common.objectives import Objective

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from aiperf.common.config import OutputConfig
    from aiperf.common.protocols import MetricProtocol
    from aiperf.plugins.errors import AIPerfError

UNIX_TIME = ClockAnchor(wall_ns=0, perf_ns=0)
"""The clock of a run that is read back: its times are dates already."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was made: the result, the paths of the files, and what could not be written."""

    result: RunResult
    artifacts: tuple[str, ...]
    failures: tuple[AIPerfError, ...]


@dataclass(frozen=True, slots=True)
class RecordedContext:
    """The ``RunContext`` of a run that is read back."""

    config: Mapping[str, Any]
    provenance: Mapping[str, Any]
    description: Mapping[str, Any]
    units: Mapping[str, str]

    def to_wall(self, perf_ns: int) -> int:
        """Return a time as it is: a Unix time in nanoseconds."""
        return perf_ns

    def unit_of(self, tag: str) -> str:
        """Return the unit of the metric called ``tag``."""
        return self.units[tag]


def rebuild(path: Path, output: OutputConfig, exporters: Sequence[str] = ()) -> Report:
    """Read the requests in ``path`` and let the exporters write the run's artifacts again.

    Exporters that take each request as it ends are left out: what they wrote is what is read.

    Args:
        path: A file of requests, or the directory of the run.
        output: Where the artifacts go.
        exporters: The class types of the exporters; none: all of them.

    Raises:
        ConfigError: The requests cannot be read, or there are none.
        AIPerfError: An exporter cannot be made or has no place to write to, or a run that goes on
            writes there itself.
    """
    if is_going_on(output.artifact_dir):
        raise taken(output.artifact_dir)
    PluginDiscovery.discover_all()
    path = _requests_of(path)
    if path.name != FILE_NAME:
        output = replace(output, prefix=path.stem)
    result, about = recorded_result(path, output)
    context = RecordedContext(
        config=result.config,
        provenance=result.provenance,
        description={"metrics": (), "objectives": (), **about.run},
        units=about.units,
    )
    names = exporters or tuple(map(str, ExporterFactory.get_all_class_types()))
    made = [ExporterFactory.create_instance(name, config=output) for name in names]
    made = [exporter for exporter in made if not exporter.wants_records]
    for exporter in made:
        with blamed_on(exporter, "start"):
            exporter.start(context)
    artifacts, failures = export(made, result)
    return Report(result, tuple(artifacts), tuple(failures))


def _requests_of(path: Path) -> Path:
    """Return the file of requests in a directory, which a run may have named otherwise."""
    if path.is_file() or (path / FILE_NAME).is_file():
        return path if path.is_file() else path / FILE_NAME
    others = [each for each in path.glob("*.jsonl") if not each.name.endswith("_raw.jsonl")]
    return others[0] if len(others) == 1 else path / FILE_NAME


def recorded_result(path: Path, output: OutputConfig) -> tuple[RunResult, About]:
    """Return the result of a run that is read back, and what its file says of it.

    Raises:
        ConfigError: The requests cannot be read, or there are none.
    """
    about = About()
    records = read(path, about)
    first = next(records, None)
    if first is None:
        raise ConfigError(f"{path} has no request: no artifact can be made from it")
    if not about.run:  # the lines alone say which metrics there are, any of them another one
        deque(records, maxlen=0)
        records = read(path, about)
    else:
        records = chain((first,), records)
    engine, notes = _engine(about, output)
    for record in records:
        if record.error is not None or record.was_cancelled:
            record.metrics.clear()
        engine.add(record)
    end = about.end
    kept = None if end is None else set(end["metrics"])
    if kept is not None:
        for tag in {*engine.records.tags, *engine.records.list_tags} - kept:
            engine.records.drop(tag)
    statistics = [each for each in engine.finish() if kept is None or each.tag in kept]
    slices = tuple(
        replace(part, statistics=tuple(s for s in part.statistics if kept is None or s.tag in kept))
        for part in engine.slices(about.run.get("slice_duration"))
    )
    starts, ends = engine.records.start_ns, engine.records.end_ns
    if end is None:
        notes.append(_what_is_unknown(path, about, len(engine.records)))
    result = RunResult(
        statistics=tuple(statistics),
        errors=engine.errors,
        anchor=UNIX_TIME,
        start_ns=end["start_ns"] if end else int(starts[starts > 0].min(initial=ends.max())),
        end_ns=end["end_ns"] if end else int(ends.max()),
        was_cancelled=end["was_cancelled"] if end else bool(about.run),
        config=about.run.get("config", {}),
        provenance=about.provenance,
        client_health=end["client_health"] if end else {},
        warnings=(*(end["warnings"] if end else ()), *notes, *engine.warnings),
        records=engine.records,
        slices=slices,
    )
    return result, about


def _engine(about: About, output: OutputConfig) -> tuple[MetricsEngine, list[str]]:
    """Return an engine with the metrics that the run had, and what to say about those it lacks."""
    known = {
        each.class_type: each.metadata
        for each in MetricFactory.list_implementations()
        if each.is_selected
    }
    described = about.run.get("metrics") or _metrics_of(about, known)
    metrics: list[MetricProtocol] = []
    lost = []
    for each in described:
        if each["scope"] == "record":
            metrics.append(recorded_metric(each["tag"], each["header"], each["unit"]))
        elif each["tag"] in known:
            metrics.append(MetricFactory.create_instance(each["tag"]))
        else:
            lost.append(
                f"Metric {each['tag']!r} of the whole run is not in this report, because no plugin "
                "that is installed gives it"
            )
    engine = MetricsEngine(
        metrics,
        objectives=[Objective(**each) for each in about.run.get("objectives", ())],
        secondary=[each["tag"] for each in described if each["secondary"]],
        directory=output.artifact_dir,
    )
    return engine, lost


def _metrics_of(about: About, known: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the metrics of a file that does not describe them: the requests', and the run's.

    Those that the registry has come first, in its order.
    """
    ordered = [tag for tag in known if tag in about.units or known[tag].get("scope") == "run"]
    ordered += [tag for tag in about.units if tag not in known]
    return [
        {
            "tag": tag,
            "header": known.get(tag, {}).get("header") or tag.replace("_", " ").title(),
            "unit": about.units.get(tag, known.get(tag, {}).get("unit", "")),
            "scope": known.get(tag, {}).get("scope", "record"),
            "secondary": bool(known.get(tag, {"secondary": True}).get("secondary")),
        }
        for tag in ordered
    ]


def _what_is_unknown(path: Path, about: About, count: int) -> str:
    """Return a sentence about a file that does not say how its run ended."""
    if is_going_on(path.parent):
        return (
            f"The run is still going on: these are the results of the {count} requests that had "
            "ended"
        )
    cut = f", and line {about.cut_line} is cut off" if about.cut_line is not None else ""
    if not about.run:
        return (
            f"These results are made from the {count} requests in {path.name} alone{cut}: the "
            "configuration, the client's health and what is not in its lines are not known"
        )
    return (
        f"The run was killed, or could not write to the end: {path.name} does not say how it ended"
        f"{cut}. These are the results of the {count} requests that are in it; those that were "
        "under way, the client's health and the warnings of the run are not known"
    )
