"""What a person sees of a running benchmark: a bar on a terminal, lines anywhere else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from aiperf.common.models import Progress
from aiperf.ui.progress import ProgressUI

FULL = Path("/dev/full")

posix = pytest.mark.skipif(sys.platform == "win32", reason="terminals are those of POSIX")


def moment(phase, completed, elapsed_s, request_count=400):
    """Return a moment without errors."""
    return Progress(phase, completed, completed, 0, 0, elapsed_s, request_count, None)


@pytest.fixture(autouse=True)
def _no_display_variables(monkeypatch):
    """Take away what a terminal or CI says of itself in the environment."""
    for name in ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def lines(capsys):
    """Give the function that shows moments and returns the lines that were printed for them."""

    def show(*moments):
        ui = ProgressUI()
        ui.start("AIPerf [1] run")
        for each in moments:
            ui.update(each)
        ui.stop()
        ui.stop()
        out, err = capsys.readouterr()
        assert out == ""
        return err.splitlines()

    return show


def test_the_title_is_plain_text(lines):
    """Brackets in it are brackets."""
    assert lines() == ["AIPerf [1] run"]


def test_there_is_a_line_every_ten_seconds_and_at_the_end(lines):
    """However often the state is updated."""
    found = lines(*(moment("profiling", 4 * n, n / 4) for n in range(93)))
    assert found[1:] == [
        "profiling: 160/400 requests, 0 errors, 0 in flight, 10 s",
        "profiling: 320/400 requests, 0 errors, 0 in flight, 20 s",
        "profiling: 368/400 requests, 0 errors, 0 in flight, 23 s",
    ]


def test_a_short_run_has_its_last_line(lines):
    """Nobody waits ten seconds to hear that it is over."""
    assert lines(moment("profiling", 1, 0.1), moment("profiling", 400, 2.0))[1:] == [
        "profiling: 400/400 requests, 0 errors, 0 in flight, 2 s"
    ]


@pytest.mark.parametrize("begins_at", [0.0, 3.0])
def test_each_phase_has_its_last_line(lines, begins_at):
    """Whether the clock begins anew with a phase or goes on."""
    found = lines(
        moment("warmup", 5, 2.5),
        moment("warmup", 10, 3.0),
        moment("profiling", 0, begins_at),
        moment("profiling", 90, begins_at + 9),
        moment("profiling", 100, begins_at + 10),
    )
    assert found[1:] == [
        "warmup: 10/400 requests, 0 errors, 0 in flight, 3 s",
        f"profiling: 100/400 requests, 0 errors, 0 in flight, {begins_at + 10:.0f} s",
    ]


def test_a_state_is_not_printed_twice(lines):
    """The last line may be one of those of every ten seconds."""
    found = lines(moment("profiling", 0, 0.0), moment("profiling", 400, 10.0))
    assert found[1:] == ["profiling: 400/400 requests, 0 errors, 0 in flight, 10 s"]


def test_a_long_line_is_one_line(lines, monkeypatch):
    """A log has no width."""
    monkeypatch.setenv("COLUMNS", "20")
    assert len(lines(moment("profiling", 400, 2.0))) == 2


def test_forced_colors_do_not_make_a_file_a_terminal(lines, monkeypatch):
    """CI sets this for its log, in which a bar would be drawn again and again."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    found = lines(*(moment("profiling", n, n / 100) for n in range(50)))
    assert len(found) == 2


def test_updates_outside_of_a_run_show_nothing(capsys):
    """Before it begins and after it has ended."""
    ui = ProgressUI()
    ui.update(moment("profiling", 1, 20.0))
    ui.start("run")
    ui.stop()
    ui.update(moment("profiling", 2, 40.0))
    ui.stop()
    assert capsys.readouterr().err == "run\n"


