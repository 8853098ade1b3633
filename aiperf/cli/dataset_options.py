"""The options of ``aiperf profile`` that say what is sent."""

from __future__ import annotations

from typing import Any

import click

from aiperf.cli.class_types import class_type_option
from aiperf.cli.length_pairs import LengthPairs
from aiperf.cli.number_list import NumberList
from aiperf.cli.option_kinds import COUNT, Number, Whole, together
from aiperf.cli.swept import Swept


def _number(*names: str, least: float = 0.0, default: float = 0.0, help_text: str) -> Any:
    return click.option(
        *names,
        type=Number(min=least),
        default=default,
        show_default=True,
        help=help_text,
    )


def _whole(*names: str, least: int = 0, default: int | None, help_text: str) -> Any:
    return click.option(
        *names,
        type=Whole(min=least),
        default=default,
        show_default=default is not None,
        help=help_text,
    )


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
    _whole(
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

conversation = together(
    "Conversation",
    _number(
        "--conversation-turn-mean",
        "--session-turns-mean",
        least=1.0,
        default=1.0,
        help_text="The mean number of turns of a conversation.",
    ),
    _number(
        "--conversation-turn-stddev",
        "--session-turns-stddev",
        help_text="The standard deviation of the number of turns.",
    ),
    _number(
        "--conversation-turn-delay-mean",
        "--session-turn-delay-mean",
        help_text="The mean time between an answer and the next turn, in milliseconds.",
    ),
    _number(
        "--conversation-turn-delay-stddev",
        "--session-turn-delay-stddev",
        help_text="The standard deviation of the time between turns, in milliseconds.",
    ),
    _number(
        "--conversation-turn-delay-ratio",
        "--session-delay-ratio",
        default=1.0,
        help_text="What all times between turns are multiplied by.",
    ),
)

prefix = together(
    "Prefix",
    _whole(
        "--prompt-prefix-pool-size",
        "--prefix-prompt-pool-size",
        "--num-prefix-prompts",
        default=0,
        help_text="How many different prefixes there are, one of which begins each conversation.",
    ),
    _whole(
        "--prompt-prefix-length",
        "--prefix-prompt-length",
        default=0,
        help_text="The length of each prefix, in tokens. It comes on top of the prompt's.",
    ),
    _whole(
        "--shared-system-prompt-length",
        least=1,
        default=None,
        help_text="The length of a system message that all conversations have, in tokens.  "
        "[default: none]",
    ),
    _whole(
        "--user-context-prompt-length",
        least=1,
        default=None,
        help_text="The length of a text of its own that begins each conversation, in tokens.  "
        "[default: none]",
    ),
)

rankings = together(
    "Rankings",
    click.option(
        "--rankings-passages-mean",
        type=Number(min=1),
        help="The mean number of passages of a query.  [default: 1]",
    ),
    _number(
        "--rankings-passages-stddev",
        help_text="The standard deviation of the number of passages.",
    ),
    _number(
        "--rankings-passages-prompt-token-mean",
        least=1.0,
        default=550.0,
        help_text="The mean length of a passage, in tokens.",
    ),
    _number(
        "--rankings-passages-prompt-token-stddev",
        help_text="The standard deviation of a passage's length, in tokens.",
    ),
    _number(
        "--rankings-query-prompt-token-mean",
        least=1.0,
        default=550.0,
        help_text="The mean length of a query, in tokens.",
    ),
    _number(
        "--rankings-query-prompt-token-stddev",
        help_text="The standard deviation of a query's length, in tokens.",
    ),
)

image = together(
    "Images",
    _number(
        "--image-width-mean",
        help_text="The mean width of the images of a turn, in pixels. 0: no image.",
    ),
    _number(
        "--image-width-stddev", help_text="The standard deviation of images' width, in pixels."
    ),
    _number(
        "--image-height-mean",
        help_text="The mean height of the images of a turn, in pixels. 0: no image.",
    ),
    _number(
        "--image-height-stddev", help_text="The standard deviation of images' height, in pixels."
    ),
    _whole(
        "--image-batch-size",
        "--batch-size-image",
        default=1,
        help_text="How many images a turn has.",
    ),
    click.option(
        "--image-format",
        type=click.Choice(["png", "jpeg", "random"]),
        default="png",
        show_default=True,
        help="How images are encoded. 'random' draws one of the two for each.",
    ),
    click.option(
        "--image-source",
        default="noise",
        show_default=True,
        metavar="noise|DIRECTORY",
        help="What images show. Noise, or the files of a directory, resized.",
    ),
)

audio = together(
    "Audio",
    _number(
        "--audio-length-mean",
        help_text="The mean length of the sounds of a turn, in seconds. 0: no sound.",
    ),
    _number(
        "--audio-length-stddev", help_text="The standard deviation of sounds' length, in seconds."
    ),
    _whole(
        "--audio-batch-size",
        "--batch-size-audio",
        default=1,
        help_text="How many sounds a turn has.",
    ),
    click.option(
        "--audio-format",
        type=click.Choice(["wav", "mp3"]),
        default="wav",
        show_default=True,
        help="How sounds are encoded. MP3 needs the extra 'audio'.",
    ),
    click.option(
        "--audio-sample-rates",
        type=NumberList(float),
        default="16.0",
        show_default=True,
        help="Sample rates of which one is drawn for each sound, in kHz. Separated by commas.",
    ),
    click.option(
        "--audio-depths",
        type=NumberList(int),
        default="16",
        show_default=True,
        help="Depths of which one is drawn for each sound, in bits. Separated by commas.",
    ),
    _whole(
        "--audio-num-channels",
        least=1,
        default=1,
        help_text="How many channels a sound has. 1 is mono, 2 is stereo.",
    ),
)
