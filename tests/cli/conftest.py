"""The ``aiperf`` command as a process, and a server that notes what it is asked."""

from __future__ import annotations

import json
import threading
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import ssl
    import subprocess
    from collections.abc import Callable, Iterator, Mapping

MAIN = "from aiperf.cli.main import main; main()"
USAGE = {
    "prompt_tokens": 1000,
    "completion_tokens": 300,
    "completion_tokens_details": {"reasoning_tokens": 100},
}


@pytest.fixture
def aiperf(fresh_python) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Give what runs ``aiperf`` with the given words, every warning an error.

    Keywords are those of ``fresh_python``.
    """

    def run(*words: str, **more: Any) -> subprocess.CompletedProcess[str]:
        return fresh_python.run(MAIN, *words, **({"warnings_are_errors": True} | more))

    return run


@dataclass(frozen=True)
class Request:
    """What the server was asked; the names of headers are lower case."""

    path: str
    headers: Mapping[str, str]
    payload: Any


@dataclass
class NotingServer:
    """An OpenAI server that answers two words to everything.

    ``before_answer`` is called between a request and its answer, in the connection's own thread.
    """

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    before_answer: Callable[[], object] = lambda: None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        noting: NotingServer = self.server.noting
        noting.requests.append(Request(self.path, headers, payload))
        noting.before_answer()
        kind, body = _answer(payload)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _answer(payload: Any) -> tuple[str, bytes]:
    if "input" in payload:
        body = {"data": [{"embedding": [0.5]}], "usage": USAGE}
        return "application/json", json.dumps(body).encode()
    if not payload["stream"]:
        message = {"content": "Good morning"}
        body = {"choices": [{"message": message}], "usage": USAGE}
        return "application/json", json.dumps(body).encode()
    chunks = [{"choices": [{"delta": {"content": word}}]} for word in ("Good", " morning")]
    events = [*map(json.dumps, [*chunks, {"choices": [], "usage": USAGE}]), "[DONE]"]
    return "text/event-stream", "".join(f"data: {each}\n\n" for each in events).encode()


@contextmanager
def run_noting_server(tls: ssl.SSLContext | None = None) -> Iterator[NotingServer]:
    """Run a server for the length of the context."""
    noting = NotingServer()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.noting = noting
        server.handle_error = lambda *_: None  # a client that leaves is none of its errors
        if tls is not None:
            server.socket = tls.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        noting.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield noting
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def noting_server() -> Callable[..., AbstractContextManager[NotingServer]]:
    """Give :func:`run_noting_server`."""
    return run_noting_server