CHILD = """
import sys, threading
from aiperf.common.models import Progress
from aiperf.ui.progress import ProgressUI
before = sys.stdout, sys.stderr
ui = ProgressUI()
ui.start("AIPerf [1] run")
# started
for phase, count in (("warmup", 10), ("profiling", 400)):
    for n in range(count + 1):
        ui.update(Progress(phase, n, n, 0, 0, n / 10, count, None))
assert threading.active_count() == 1, "a thread would take time from the measurement"
assert (sys.stdout, sys.stderr) == before
ui.stop()
ui.stop()
print("done")
"""


def run_on_terminal(code, term):
    """Run ``code`` with a terminal for standard error; return its output and what was shown."""
    master, slave = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=slave,
        env={**os.environ, "TERM": term, "COLUMNS": "100"},
        text=True,
    ) as child:
        os.close(slave)
        shown = b""
        while True:
            try:
                data = os.read(master, 65536)
            except OSError:  # Linux says so when the last writer is gone
                data = b""
            if not data:
                break
            shown += data
        out = child.stdout.read()
    os.close(master)
    assert (child.returncode, out) == (0, "done\n"), shown.decode()
    return shown.decode()


@posix
def test_a_terminal_gets_a_bar_for_each_phase():
    """Drawn in place, full at the end, with the cursor back."""
    shown = run_on_terminal(CHILD, "xterm")
    assert shown.startswith("AIPerf [1] run\r\n")
    assert shown.index("\x1b[?25l") < shown.index("\x1b[?25h")
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")
    last = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).split("\r")[-3:]
    assert re.search(r"warmup\s+━+ 100% 10/10 requests, 0 errors, 0 in flight, 1 s", "".join(last))
    assert re.search(
        r"profiling\s+━+ 100% 400/400 requests, 0 errors, 0 in flight, 40 s", "".join(last)
    )


@posix
def test_a_terminal_that_cannot_go_back_gets_lines():
    """A dumb terminal would show each state of the bar after the other."""
    shown = run_on_terminal(CHILD, "dumb")
    assert "\x1b" not in shown
    assert shown.splitlines()[-1] == "profiling: 400/400 requests, 0 errors, 0 in flight, 40 s"


@posix
def test_a_closed_pipe_does_not_end_the_run():
    """`aiperf profile 2>&1 | head` measures to its end."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    try:
        done = subprocess.run(
            [sys.executable, "-c", CHILD],
            stdout=subprocess.PIPE,
            stderr=write_end,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(write_end)
    assert done.stdout == "done\n"


@posix
def test_a_closed_terminal_does_not_end_the_run():
    """The window is closed while the benchmark runs on."""
    code = CHILD.replace("# started", "print('started', flush=True); sys.stdin.read()")
    master, slave = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=slave,
        env={**os.environ, "TERM": "xterm"},
        text=True,
        start_new_session=True,
    ) as child:
        os.close(slave)
        assert child.stdout.readline() == "started\n"
        os.close(master)
        child.stdin.close()
        out = child.stdout.read()
    assert out == "done\n"


@posix
def test_a_full_disk_does_not_end_the_run(tmp_path):
    """Standard error goes to a log that has room for the title and no more."""
    limit = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))
"""
    with (tmp_path / "log").open("wb") as log:
        done = subprocess.run(
            [sys.executable, "-c", limit + CHILD],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.stdout == "done\n"
    assert (tmp_path / "log").read_text().startswith("AIPerf [1] run\n")


@pytest.mark.skipif(not FULL.exists(), reason="no device is always full")
def test_a_log_without_any_room_does_not_end_the_run():
    """Not even the title can be written."""
    with FULL.open("wb") as log:
        done = subprocess.run(
            [sys.executable, "-c", CHILD],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.stdout == "done\n"


@posix
def test_a_process_without_standard_error_runs():
    """Started by a service manager that gives it none."""
    code = "import os, sys\nassert sys.stderr is None\n" + CHILD
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" -c "$1" 2>&-', sys.executable, code],
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "done\n")
