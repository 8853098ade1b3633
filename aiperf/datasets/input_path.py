"""The file, or the directory, that a dataset reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aiperf.common.errors import ConfigError
from aiperf.common.input_file import OPTION

if TYPE_CHECKING:
    from aiperf.common.config import DatasetConfig


def input_path(config: DatasetConfig, what: str, *, or_directory: bool = False) -> Path:
    """Return the path of the file, or of the directory if that will do.

    Raises:
        ConfigError: none is given, or there is none, or something is to be generated that would not
            be sent with what the file has.
    """
    if config.input_file is None:
        raise ConfigError(f"the dataset {what} reads a file. Give it with {OPTION}", option=OPTION)
    _refuse_generated(config)
    path = Path(config.input_file)
    if path.is_file() or (or_directory and path.is_dir()):
        return path
    wanted = "a file or a directory" if or_directory else "a file"
    raise ConfigError(
        f"{path} is not {wanted}, which the dataset {what} reads. Correct {OPTION}", option=OPTION
    )


def _refuse_generated(config: DatasetConfig) -> None:
    """Raise :class:`ConfigError` for what only a generated dataset can have."""
    prefixes = config.prefixes
    for option, is_asked_for in (
        ("--image-width-mean", config.images.is_wanted),
        ("--audio-length-mean", config.audio.is_wanted),
        ("--prompt-prefix-length", prefixes.pool_size or prefixes.length),
        ("--shared-system-prompt-length", prefixes.system_length),
        ("--user-context-prompt-length", prefixes.context_length),
        ("--sequence-distribution", config.length_pairs),
        ("--conversation-turn-mean", config.turns.mean > 1),
    ):
        if is_asked_for:
            raise ConfigError(
                f"{option} is for generated prompts, and {OPTION} gives prompts of its own. Leave "
                "one of them out",
                option=option,
            )
