"""The tables on standard output, as a terminal, a file and a closed pipe get them."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

from aiperf.common.models import ErrorCount, ErrorDetails, Statistics
from aiperf.exporters.console import ConsoleExporter


@pytest.fixture(autouse=True)
def _no_display_variables(monkeypatch):
    """Take away what a terminal or CI says of itself in the environment."""
    for name in ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def export(output, context, capsys):
    """Give the function that exports a result and returns what was printed."""

    def run(result):
        exporter = ConsoleExporter(config=output)
        exporter.start(context)
        assert exporter.finish(result) is None
        return capsys.readouterr().out

    return run


def rows(text):
    """Return the cells of each table row, without frames; a wrapped cell is several rows."""
    lines = [line for line in text.splitlines() if line.startswith(("│", "┃"))]
    return [[cell.strip() for cell in re.split("[│┃]", line)[1:-1]] for line in lines]


def test_the_tables_of_metrics(export, make_result):
    """One row a metric, in order: eight statistics of a distribution; single values apart."""
    found = rows(export(make_result()))
    assert found[0] == ["Metric", "avg", "min", "max", "p99", "p90", "p75", "p50", "std"]
    assert found[1] == [
        "Request Latency (ms)",
        *("12.50", "10.00", "1,234.57", "99.00", "90.50", "75.50", "50.50", "0.25"),
    ]
    assert found[2:5] == [
        ["Metric", "Value"],
        ["Request Throughput (requests/sec)", "2.25"],
        ["Request Count (requests)", "4"],
    ]


def test_the_table_of_errors(export, make_result):
    """Code, type, message and count of each kind, and how many of all requests that is."""
    text = export(make_result())
    assert "AIPerf | Error Summary" in text
    assert "3 of 7 requests (42.9%)" in text
    assert rows(text)[5:] == [
        ["Code", "Type", "Message", "Count"],
        ["503", "HTTPStatusError", "503 Service Unavailable", "2"],
        ["N/A", "ConnectError", "refused", "1"],
    ]


def test_without_errors_there_is_no_table_of_them(export, make_result):
    """An empty table says nothing."""
    assert "Error Summary" not in export(make_result(errors=()))


def test_very_many_kinds_of_errors_are_not_all_shown(export, make_result):
    """The most frequent twenty, and how many more there are."""
    errors = tuple(ErrorCount(ErrorDetails("E", f"number {n}"), n) for n in range(1, 1001))
    text = export(make_result(errors=errors))
    assert "number 1000" in text
    assert "number 981" in text
    assert "number 980" not in text
    assert "and 980 more kinds" in text


def test_warnings_and_the_directory_are_said(export, make_result, output):
    """What puts the numbers in doubt is beside the numbers."""
    text = export(make_result())
    assert "Warning: the client was busy" in text
    assert f"Artifacts: {output.artifact_dir}" in text


def test_goodput_is_said_in_words(export, make_result):
    """How many requests were good, and what they had to meet; nothing where it was not asked."""
    good = Statistics("good_request_count", "Good Request Count", "requests", 3.0, secondary=True)
    share = Statistics("good_request_fraction", "Good", "ratio", 0.75, secondary=True)
    statistics = (*make_result().statistics, good, share)
    config = {"metrics": {"goodput": {"request_latency": 250.5}}}
    text = export(make_result(statistics=statistics, config=config))
    assert "Good are 3 requests, 75.0% of all: they met request_latency 250.5 ms." in text
    assert "Good" not in export(make_result())


def test_a_cancelled_run_says_so(export, make_result):
    """The results are not those of the whole run."""
    assert "The run was cancelled" in export(make_result(was_cancelled=True))
    assert "The run was cancelled" not in export(make_result())


def test_a_run_without_results_says_so(export, make_result):
    """No empty table."""
    text = export(make_result(statistics=()))
    assert "There are no results: no request succeeded." in text
    assert "AIPerf | Metrics" not in text


def test_what_a_server_says_is_text_and_no_command(export, make_result):
    """Neither rich's markup nor the terminal's escapes in a message have an effect."""
    message = "[/red] [bold]x[/bold] \x1b[31m\x07 \udce9 caf\u00e9"
    text = export(make_result(errors=(ErrorCount(ErrorDetails("E[x]", message), 1),)))
    assert r"[/red] [bold]x[/bold] \x1b[31m\x07 \udce9 café" in text
    assert "E[x]" in text


@pytest.mark.parametrize("columns", ["20", "80", "300"])
def test_numbers_are_whole_at_every_width(export, make_result, monkeypatch, columns):
    """A number that is cut to fit would be a wrong number."""
    monkeypatch.setenv("COLUMNS", columns)
    big = Statistics(
        tag="t", header="Very Large", unit="ms", avg=123456789.5, min=1.0, max=987654321.25, std=2.0
    )
    text = export(make_result(statistics=(big,)))
    assert "123,456,789.50" in text
    assert ("987,654,321.25" in text) == (columns != "20")
    assert "…" not in text


def test_a_narrow_terminal_gets_fewer_columns(export, make_result, monkeypatch):
    """Nothing is wrapped by the terminal, and what is missing is said."""
    monkeypatch.setenv("COLUMNS", "72")
    table, found, _ = export(make_result()).partition("Artifacts:")
    assert found
    assert max(map(len, table.splitlines())) <= 72
    assert rows(table)[0] == ["Metric", "avg", "min", "max", "p99", "p90", "p50", "std"]
    assert "The files, and a wider terminal, have p75." in table


def test_a_warning_is_broken_between_words_on_a_terminal_alone(export, make_result, monkeypatch):
    """A program finds it on a line; the directory is on one line everywhere, to be copied."""
    words = "word " * 40 + "end"
    result = make_result(warnings=(words,))
    assert f"Warning: {words}" in export(result)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    lines = re.sub("\x1b\\[[0-9;]*m", "", export(result)).splitlines()
    warning = [line for line in lines if "word" in line]
    assert len(warning) == 3
    assert {word for line in warning for word in line.split()} == {"Warning:", "word", "end"}
    assert any(line.startswith("Artifacts: ") for line in lines)


def test_a_file_has_one_line_for_each_metric(export, make_result):
    """However long the name is, so that it can be searched."""
    long = Statistics(
        tag="t", header="Output Token Throughput Per User", unit="tokens/sec/user", avg=1.0
    )
    found = rows(export(make_result(statistics=(make_result().statistics[0], long), errors=())))
    assert [row[0] for row in found] == [
        "Metric",
        "Request Latency (ms)",
        "Metric",
        "Output Token Throughput Per User (tokens/sec/user)",
    ]


def test_a_stream_that_cannot_show_every_character(output, context, make_result, monkeypatch):
    """Frames and messages are written in what the stream's encoding has."""
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    exporter = ConsoleExporter(config=output)
    exporter.start(context)
    exporter.finish(make_result(warnings=("caf\u00e9",)))
    text = raw.getvalue().decode("ascii")
    assert "1,234.57" in text
    assert r"caf\xe9" in text


