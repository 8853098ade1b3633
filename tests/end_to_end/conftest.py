"""The ``aiperf`` command as a process, and a server that does what a test's script says."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import socketserver
import struct
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

COMMAND = (sys.executable, "-W", "error", "-m", "aiperf")
PATIENCE = 60


@dataclass
class Run:
    """A ``profile`` that has ended, or is under way."""

    process: subprocess.Popen[str]
    artifacts: Path
    stdout: str = ""
    stderr: str = ""

    def wait(self) -> Run:
        """Wait for the end."""
        self.stdout, self.stderr = self.process.communicate(timeout=PATIENCE)
        return self

    @property
    def code(self) -> int:
        """The exit code."""
        assert self.process.returncode is not None, "it has not ended"
        return self.process.returncode

    @cached_property
    def summary(self) -> dict[str, Any]:
        """``profile_export_aiperf.json``."""
        return json.loads((self.artifacts / "profile_export_aiperf.json").read_bytes())

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The whole lines of ``profile_export.jsonl``, as far as they are written."""
        path = self.artifacts / "profile_export.jsonl"
        if not path.exists():
            return []
        return [
            json.loads(line)
            for line in path.read_bytes().splitlines(keepends=True)
            if line.endswith(b"\n")
        ]

    @property
    def payloads(self) -> list[Any]:
        """What ``inputs.json`` says is sent."""
        inputs = json.loads((self.artifacts / "inputs.json").read_bytes())
        return [payload for each in inputs["data"] for payload in each["payloads"]]

    @property
    def log(self) -> str:
        """``run.log``."""
        return (self.artifacts / "run.log").read_text(encoding="utf-8")

    def count(self, tag: str) -> float:
        """Return the value of a metric that counts."""
        return self.summary[tag]["avg"] if tag in self.summary else 0


@dataclass
class Profile:
    """Runs ``aiperf profile`` in an empty directory, every warning an error."""

    tmp_path: Path
    runs: list[Run] = field(default_factory=list)

    def __call__(self, *options: str, **more: Any) -> Run:
        """Run to the end."""
        return self.start(*options, **more).wait()

    def start(
        self,
        *options: str,
        path: tuple[Path, ...] = (),
        env: dict[str, str] | None = None,
        limits: str = "",
    ) -> Run:
        """Start a run that shows nothing, and return at once.

        ``limits`` are those of the process, in the words of a shell's ``ulimit``.
        """
        artifacts = self.tmp_path / f"artifacts-{len(self.runs)}"
        cwd = self.tmp_path / "cwd"
        cwd.mkdir(exist_ok=True)
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("PYTHON")
        }
        if path:
            environment["PYTHONPATH"] = os.pathsep.join(map(str, path))
        limited = ("sh", "-c", f'{limits} && exec "$@"', "sh") if limits else ()
        process = subprocess.Popen(
            [
                *limited,
                *COMMAND,
                "profile",
                "--ui",
                "none",
                "--artifact-dir",
                str(artifacts),
                *options,
            ],
            cwd=cwd,
            env=environment | (env or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        run = Run(process, artifacts)
        self.runs.append(run)
        return run


@pytest.fixture
def profile(tmp_path: Path) -> Iterator[Profile]:
    """Give a :class:`Profile`; what it started is ended with the test."""
    made = Profile(tmp_path)
    yield made
    for run in made.runs:
        with run.process:
            run.process.kill()


@dataclass(frozen=True)
class Request:
    """What a client sent."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Peer:
    """One accepted connection."""

    socket: socket.socket
    reader: Any
    number: int
    """How many were accepted before."""

    def request(self) -> Request:
        """Read one request; ``EOFError`` if the client closes instead."""
        line = self.reader.readline()
        if not line:
            raise EOFError
        headers = {}
        while (text := self.reader.readline().decode("latin-1").rstrip("\r\n")) != "":
            name, _, value = text.partition(": ")
            headers[name.lower()] = value
        body = self.reader.read(int(headers["content-length"]))
        return Request(line.decode().rstrip(), headers, body)

    def send(self, data: bytes) -> None:
        """Send raw bytes."""
        self.socket.sendall(data)

    def answer(self, body: bytes, status: str = "200 OK", kind: str = "application/json") -> None:
        """Send a whole response."""
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        self.send(head.encode() + body)

    def begin_stream(self) -> None:
        """Send the head of a stream of events that ends with the connection."""
        self.send(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
        )

    def reset(self) -> None:
        """Make the client see a reset."""
        linger = struct.pack("ii", 1, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        os.close(self.socket.detach())  # the reader would keep it open otherwise

    def stay_silent(self) -> None:
        """Wait until the client has gone."""
        while self.reader.read1(65536):
            pass


class _Server(socketserver.ThreadingTCPServer):
    """Hands each connection to a script, and closes it when that returns."""

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, script: Callable[[Peer], None]) -> None:
        self.script = script
        self.accepted = 0
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(socketserver.StreamRequestHandler):
    """One connection. The end of the client is no error of the script's."""

    def handle(self) -> None:
        number, self.server.accepted = self.server.accepted, self.server.accepted + 1
        with contextlib.suppress(EOFError, ConnectionError):
            self.server.script(Peer(self.request, self.rfile, number))

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()


@contextlib.contextmanager
def run_server(script: Callable[[Peer], None]) -> Iterator[str]:
    """Run a server and give its URL; connections are accepted one after the other."""
    with _Server(script) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def serve() -> Callable[[Callable[[Peer], None]], contextlib.AbstractContextManager[str]]:
    """Give :func:`run_server`."""
    return run_server


@dataclass(frozen=True)
class MockServer:
    """An ``aiperf mock-server`` and its truth log."""

    url: str
    path: Path

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The requests that are in the log; all of them, once the server has ended."""
        lines = self.path.read_bytes().splitlines(keepends=True)[1:]
        return [json.loads(line) for line in lines if line.endswith(b"\n")]


@pytest.fixture
def mock_server(
    tmp_path: Path,
) -> Callable[..., contextlib.AbstractContextManager[MockServer]]:
    """Give a context that runs ``aiperf mock-server`` with further options."""

    @contextlib.contextmanager
    def run(*options: str) -> Iterator[MockServer]:
        log = tmp_path / "truth.jsonl"
        with subprocess.Popen(
            [*COMMAND, "mock-server", "--port", "0", "--log", str(log), *options],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                url = process.stdout.readline().split()[-1]
                yield MockServer(url, log)
                process.send_signal(signal.SIGTERM)
                assert process.wait(PATIENCE) == 0
            finally:
                process.kill()

    return run


@pytest.fixture
def until() -> Callable[[Callable[[], Any]], Any]:
    """Give what calls a function again and again until it returns something true."""

    def poll(condition: Callable[[], Any]) -> Any:
        end = time.monotonic() + PATIENCE
        while not (result := condition()):
            assert time.monotonic() < end, f"it stayed {result!r}"
            time.sleep(0.005)
        return result

    return poll
