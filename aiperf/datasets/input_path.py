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
        ConfigError: none is given, or there is none.
    """
    if config.input_file is None:
        raise ConfigError(f"the dataset {what} reads a file. Give it with {OPTION}", option=OPTION)
    path = Path(config.input_file)
    if path.is_file() or (or_directory and path.is_dir()):
        return path
    wanted = "a file or a directory" if or_directory else "a file"
    raise ConfigError(
        f"{path} is not {wanted}, which the dataset {what} reads. Correct {OPTION}", option=OPTION
    )
