"""What of the results a person is shown: tables, JSON or nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

RUN = ("profile", "--request-count", "2", "--osl", "2", "--artifact-dir", "out")


@pytest.mark.once
def test_json_is_all_of_standard_output(aiperf, fresh_python):
    """It is the artifact, and there is no progress on standard error."""
    done = aiperf(*RUN, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["request_count"]["avg"] == 2
    written = fresh_python.cwd / "out" / "profile_export_aiperf.json"
    assert written.read_text(encoding="utf-8") == done.stdout


@pytest.mark.once
def test_quiet_is_silent_and_verbose_is_the_log(aiperf, fresh_python):
    done = aiperf(*RUN, "--quiet", "--exporter", "csv")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    names = {each.name for each in (fresh_python.cwd / "out").iterdir()}
    assert names == {"inputs.json", "profile_export_aiperf.csv", "run.log"}
    done = aiperf(*RUN, "--quiet", "--verbose")
    log = (fresh_python.cwd / "out" / "run.log").read_text(encoding="utf-8")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", log)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is full")
def test_json_that_cannot_be_printed_is_in_the_file(fresh_python):
    """One line says so, and where."""
    code = "import sys; sys.stdout = open('/dev/full', 'w')\n"
    code += "from aiperf.cli.main import main; main()"
    done = fresh_python.run(code, *RUN, "--json")
    assert done.returncode == 1
    line, *_ = done.stderr.splitlines()
    assert line.startswith("Error: cannot print the results: No space left on device. They are in ")
    written = fresh_python.cwd / "out" / "profile_export_aiperf.json"
    assert json.loads(written.read_bytes())["request_count"]["avg"] == 2


def test_json_of_an_exporter_that_is_left_out_is_refused(aiperf):
    done = aiperf(*RUN, "--json", "--exporter", "csv")
    assert done.returncode == 2
    assert "add --exporter json" in done.stderr


def test_an_exporter_that_there_is_not_is_refused(aiperf):
    done = aiperf(*RUN, "--exporter", "cvs")
    assert done.returncode == 2
    assert "'cvs'" in done.stderr
    assert "Did you mean 'csv'?" in done.stderr
