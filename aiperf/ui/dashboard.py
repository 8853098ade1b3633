"""Shows a run on the whole terminal.

What draws is a process of its own (:mod:`aiperf.ui.dashboard_app`), so that drawing takes nothing
from the measurement. It is told each moment on a pipe; one that it is too slow to take is left out.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from aiperf.common.errors import ConfigError
from aiperf.ui.progress import ProgressUI

if TYPE_CHECKING:
    from aiperf.common.models import Progress

_GRACE_S = 3.0
_MOST_TEXT = 300
_MOST_ERRORS = 8
_SHOW_CURSOR = "\x1b[?1049l\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[?25h\x1b[0m"


class DashboardUI:
    """Shows where the run stands, full-screen; lines where there is no terminal to show it on.

    Keys: ``q`` or Ctrl-C ends the run and keeps what was measured.

    Raises:
        ConfigError: Textual, which draws, is not installed.
    """

    def __init__(self) -> None:
        if find_spec("textual") is None:
            raise ConfigError(
                "--ui dashboard needs Textual, which is not installed: "
                "pip install 'aiperf[dashboard]', or choose --ui progress",
                option="--ui",
            )
        self._lines: ProgressUI | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe = -1
        self._terminal: list[Any] = []

    def start(self, title: str) -> None:
        """Begin to show the run called ``title``."""
        if not _has_terminal():
            self._lines = ProgressUI()
            self._lines.start(title)
            return
        self._terminal = _settings_of_terminal()
        read_end, self._pipe = os.pipe()
        os.set_blocking(self._pipe, False)
        # The child finds modules in the current directory only if this process does.
        safe_path = [] if {"", str(Path.cwd())} & set(sys.path) else ["-P"]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, *safe_path, "-m", "aiperf.ui.dashboard_app", str(read_end), title],
                stdout=sys.__stderr__,  # it asks its standard output for the terminal's size
                pass_fds=(read_end,),
            )
        finally:
            os.close(read_end)

    def update(self, progress: Progress) -> None:
        """Show where the run stands; nothing before :meth:`start` and after :meth:`stop`."""
        if self._lines is not None:
            self._lines.update(progress)
        elif self._process is not None:
            # Nobody reads any more, or not fast enough: the run goes on without being shown.
            with contextlib.suppress(BlockingIOError, BrokenPipeError):
                os.write(self._pipe, _message(progress))

    def stop(self) -> None:
        """Leave the terminal as it was. Safe to call twice."""
        if self._lines is not None:
            self._lines.stop()
        process, self._process = self._process, None
        if process is None:
            return
        os.close(self._pipe)
        try:
            process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.returncode:
            self._reset_terminal()

    def _reset_terminal(self) -> None:
        """Do what a process that has died could not do any more."""
        with contextlib.suppress(OSError):  # the terminal may be gone, too
            import termios  # noqa: PLC0415 - not on every platform

            termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, self._terminal)
            sys.stderr.write(_SHOW_CURSOR)
            sys.stderr.flush()


def _message(progress: Progress) -> bytes:
    """Return one line for the pipe, short enough for a pipe to take it whole or not at all."""
    errors = sorted(progress.errors_by_type.items(), key=lambda each: -each[1])[:_MOST_ERRORS]
    recent = progress.recent
    fields = {
        "phase": progress.phase,
        "sent": progress.sent,
        "completed": progress.completed,
        "errors": progress.errors,
        "in_flight": progress.in_flight,
        "elapsed_s": progress.elapsed_s,
        "request_count": progress.request_count,
        "duration_s": progress.duration_s,
        "errors_by_type": {name[:80]: count for name, count in errors},
        "last_error": progress.last_error[:_MOST_TEXT],
        "recent": None
        if recent is None
        else {
            "requests_per_s": recent.requests_per_s,
            "output_tokens_per_s": recent.output_tokens_per_s,
            "latencies_ms": recent.latencies_ms,
        },
    }
    return orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE)


def _has_terminal() -> bool:
    """Return whether there is a terminal to draw on and to read keys from."""
    return os.environ.get("TERM", "dumb") != "dumb" and all(
        stream is not None and stream.isatty() for stream in (sys.__stdin__, sys.__stderr__)
    )


def _settings_of_terminal() -> list[Any]:
    import termios  # noqa: PLC0415 - not on every platform

    return termios.tcgetattr(sys.stdin.fileno())