def test_a_process_without_standard_output(output, context, make_result, monkeypatch):
    """There is nobody to print to; the other artifacts are not in danger."""
    monkeypatch.setattr(sys, "stdout", None)
    exporter = ConsoleExporter(config=output)
    exporter.start(context)
    assert exporter.finish(make_result()) is None


PRINT = """
import os, sys
from pathlib import Path
from aiperf.common.config import OutputConfig
from aiperf.common.models import ClockAnchor, RunResult
from aiperf.exporters.console import ConsoleExporter
from aiperf.common.errors import ExportError

sys.stdin.read()
result = RunResult(
    statistics=(), errors=(), anchor=ClockAnchor(1, 1), start_ns=1, end_ns=2, was_cancelled=False,
    config={}, provenance={}, client_health={},
)
try:
    ConsoleExporter(config=OutputConfig(Path("here"))).finish(result)
except ExportError as error:
    print(error, file=sys.stderr)
    sys.stderr.flush()
os._exit(7)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break differently")
def test_a_broken_pipe_is_an_error_and_not_the_end():
    """`aiperf profile | head` may lose the tables, never the files that are written after them."""
    with subprocess.Popen(
        [sys.executable, "-c", PRINT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        child.stdout.close()
        child.stdin.close()
        said = child.stderr.read()
    assert (child.returncode, said) == (
        7,
        "cannot print the results: Broken pipe. Files that were written are in here\n",
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_device_is_an_error():
    """Results that are redirected to where nothing fits are said to be lost."""
    with Path("/dev/full").open("wb") as full:
        child = subprocess.run(
            [sys.executable, "-c", PRINT],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert (child.returncode, child.stderr) == (
        7,
        "cannot print the results: No space left on device. Files that were written are in here\n",
    )
