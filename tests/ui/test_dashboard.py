"""The dashboard, as a person sees it: a run on a pseudo-terminal, whose screen is read."""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import struct
import subprocess
import sys
import termios
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyte
import pytest

from aiperf.ui.dashboard import DashboardUI

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.once

ROWS, COLUMNS = 40, 100
ENDLESS = ("--benchmark-duration", "60", "--concurrency", "4", "--streaming", "--osl", "8")


@dataclass
class Terminal:
    """A command on a terminal of its own, and what is on its screen."""

    master: int
    process: subprocess.Popen[bytes]
    screen: pyte.Screen = field(default_factory=lambda: pyte.Screen(COLUMNS, ROWS))

    @property
    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

    def read(self):
        """Take what comes next; return whether more may come."""
        ready, _, _ = select.select([self.master], [], [], 60)
        assert ready, f"nothing came for a minute; the screen is:\n{self.text}"
        try:
            data = os.read(self.master, 65536)
        except OSError:  # Linux says so when the last writer is gone
            return False
        pyte.ByteStream(self.screen).feed(data)
        return bool(data)

    def wait_for(self, *words):
        while not all(word in self.text for word in words):
            assert self.read(), f"it ended before {words} came; the screen is:\n{self.text}"

    def press(self, keys):
        os.write(self.master, keys)

    def finish(self):
        while self.read():
            pass
        return self.process.wait(30)


@pytest.fixture
def terminal(tmp_path):
    """Give what runs ``aiperf profile --ui dashboard`` on a new terminal."""
    opened = []

    def run(*words):
        master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        command = [sys.executable, "-m", "aiperf", "profile", "--ui", "dashboard", *words]
        process = subprocess.Popen(
            ["setsid", "--ctty", "--wait", *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=tmp_path,
            env={**os.environ, "TERM": "xterm-256color"},
        )
        os.close(slave)
        opened.append(Terminal(master, process))
        return opened[-1]

    yield run
    for each in opened:
        each.process.kill()
        each.process.wait()
        os.close(each.master)


def summary(directory: Path):
    (path,) = directory.glob("artifacts/*/profile_export_aiperf.json")
    return json.loads(path.read_bytes())


def test_a_key_ends_the_run_and_keeps_what_was_measured(terminal, tmp_path):
    """Progress, rate and latencies are on the screen; afterwards the results are."""
    shown = terminal(*ENDLESS)
    shown.wait_for("requests/s", "Time to First Token", "Request Latency", "no errors", "of 60 s")
    shown.press(b"q")
    assert shown.finish() == 128 + signal.SIGINT
    assert "End the run" not in shown.text
    assert "Artifacts: " in shown.text
    result = summary(tmp_path)
    assert result["was_cancelled"] is True
    assert result["request_count"]["avg"] > 0


def test_it_goes_with_the_run(terminal):
    """Errors by kind are on it; a terminal's Ctrl-C works as without it."""
    shown = terminal("--url", "127.0.0.1:9", "-m", "m", "--benchmark-duration", "60")
    assert shown.finish() == 1
    assert "No request succeeded" in shown.text.replace("\n", "")
    shown = terminal(*ENDLESS)
    shown.wait_for("requests/s")
    shown.press(b"\x03")
    assert shown.finish() == 128 + signal.SIGINT


def test_without_a_terminal_there_are_lines(capfd):
    """In a log, say."""
    ui = DashboardUI()
    ui.start("a run")
    ui.stop()
    assert capfd.readouterr() == ("", "a run\n")


def test_its_library_is_asked_for_by_name(fresh_python):
    """One line that says what to install."""
    script = """
        import sys
        sys.modules["textual"] = None  # as if it were not there
        from importlib.machinery import PathFinder
        find = PathFinder.find_spec
        PathFinder.find_spec = lambda name, *more: None if name == "textual" else find(name, *more)
        del sys.modules["textual"]
        sys.argv[0] = "aiperf"
        from aiperf.cli.main import main
        main()
    """
    done = fresh_python.run(script, "profile", "--ui", "dashboard")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "pip install 'aiperf[dashboard]'" in line
