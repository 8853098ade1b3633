"""``aiperf report``: makes the artifacts of a run again."""

from __future__ import annotations

from pathlib import Path

import click

from aiperf.cli.class_types import ClassType


@click.command("report")
@click.argument("run", type=click.Path(exists=True, path_type=Path), metavar="DIR")
@click.option(
    "--output-artifact-dir",
    "--artifact-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the artifacts go.  [default: where the run's are]",
)
@click.option(
    "--exporter",
    "exporters",
    type=ClassType("exporter"),
    multiple=True,
    metavar="TYPE",
    help="Write this artifact only, such as html; may be repeated.  [default: all]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON, not as tables.")
@click.option("--quiet", "-q", is_flag=True, help="Print no tables.")
@click.pass_context
def report(
    context: click.Context,
    /,
    *,
    run: Path,
    output_artifact_dir: Path | None,
    exporters: tuple[str, ...],
    as_json: bool,
    quiet: bool,
) -> None:
    """Make every artifact of a run again from its profile_export.jsonl.

    DIR is the run's artifact directory, or a file of requests. It works for a run that was killed,
    and for the file of NVIDIA's AIPerf; what cannot be known then is said.
    """
    # Imported here so that --help costs nothing of this.
    from aiperf.benchmark.report import rebuild  # noqa: PLC0415
    from aiperf.common.config import OutputConfig  # noqa: PLC0415

    directory = output_artifact_dir or (run if run.is_dir() else run.parent)
    output = OutputConfig(
        artifact_dir=directory, show="json" if as_json else "nothing" if quiet else "tables"
    )
    made = rebuild(run, output, exporters)
    for failure in made.failures:
        click.echo(f"Error: {failure}", err=True)
    context.exit(1 if made.failures else 0)
