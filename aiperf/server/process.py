"""The embedded model server as a child process: what a benchmark runs against by default."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from time import monotonic
from typing import IO, TYPE_CHECKING, Self, cast

from aiperf.server.errors import EmbeddedServerError
from aiperf.server.settings import ServerSettings

if TYPE_CHECKING:
    from types import TracebackType

_START_S = 30.0
_GRACE_S = 5.0
_NEXT_STEP = "Pass --url to measure another server, or start this one with: aiperf mock-server"


class EmbeddedServer:
    """Runs the server in a process of its own, on a free port.

    ::

        with EmbeddedServer(ServerSettings(ttft=50)) as server:
            ...  # send requests to server.url

    The process is a fresh interpreter in a session of its own, so that Ctrl-C in a terminal
    reaches the parent alone, which decides. It ends with the context, and also when the parent
    ends in whatever way.

    Args:
        settings: What to serve; ``port`` is ignored.
    """

    def __init__(self, settings: ServerSettings | None = None) -> None:
        self._settings = replace(settings or ServerSettings(), port=0)
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""
        """``http://host:port``, once it has started."""
        self.grpc_url = ""
        """``grpc://host:port``, once it has started, if the settings have a ``grpc_port``."""
        self.pid = 0
        """The process's id, once it has started."""
        self.status: int | None = None
        """The process's exit status, once it has ended."""
        self.stderr = ""
        """What the process wrote to standard error, once it has ended."""

    def start(self) -> None:
        """Start the server and return when it accepts connections.

        Does nothing where it is running.

        Raises:
            EmbeddedServerError: It did not start.
        """
        if self._process is not None:
            return
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by _end
        self.url, self.grpc_url, self.status, self.stderr = "", "", None, ""
        try:
            self._process = _spawn(self._settings, self._errors)
            self.pid = self._process.pid
            said = _first_line(cast("IO[bytes]", self._process.stdout))
            self.url, _, self.grpc_url = said.partition(" ")
        except BaseException as error:
            self._end()
            if isinstance(error, OSError):
                raise self._failure(f"did not start: {error}") from error
            raise
        if not self.url:
            self._end()
            raise self._failure("did not start")

    def stop(self) -> None:
        """Stop the server and return when it has ended; its truth log is complete then.

        Does nothing where no server is running.

        Raises:
            EmbeddedServerError: It had ended by itself, or did not end in an orderly way.
        """
        if self._process is None:
            return
        had_ended = self._process.poll() is not None
        self._end()
        if had_ended:
            raise self._failure("ended by itself")
        if self.status:
            raise self._failure("did not end in an orderly way, so its truth log may lack lines")

    def __enter__(self) -> Self:
        """Start the server."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the server; if the context ends by an exception, a failure to is a note on it."""
        try:
            self.stop()
        except EmbeddedServerError as failure:
            if error is None:
                raise
            error.add_note(str(failure))

    def _end(self) -> None:
        """End the process: closing its standard input asks it to, and after a while it must."""
        if (process := self._process) is not None:
            self._process = None
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
            try:
                self.status = process.wait(_GRACE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                self.status = process.wait()
        if not self._errors.closed:
            with self._errors:
                self._errors.seek(0)
                self.stderr = self._errors.read().decode(errors="replace").strip()

    def _failure(self, what: str) -> EmbeddedServerError:
        status = "" if self.status is None else f" (exit status {self.status})"
        stderr = f": {self.stderr}" if self.stderr else ""
        return EmbeddedServerError(
            f"the embedded model server {what}{status}{stderr}\n{_NEXT_STEP}",
            status=self.status,
            stderr=self.stderr,
        )


def _spawn(settings: ServerSettings, errors: IO[bytes]) -> subprocess.Popen[bytes]:
    fields = asdict(settings)
    if settings.log is not None:
        fields["log"] = str(settings.log)
    # The child finds modules in the current directory only if this process does.
    safe_path = [] if {"", str(Path.cwd())} & set(sys.path) else ["-P"]
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, *safe_path, "-m", "aiperf.server", json.dumps(fields)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        start_new_session=True,
    )


def _first_line(stream: IO[bytes]) -> str:
    """Return the first line that comes, or nothing if the stream ends without one."""
    end = monotonic() + _START_S
    line = b""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while not line.endswith(b"\n"):
            if not selector.select(end - monotonic()):
                raise TimeoutError(f"it was not ready within {_START_S:.0f} s")
            if not (read := os.read(stream.fileno(), 4096)):
                return ""
            line += read
    return line.decode().strip()
