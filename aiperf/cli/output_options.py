"""The options of ``aiperf profile`` that say what is shown and written."""

from __future__ import annotations

import click

from aiperf.cli.class_types import class_type_option
from aiperf.cli.option_kinds import together

output = together(
    click.option(
        "--output-artifact-dir",
        "--artifact-dir",
        type=click.Path(file_okay=False),
        help="Where the artifacts go.  [default: artifacts/MODEL-ENDPOINT-concurrencyN]",
    ),
    class_type_option(
        "--ui-type",
        "--ui",
        factory="ui",
        default="progress",
        help_text="What is shown during the run.",
    ),
)
