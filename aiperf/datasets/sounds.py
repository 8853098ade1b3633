"""Sounds of a wanted length, as ``data:`` URLs."""

from __future__ import annotations

import base64
import io
import wave
from importlib import import_module
from typing import TYPE_CHECKING, Any

from aiperf.common.errors import ConfigError

if TYPE_CHECKING:
    import random

    from aiperf.common.dataset_config import AudioConfig
    from aiperf.datasets.streams import Streams

_SHORTEST_S = 0.01
_DEPTHS = (8, 16, 24, 32)
_MP3_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
_HZ_PER_KHZ = 1000
_MEDIA_TYPES = {"wav": "wav", "mp3": "mpeg"}


class SoundMaker:
    """Makes white noise as WAV (linear PCM) or MP3.

    Args:
        config: lengths, rates and formats.
        streams: lengths, formats and samples are drawn from streams of their own.

    Raises:
        ConfigError: there is no such depth or rate, or MP3 needs a library that is not installed.
    """

    def __init__(self, config: AudioConfig, streams: Streams) -> None:
        _check(config)
        self._config = config
        self._lengths = streams("audio lengths")
        self._formats = streams("audio formats")
        self._samples = streams("audio samples")

    def make(self) -> str:
        """Return one sound as a ``data:`` URL."""
        config = self._config
        seconds = max(_SHORTEST_S, self._lengths.gauss(config.length_mean, config.length_stddev))
        rate = round(self._formats.choice(config.sample_rates) * _HZ_PER_KHZ)
        depth = self._formats.choice(config.depths)
        frames = max(1, round(seconds * rate))
        if config.format == "mp3":
            data = _mp3(self._samples, frames, rate, config.num_channels)
        else:
            data = _wav(self._samples, frames, rate, depth, config.num_channels)
        return f"data:audio/{_MEDIA_TYPES[config.format]};base64,{base64.b64encode(data).decode()}"


def _wav(rng: random.Random, frames: int, rate: int, depth: int, channels: int) -> bytes:
    buffer = io.BytesIO()
    width = depth // 8
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(rng.randbytes(frames * channels * width))
    return buffer.getvalue()


def _mp3(rng: random.Random, frames: int, rate: int, channels: int) -> bytes:
    import numpy as np  # noqa: PLC0415 - heavy, and for MP3 alone

    samples = np.frombuffer(rng.randbytes(frames * channels * 2), dtype=np.int16)
    buffer = io.BytesIO()
    _soundfile().write(buffer, samples.reshape(frames, channels), rate, format="MP3")
    return buffer.getvalue()


def _soundfile() -> Any:
    try:
        return import_module("soundfile")  # an extra
    except (ImportError, OSError) as error:  # it is there, but not the library it loads
        raise ConfigError(
            "MP3 needs the library soundfile, which does not load "
            f"({error}). Run pip install 'aiperf[audio]', or take --audio-format wav",
            option="--audio-format",
        ) from error


def _check(config: AudioConfig) -> None:
    for depth in config.depths:
        if depth not in _DEPTHS:
            raise ConfigError(
                f"--audio-depths must be of {', '.join(map(str, _DEPTHS))} bits, not {depth}",
                option="--audio-depths",
            )
    if config.format != "mp3":
        return
    _soundfile()
    for rate in config.sample_rates:
        if round(rate * _HZ_PER_KHZ) not in _MP3_RATES:
            rates = ", ".join(f"{each / _HZ_PER_KHZ:g}" for each in _MP3_RATES)
            raise ConfigError(
                f"--audio-sample-rates for MP3 must be of {rates} kHz, not {rate:g}",
                option="--audio-sample-rates",
            )
