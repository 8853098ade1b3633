"""The options of ``aiperf profile`` that say what is shown and written."""

from __future__ import annotations

import click

from aiperf.cli.class_types import ClassType, class_type_option
from aiperf.cli.option_groups import together

output = together(
    "Output",
    click.option(
        "--output-artifact-dir",
        "--artifact-dir",
        type=click.Path(file_okay=False),
        help="Where the artifacts go.  [default: artifacts/MODEL-openai-ENDPOINT-concurrencyN]",
    ),
    click.option(
        "--exporter",
        "exporters",
        type=ClassType("exporter"),
        multiple=True,
        metavar="TYPE",
        help="Write this artifact only, such as json; may be repeated.  [default: all]",
    ),
    click.option(
        "--export-level",
        "--profile-export-level",
        type=click.Choice(["summary", "records", "raw"]),
        default="records",
        show_default=True,
        help="What is written of single requests: nothing, their metrics, or also what was sent "
        "and received.",
    ),
    click.option(
        "--export-http-trace",
        is_flag=True,
        help="Note the phases of each HTTP request, in milliseconds, and its sizes: metrics "
        "http_req_* in the files.",
    ),
    click.option(
        "--show-trace-timing",
        is_flag=True,
        help="As --export-http-trace, and show these metrics in the table of results, too.",
    ),
    click.option(
        "--profile-export-prefix",
        "--profile-export-file",
        metavar="PREFIX",
        help="The beginning of the names of the files with results, as in PREFIX.json.  [default: "
        "profile_export_aiperf, and profile_export for single requests]",
    ),
    click.option(
        "--json",
        "as_json",
        is_flag=True,
        help="Print the results as JSON instead of tables, and show no progress.",
    ),
    click.option(
        "--quiet",
        "-q",
        is_flag=True,
        help="Print no tables and show no progress; errors still go to standard error.",
    ),
    click.option(
        "--verbose",
        "-v",
        is_flag=True,
        help="Show on standard error, too, what goes into run.log.",
    ),
    class_type_option(
        "--ui-type",
        "--ui",
        factory="ui",
        default="progress",
        help_text="What is shown during the run.",
    ),
)
