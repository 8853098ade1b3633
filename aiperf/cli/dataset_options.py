"""The options of ``aiperf profile`` that say what is sent."""

from __future__ import annotations

import click

from aiperf.cli.class_types import class_type_option
from aiperf.cli.length_pairs import LengthPairs
from aiperf.cli.option_groups import together
from aiperf.cli.option_kinds import COUNT, Number, whole_option
from aiperf.cli.swept import Swept

dataset = together(
    "Dataset",
    class_type_option(
        "--dataset-type",
        "--custom-dataset-type",
        factory="dataset",
        default="synthetic",
        help_text="Where prompts come from. With --input-file, the format of the file; it is "
        "found out if it is not named.",
    ),
    click.option(
        "--input-file",
        type=click.Path(exists=True),
        metavar="PATH",
        help="A file of prompts, or a directory of them. A name that ends with .gz is unpacked.",
    ),
    click.option(
        "--public-dataset",
        metavar="NAME",
        help="The name of a public dataset. None is downloaded: it says where to get it, and how "
        "to use the file.",
    ),
    click.option(
        "--dataset-sampling-strategy",
        type=click.Choice(["sequential", "random", "shuffle"]),
        default="sequential",
        show_default=True,
        help="The order in which conversations are sent. 'random' draws each anew; 'shuffle' "
        "sends all of them before one comes again.",
    ),
    click.option(
        "--conversation-num",
        "--num-conversations",
        "--num-sessions",
        type=COUNT,
        help="How many different conversations to send, each once; with --request-count or "
        "--benchmark-duration they are sent again until the run ends.  [default: "
        "--num-dataset-entries, again and again]",
    ),
    click.option(
        "--num-dataset-entries",
        "--num-prompts",
        type=COUNT,
        default=100,
        show_default=True,
        help="How many different conversations are generated, or drawn from a random pool. They "
        "are used again until the run ends; if it has fewer requests, fewer are generated.",
    ),
    click.option(
        "--prompt-input-tokens-mean",
        "--synthetic-input-tokens-mean",
        "--isl",
        type=Swept(Number(min=1)),
        default=550.0,
        show_default=True,
        help="The mean length of a prompt, in tokens. Several values, as in 128,1024, make a run "
        "each.",
    ),
    click.option(
        "--prompt-input-tokens-stddev",
        "--synthetic-input-tokens-stddev",
        "--isl-stddev",
        type=Number(min=0),
        default=0.0,
        show_default=True,
        help="The standard deviation of a prompt's length, in tokens.",
    ),
    whole_option(
        "--prompt-input-tokens-block-size",
        "--synthetic-input-tokens-block-size",
        "--isl-block-size",
        least=1,
        default=None,
        help_text="How many tokens of a prompt a hash id of a trace stands for.  [default: 512]",
    ),
    click.option(
        "--sequence-distribution",
        "--seq-dist",
        type=LengthPairs(),
        default=(),
        help="Which part of the prompts has which lengths, in tokens, in place of the means. "
        "INPUT[|STDDEV],OUTPUT[|STDDEV]:PERCENT;…, such as '256|10,128|5:40;512,256:60', or JSON.",
    ),
    click.option(
        "--prompt-output-tokens-mean",
        "--output-tokens-mean",
        "--osl",
        type=Swept(Number(min=1)),
        help="The mean number of output tokens to ask for. Several values make a run each.  "
        "[default: the server decides]",
    ),
    click.option(
        "--prompt-output-tokens-stddev",
        "--output-tokens-stddev",
        "--osl-stddev",
        type=Number(min=0),
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
    click.option("--system-prompt", help="A system message before every prompt. A text."),
    click.option(
        "--random-seed",
        type=int,
        help="Makes the prompts the same in every run.  [default: a new one, which is reported]",
    ),
)
