"""What of the results a person is shown: tables, JSON or nothing."""

from __future__ import annotations

import json

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


def test_json_of_an_exporter_that_is_left_out_is_refused(aiperf):
    done = aiperf(*RUN, "--json", "--exporter", "csv")
    assert done.returncode == 2
    assert "add --exporter json" in done.stderr


def test_an_exporter_that_there_is_not_is_refused(aiperf):
    done = aiperf(*RUN, "--exporter", "cvs")
    assert done.returncode == 2
    assert "'cvs'" in done.stderr
    assert "Did you mean 'csv'?" in done.stderr
