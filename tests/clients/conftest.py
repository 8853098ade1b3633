"""An embedded server for the official clients of the APIs that it speaks."""

from __future__ import annotations

import asyncio
import base64
import struct
import zlib

import pytest

from aiperf.server.process import EmbeddedServer
from aiperf.server.settings import ServerSettings


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.fixture(scope="session")
def pixel() -> str:
    """Give the base64 data of a PNG of one white pixel."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    image = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"\0\xff"))
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + image + _chunk(b"IEND", b"")).decode()


@pytest.fixture(scope="session")
def url():
    """Give the URL of a server that never waits, and gives four tokens where nothing is asked."""
    with EmbeddedServer(ServerSettings(ttft=0, itl=0, output_tokens=4)) as server:
        yield server.url


@pytest.fixture(scope="session")
def reasoning_url():
    """Give the URL of a server whose answers begin with two tokens of reasoning."""
    with EmbeddedServer(ServerSettings(ttft=0, itl=0, reasoning_tokens=2)) as server:
        yield server.url


@pytest.fixture(scope="session")
def failing():
    """Give a function that tells the URL of a server all of whose requests fail with a status."""
    servers = {}

    def url_of(status):
        if status not in servers:
            settings = ServerSettings(ttft=0, itl=0, error_rate=1, error_status=status)
            servers[status] = EmbeddedServer(settings)
            servers[status].start()
        return servers[status].url

    yield url_of
    for server in servers.values():
        server.stop()


@pytest.fixture
def run():
    """Give what runs a coroutine."""
    return asyncio.run
