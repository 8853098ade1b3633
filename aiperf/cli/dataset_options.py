"""The options of ``aiperf profile`` that say what is sent."""

from __future__ import annotations

import click

from aiperf.cli.class_types import class_type_option
from aiperf.cli.option_kinds import COUNT, together

dataset = together(
    "Dataset",
    class_type_option(
        "--dataset-type",
        "--custom-dataset-type",
        factory="dataset",
        default="synthetic",
        help_text="Where prompts come from.",
    ),
    click.option(
        "--conversation-num",
        "--num-conversations",
        "--num-sessions",
        "--num-dataset-entries",
        type=COUNT,
        default=100,
        show_default=True,
        help="How many different prompts; they are used again until the run ends.",
    ),
    click.option(
        "--prompt-input-tokens-mean",
        "--synthetic-input-tokens-mean",
        "--isl",
        type=click.FloatRange(min=1),
        default=550.0,
        show_default=True,
        help="The mean length of a prompt, in tokens.",
    ),
    click.option(
        "--prompt-input-tokens-stddev",
        "--synthetic-input-tokens-stddev",
        "--isl-stddev",
        type=click.FloatRange(min=0),
        default=0.0,
        show_default=True,
        help="The standard deviation of a prompt's length, in tokens.",
    ),
    click.option(
        "--prompt-output-tokens-mean",
        "--output-tokens-mean",
        "--osl",
        type=click.FloatRange(min=1),
        help="The mean number of output tokens to ask for.  [default: the server decides]",
    ),
    click.option(
        "--prompt-output-tokens-stddev",
        "--output-tokens-stddev",
        "--osl-stddev",
        type=click.FloatRange(min=0),
        default=0.0,
        show_default=True,
        help="The standard deviation of the number of output tokens.",
    ),
    click.option(
        "--prompt-batch-size",
        "--batch-size-text",
        "--batch-size",
        "-b",
        type=COUNT,
        default=1,
        show_default=True,
        help="How many texts one request carries, where the endpoint takes several (embeddings).",
    ),
    click.option("--system-prompt", help="A system message before every prompt."),
    click.option(
        "--random-seed",
        type=int,
        help="Makes the prompts the same in every run.  [default: a new one, which is reported]",
    ),
)
