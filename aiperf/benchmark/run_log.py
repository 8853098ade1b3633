"""``run.log``: what the run did and what it warned of, with times, beside its artifacts."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aiperf.common.errors import cannot_write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE_NAME = "run.log"


@contextmanager
def run_log(directory: Path, *, verbose: bool = False) -> Iterator[logging.Logger]:
    """Write what AIPerf's loggers say inside the block to the run's log.

    If it is to be ``verbose``, to standard error as well.

    Warnings of the plugin registry still go to standard error as well.

    Raises:
        ExportError: the file cannot be written.
    """
    logger = logging.getLogger("aiperf")
    path = directory / FILE_NAME
    try:
        directory.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    except OSError as error:
        raise cannot_write(path, error) from error
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    before = logger.level
    logger.addHandler(handler)
    shown = logging.StreamHandler() if verbose else None
    if shown is not None:
        shown.setFormatter(handler.formatter)
        logger.addHandler(shown)
    logger.setLevel(logging.INFO)
    try:
        yield logging.getLogger("aiperf.benchmark")
    finally:
        logger.removeHandler(handler)
        if shown is not None:
            logger.removeHandler(shown)
        logger.setLevel(before)
        handler.close()
