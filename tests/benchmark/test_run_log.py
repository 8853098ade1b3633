"""``run.log``: what the run did and what it warned of."""

from __future__ import annotations

import logging

import pytest

from aiperf.benchmark.run_log import run_log
from aiperf.common.errors import ExportError


def test_it_has_what_aiperfs_loggers_say_inside_the_block(tmp_path):
    """With the time, the level and who said it; a run replaces the log of an earlier one."""
    directory = tmp_path / "new" / "run"
    with run_log(directory) as log:
        log.info("an earlier run")
    with run_log(directory) as log:
        log.info("measuring %s", "ü")
        logging.getLogger("aiperf.plugins").warning("a plugin failed")
        log.debug("not this")
        logging.getLogger("somebody.else").error("nor this")
    log.error("nor what comes later")
    lines = (directory / "run.log").read_text(encoding="utf-8").splitlines()
    assert [line.split(" ", 2)[2] for line in lines] == [
        "INFO aiperf.benchmark: measuring ü",
        "WARNING aiperf.plugins: a plugin failed",
    ]


def test_logging_is_as_it_was_afterwards(tmp_path, monkeypatch):
    """Also after an error."""
    logger = logging.getLogger("aiperf")
    monkeypatch.setattr(logger, "level", logging.ERROR)
    handlers = list(logger.handlers)

    def fail_inside():
        with run_log(tmp_path):
            assert logger.level == logging.INFO
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_inside()
    assert (logger.level, list(logger.handlers)) == (logging.ERROR, handlers)


def test_a_place_that_cannot_be_written_to_is_an_error_that_names_it(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(ExportError, match=r"run\.log.*--output-artifact-dir"),
        run_log(tmp_path / "file"),
    ):
        pass
