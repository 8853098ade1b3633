"""A real server for the tests of its parts, and a client of the standard library alone."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from aiperf.server.process import EmbeddedServer
from aiperf.server.settings import ServerSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MESSAGES = [{"role": "user", "content": "Hello there, world!"}]  # five tokens


@dataclass(frozen=True)
class Response:
    """One whole response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Events:
    """One streamed response: each server-sent event's data, when it was read, and its name."""

    status: int
    headers: Mapping[str, str]
    data: list[str] = field(default_factory=list)
    read_ns: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    @property
    def json(self) -> list[Any]:
        """All events but ``[DONE]``, decoded."""
        return [json.loads(each) for each in self.data if each != "[DONE]"]


class Client:
    """Sends requests to one server, each on a connection of its own."""

    def __init__(self, url: str) -> None:
        self.url = url

    def open(
        self,
        method: str,
        path: str,
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> http.client.HTTPConnection:
        """Send one request and return the connection, for reading the response; close it."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        connection.request(method, path, body, dict(headers or {}))
        return connection

    def send(self, method, path, body=None, headers=None) -> Response:
        """Send one request and read the whole response."""
        connection = self.open(method, path, body, headers)
        try:
            response = connection.getresponse()
            lowered = {name.lower(): value for name, value in response.getheaders()}
            return Response(response.status, lowered, response.read())
        finally:
            connection.close()

    def post(self, path: str, headers: Mapping[str, str] | None = None, **fields: Any) -> Response:
        """Post a JSON object."""
        return self.send("POST", path, json.dumps(fields), headers)

    def chat(self, headers: Mapping[str, str] | None = None, **fields: Any) -> Response:
        """Post a chat request."""
        fields = {"model": "m", "messages": MESSAGES, **fields}
        return self.post("/v1/chat/completions", headers, **fields)

    def stream(self, path: str, headers: Mapping[str, str] | None = None, **fields: Any) -> Events:
        """Post a JSON object with ``stream`` set, and read the events one by one."""
        connection = self.open("POST", path, json.dumps({**fields, "stream": True}), headers)
        try:
            response = connection.getresponse()
            lowered = {name.lower(): value for name, value in response.getheaders()}
            events = Events(response.status, lowered)
            while line := response.readline():
                events.read_ns.append(time.perf_counter_ns())
                name, _, value = line.decode().rstrip("\n").partition(":")
                events.names.append(value.strip() if name == "event" else "")
                if name == "event":
                    name, _, value = response.readline().decode().rstrip("\n").partition(":")
                assert name == "data", line
                assert response.readline() == b"\n"
                events.data.append(value.removeprefix(" "))
            return events
        finally:
            connection.close()

    def chat_stream(self, headers: Mapping[str, str] | None = None, **fields: Any) -> Events:
        """Post a chat request and read its stream."""
        fields = {"model": "m", "messages": MESSAGES, **fields}
        return self.stream("/v1/chat/completions", headers, **fields)


@pytest.fixture(scope="session")
def client() -> Iterator[Client]:
    """Give a client of a server that never waits, shared by the tests of wire formats."""
    with EmbeddedServer(ServerSettings(ttft=0, itl=0)) as server:
        yield Client(server.url)


@pytest.fixture(scope="session")
def client_of() -> Callable[[str], Client]:
    """Give what makes a client for a URL."""
    return Client


@pytest.fixture(scope="session")
def eventually() -> Callable[[Callable[[], Any]], Any]:
    """Give what calls a function again and again until it returns something true."""

    def poll(condition: Callable[[], Any], timeout: float = 20) -> Any:
        end = time.monotonic() + timeout
        while not (result := condition()):
            assert time.monotonic() < end, f"{condition} stayed {result!r} for {timeout} s"
            time.sleep(0.005)
        return result

    return poll


@pytest.fixture(scope="session")
def read_log() -> Callable[[Any], list[Any]]:
    """Give what reads a truth log: its header, then its entries, as far as they are written."""

    def read(path: Any) -> list[Any]:
        return [
            json.loads(line)
            for line in path.read_bytes().splitlines(keepends=True)
            if line.endswith(b"\n")
        ]

    return read
