"""``aiperf compare``: what differs between finished runs, and how surely."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from aiperf.cli.plugin_options import as_json_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.benchmark.comparison import Comparison, Difference, Row

WORSE_THAN_ALLOWED: Final = 3
"""The exit status where ``--max-regression`` is exceeded."""

_STATISTICS = ("avg", "min", "max", "std", *(f"p{p}" for p in (1, 5, 10, 25, 50, 75, 90, 95, 99)))
_FEWEST = 2


@click.command("compare")
@click.argument("runs", nargs=-1, required=True, metavar="RUN RUN...", type=click.Path())
@click.option(
    "--stat",
    "statistics",
    multiple=True,
    type=click.Choice(_STATISTICS),
    default=("avg", "p50", "p99"),
    show_default="avg, p50, p99",
    help="A statistic of the distributions to compare. Give it several times for several.",
)
@click.option(
    "--confidence",
    type=click.FloatRange(50, 99.9),
    default=95.0,
    show_default=True,
    help="Confidence of the intervals, in percent.  [50 to 99.9]",
)
@click.option(
    "--max-regression",
    type=click.FloatRange(min=0),
    metavar="PERCENT",
    help="Exit with status 3 if a metric is worse than the first run's by more than this, and the "
    "difference is not within noise.",
)
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a page with plots of the runs and the table, too: one file that needs no network.",
)
@as_json_option
@click.pass_context
def compare_runs(
    context: click.Context,
    /,
    runs: tuple[str, ...],
    statistics: tuple[str, ...],
    confidence: float,
    max_regression: float | None,
    *,
    html: Path | None,
    as_json: bool,
) -> None:
    """Compare finished runs with the first of them: what differs, by how much, and how surely.

    A RUN is an artifact directory, or a profile_export_aiperf.json file, of this AIPerf or of
    NVIDIA's; a sweep's directory stands for its runs. The intervals are from the single requests in
    profile_export.jsonl beside it. Warnings say where the runs used different implementations or
    configurations, and where a client was the bottleneck.
    """
    from aiperf.benchmark.comparison import compare  # noqa: PLC0415 - not for --help
    from aiperf.benchmark.comparison_run import read_run  # noqa: PLC0415 - as above
    from aiperf.benchmark.runs_of_sweep import runs_of  # noqa: PLC0415 - as above

    runs = tuple(str(each) for run in runs for each in runs_of(Path(run)))
    if len(runs) < _FEWEST:
        raise click.UsageError(
            f"Only one run is given: {runs[0]}. Name another to compare it with."
        )
    names = _names(runs)
    read = [read_run(Path(run), name) for run, name in zip(runs, names, strict=True)]
    comparison = compare(read, tuple(dict.fromkeys(statistics)), confidence / 100)
    if html is not None:
        from aiperf.cli.compare_page import write_comparison_page  # noqa: PLC0415 - if asked for

        write_comparison_page(html, comparison)
    if as_json:
        from aiperf.cli.json_text import echo_json  # noqa: PLC0415 - for JSON only

        echo_json(_facts(comparison))
    else:
        from aiperf.cli.compare_text import comparison_text  # noqa: PLC0415 - not for JSON

        click.echo(comparison_text(comparison))
    if max_regression is not None:
        worse = _regressions(comparison, max_regression)
        for line in worse:
            click.echo(f"Error: {line}", err=True)
        context.exit(WORSE_THAN_ALLOWED if worse else 0)


def _names(runs: Sequence[str]) -> list[str]:
    """Return a short name for each run: the last parts of its path that tell it from the others."""
    paths = [Path(run) for run in runs]
    paths = [path.parent if path.suffix in (".json", ".jsonl") else path for path in paths]
    parts = [path.resolve().parts for path in paths]
    if len(set(parts)) < len(parts):
        return [f"{number}:{run}" for number, run in enumerate(runs, 1)]
    return [_name(own, [each for each in parts if each != own]) for own in parts]


def _name(own: tuple[str, ...], others: Sequence[tuple[str, ...]]) -> str:
    """Return as many parts from the end of ``own`` as tell it from the others."""
    length = 1
    while any(own[-length:] == each[-length:] for each in others):
        length += 1
    return "/".join(own[-length:])


def _facts(comparison: Comparison) -> dict[str, Any]:
    return {
        "runs": [{"name": run.name, "path": str(run.path)} for run in comparison.runs],
        "confidence": comparison.confidence,
        "metrics": [_row_facts(row) for row in comparison.rows],
        "warnings": comparison.warnings,
    }


def _row_facts(row: Row) -> dict[str, Any]:
    return {
        "tag": row.tag,
        "statistic": row.statistic,
        "unit": row.unit,
        "values": row.values,
        "differences": [each and _difference_facts(each) for each in row.differences],
    }


def _difference_facts(each: Difference) -> dict[str, Any]:
    return {
        "absolute": each.absolute,
        "relative": each.relative,
        "interval": each.interval,
        "verdict": each.verdict.value,
    }


def _regressions(comparison: Comparison, percent: float) -> list[str]:
    """Return a line for each metric that is worse by more than ``percent``."""
    from aiperf.benchmark.comparison import is_worse  # noqa: PLC0415 - not for --help

    return [
        f"{row.tag} {row.statistic} of {run.name} is worse than that of {comparison.runs[0].name} "
        f"by {abs(each.relative):.1%}, which is more than the {percent:g} % that are allowed"
        for row in comparison.rows
        for run, each in zip(comparison.runs[1:], row.differences, strict=True)
        if each is not None
        and each.relative is not None
        and abs(each.relative) * 100 > percent
        and is_worse(row, each)
    ]
