"""``run.log``: what the run did and what it warned of."""

from __future__ import annotations

import logging
import resource

import pytest

from aiperf.benchmark.run_log import RunLog, is_going_on
from aiperf.common.errors import ExportError


def test_it_has_what_aiperfs_loggers_say_inside_the_block(tmp_path):
    """With the time, the level and who said it; a run replaces the log of an earlier one."""
    directory = tmp_path / "new" / "run"
    with RunLog(directory) as log:
        log.info("an earlier run")
    with RunLog(directory) as log:
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
        with RunLog(tmp_path):
            assert logger.level == logging.INFO
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_inside()
    assert (logger.level, list(logger.handlers)) == (logging.ERROR, handlers)


def test_a_place_that_cannot_be_written_to_is_an_error_that_names_it(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(ExportError, match=r"run\.log.*--output-artifact-dir"),
        RunLog(tmp_path / "file"),
    ):
        pass


def test_a_directory_is_one_run_s_at_a_time(tmp_path):
    """The second run is told so before it has touched a file of the first."""
    with RunLog(tmp_path) as log:
        log.info("the first")
        with pytest.raises(ExportError, match=r"another run is writing into .*--output-artifact-"):
            RunLog(tmp_path).__enter__()
    assert "the first" in (tmp_path / "run.log").read_text(encoding="utf-8")
    with RunLog(tmp_path):
        pass


def test_others_can_see_whether_a_run_is_going_on(tmp_path):
    """Looking does not get in a run's way."""
    assert not is_going_on(tmp_path)
    with RunLog(tmp_path):
        assert is_going_on(tmp_path)
        assert is_going_on(tmp_path)
    assert not is_going_on(tmp_path)
    with RunLog(tmp_path):
        pass


def test_a_log_that_cannot_be_written_on_ends_nothing_and_is_told_once(tmp_path, capsys):
    """As on a full disk: lines get lost, but nothing is raised or printed in their place."""
    run_log = RunLog(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with run_log as log:
        log.info("written")
        assert run_log.failure is None
        resource.setrlimit(resource.RLIMIT_FSIZE, (200, hard))
        try:
            for _ in range(3):
                log.info("lost: %s", "x" * 1000)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        log.info("lost, too")
    assert isinstance(run_log.failure, ExportError)
    assert f"cannot write {tmp_path / 'run.log'}: " in str(run_log.failure)
    assert capsys.readouterr() == ("", "")
