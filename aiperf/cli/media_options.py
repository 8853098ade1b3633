"""The options of ``aiperf profile`` for the images and sounds of a turn."""

from __future__ import annotations

import click

from aiperf.cli.number_list import NumberList
from aiperf.cli.option_groups import together
from aiperf.cli.option_kinds import number_option, whole_option

image = together(
    "Images",
    number_option(
        "--image-width-mean",
        help_text="The mean width of the images of a turn, in pixels. 0: no image.",
    ),
    number_option(
        "--image-width-stddev", help_text="The standard deviation of images' width, in pixels."
    ),
    number_option(
        "--image-height-mean",
        help_text="The mean height of the images of a turn, in pixels. 0: no image.",
    ),
    number_option(
        "--image-height-stddev", help_text="The standard deviation of images' height, in pixels."
    ),
    whole_option(
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
    number_option(
        "--audio-length-mean",
        help_text="The mean length of the sounds of a turn, in seconds. 0: no sound.",
    ),
    number_option(
        "--audio-length-stddev", help_text="The standard deviation of sounds' length, in seconds."
    ),
    whole_option(
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
    whole_option(
        "--audio-num-channels",
        least=1,
        default=1,
        help_text="How many channels a sound has. 1 is mono, 2 is stereo.",
    ),
)
