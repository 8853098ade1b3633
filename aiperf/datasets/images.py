"""Images of a wanted size, as ``data:`` URLs."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import TYPE_CHECKING

from aiperf.common.errors import ConfigError
from aiperf.datasets.streams import whole

if TYPE_CHECKING:
    from PIL import Image

    from aiperf.common.dataset_config import ImageConfig
    from aiperf.datasets.streams import Streams

_FORMATS = ("png", "jpeg")


class ImageMaker:
    """Makes images of noise, or takes those of a directory, in random order, to the wanted size.

    Each is the size that was drawn, encoded as PNG or JPEG. Noise hardly compresses, so that a
    server cannot tell two images apart by less than all of their bytes.

    Args:
        config: sizes, format and source.
        streams: sizes, formats and pixels are drawn from streams of their own.

    Raises:
        ConfigError: Pillow is not installed, or the directory has no image that can be read.
    """

    def __init__(self, config: ImageConfig, streams: Streams) -> None:
        try:
            from PIL import Image  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise ConfigError(
                "images need Pillow, which is not installed. Run pip install 'aiperf[images]', "
                "or leave --image-width-mean and --image-height-mean out",
                option="--image-width-mean",
            ) from error
        self._image = Image
        self._config = config
        self._sizes = streams("image sizes")
        self._formats = streams("image formats")
        self._pixels = streams("image pixels")
        self._sources = [] if config.source == "noise" else _sources(Path(config.source))

    def make(self) -> str:
        """Return one image as a ``data:`` URL."""
        config = self._config
        width = whole(self._sizes, config.width_mean, config.width_stddev)
        height = whole(self._sizes, config.height_mean, config.height_stddev)
        kind = self._formats.choice(_FORMATS) if config.format == "random" else config.format
        image = self._source(width, height)
        buffer = io.BytesIO()
        if kind == "jpeg":
            image.convert("RGB").save(buffer, "JPEG")
        else:
            image.save(buffer, "PNG", compress_level=1)
        return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"

    def _source(self, width: int, height: int) -> Image.Image:
        if not self._sources:
            pixels = self._pixels.randbytes(width * height * 3)
            return self._image.frombytes("RGB", (width, height), pixels)
        path = self._pixels.choice(self._sources)
        try:
            with self._image.open(path) as image:
                return image.convert("RGB").resize((width, height))
        except OSError as error:
            raise ConfigError(
                f"{path} is no image that can be read: {error}. Take it out of the directory of "
                "--image-source",
                option="--image-source",
            ) from error


def _sources(directory: Path) -> list[Path]:
    try:
        found = sorted(each for each in directory.iterdir() if each.is_file())
    except OSError as error:
        raise ConfigError(
            f"--image-source: {directory} is neither 'noise' nor a directory of images "
            f"({error.strerror}). Give one of them",
            option="--image-source",
        ) from error
    if not found:
        raise ConfigError(
            f"--image-source: there is no file in {directory}. Put images there, or take 'noise'",
            option="--image-source",
        )
    return found
