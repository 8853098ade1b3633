"""Runs of a command."""

from __future__ import annotations

import os
import pickle
import select
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from aiperf.devtools.command_runs import CommandError, Ending, EndKind, last_lines, run_command


@pytest.fixture
def run(tmp_path):
    """Run a shell script and return its ending and its output."""

    def run(script, timeout=None, **environment):
        log = tmp_path / "log"
        ending = run_command(
            ["sh", "-c", script], environment=os.environ | environment, log=log, timeout=timeout
        )
        return ending, log.read_text()

    return run


@pytest.mark.parametrize(
    ("script", "kind", "status", "text"),
    [
        ("exit 0", "exited", 0, "passes"),
        ("exit 3", "exited", 3, "fails with exit status 3"),
        ("kill -SEGV $$", "killed", signal.SIGSEGV, "is killed by SIGSEGV"),
    ],
)
def test_an_ending_says_how(run, script, kind, status, text):
    """An exit status, or the signal that killed it."""
    ending, _ = run(script)
    assert (ending.kind, ending.status, str(ending)) == (kind, status, text)
    assert ending.is_good == (script == "exit 0")


def test_a_signal_without_a_name_has_its_number():
    assert str(Ending(EndKind.KILLED, 250, 1.0)) == "is killed by signal 250"


def test_endings_are_alike_whatever_time_they_took():
    """The kind and the status count."""
    ending = Ending(EndKind.EXITED, 1, 0.5)
    assert ending.is_like(Ending(EndKind.EXITED, 1, 9.0))
    assert not ending.is_like(Ending(EndKind.EXITED, 2, 0.5))
    assert not ending.is_like(Ending(EndKind.KILLED, 1, 0.5))


def test_it_has_its_environment_and_nothing_to_read(run):
    """All that it prints is in the log, standard error included."""
    ending, output = run("cat; echo out $WORD; echo err >&2", WORD="said")
    assert ending.is_good
    assert output == "out said\nerr\n"


def test_a_run_whose_time_is_over_is_ended_with_all_that_it_started(run, tmp_path):
    """A process that a shell has left in the background, too."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    ending, output = run(f"echo begun; sleep 60 >{pipe} & trap '' TERM; wait", timeout=0.5)
    assert (ending.kind, ending.status) == ("timed-out", None)
    assert str(ending).startswith("does not end within 0.5")
    assert output == "begun\n"
    os.set_blocking(reader, True)
    assert os.read(reader, 1) == b"", "nobody has the pipe open for writing any more"
    os.close(reader)


@pytest.mark.parametrize(
    ("name", "reason"), [("nowhere", "No such file or directory"), ("text", "Permission denied")]
)
def test_a_command_that_cannot_be_run(tmp_path, name, reason):
    """The error says which, and survives pickling."""
    (tmp_path / "text").write_text("no program")
    command = str(tmp_path / name)
    with pytest.raises(CommandError, match=reason) as caught:
        run_command([command], environment={}, log=tmp_path / "log", timeout=None)
    assert pickle.loads(pickle.dumps(caught.value)).command == command


def test_a_command_with_a_nul_byte_cannot_be_run(tmp_path):
    with pytest.raises(CommandError, match="null byte"):
        run_command(["a\0b"], environment={}, log=tmp_path / "log", timeout=None)


def test_an_interrupt_ends_the_command_too(tmp_path):
    """Whoever waits for it can be interrupted; the command does not outlive that."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    script = """
import signal, sys
from pathlib import Path
from aiperf.devtools.command_runs import run_command
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell's background ignores
run_command(["sh", "-c", "echo x > " + sys.argv[1] + "; exec sleep 60"], environment={
    "PATH": "/usr/bin:/bin"}, log=Path(sys.argv[1] + ".log"), timeout=None)
"""
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    waiting = subprocess.Popen([sys.executable, "-c", script, pipe], stderr=subprocess.PIPE)
    assert select.select([reader], [], [], 30)[0], "the command has begun"
    os.close(reader)
    waiting.send_signal(signal.SIGINT)
    _, error = waiting.communicate(timeout=30)
    assert b"KeyboardInterrupt" in error


def test_it_runs_in_a_thread_as_well(run):
    """Where signals are nobody's business."""
    with ThreadPoolExecutor() as threads:
        ending, _ = threads.submit(run, "exit 5").result()
    assert ending.status == 5


@pytest.mark.parametrize(
    ("printed", "lines"),
    [
        (b"", ()),
        (b"one\n\n \ntwo \nthree", ("two", "three")),
        (b"\xff\n", ("\N{REPLACEMENT CHARACTER}",)),
        (b"x" * 10_000 + b"\nlast\n", ("x" * 4090, "last")),
    ],
)
def test_the_last_lines_of_what_it_printed(tmp_path, printed, lines):
    """Blank ones are left out, and very long ones are cut."""
    (tmp_path / "log").write_bytes(printed)
    assert last_lines(tmp_path / "log", 2) == lines
