"""``aiperf profile`` against the embedded server, beside a bare loop on the same HTTP library.

The bare loop is an asyncio protocol on httptools and uvloop that sends one ready-made request again
and again and looks at nothing but where a response ends. Client and server each get a core where
the machine lets us choose.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BARE = """
import asyncio, json, sys, time
from urllib.parse import urlsplit

import httptools
import uvloop

url, concurrency, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
host = urlsplit(url).netloc
body = json.dumps({"model": "m", "max_completion_tokens": 1,
                   "messages": [{"role": "user", "content": " word" * 32}]}).encode()
request = (f"POST /v1/chat/completions HTTP/1.1\\r\\nHost: {host}\\r\\n"
           "Content-Type: application/json\\r\\n"
           f"Content-Length: {len(body)}\\r\\n\\r\\n").encode() + body
left = count
done = 0


class Client(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.send()

    def send(self):
        global left
        if left:
            left -= 1
            self.parser = httptools.HttpResponseParser(self)
            self.transport.write(request)

    def data_received(self, data):
        self.parser.feed_data(data)

    def on_message_complete(self):
        global done
        done += 1
        if done == count:
            finished.set_result(None)
        asyncio.get_running_loop().call_soon(self.send)


async def main():
    global finished
    loop = asyncio.get_running_loop()
    finished = loop.create_future()
    where = urlsplit(url)
    started = time.perf_counter()
    for _ in range(concurrency):
        await loop.create_connection(Client, where.hostname, where.port)
    await finished
    print(count / (time.perf_counter() - started))


uvloop.run(main())
"""


def rows() -> list[Row]:
    """Measure and return the rows."""
    found: list[Row] = []
    for url in _server():
        for concurrency, count in ((1, 2_000), (16, 8_000), (128, 16_000)):
            bare = float(client([sys.executable, "-c", _BARE, url, concurrency, count]))
            rate, memory, first = profile(url, concurrency, count)
            found += [
                Row(f"bare loop, {concurrency} concurrent", f"{bare:,.0f} requests/s"),
                Row(
                    f"aiperf profile, {concurrency} concurrent",
                    f"{rate:,.0f} requests/s",
                    "the bare loop",
                    rate / bare,
                ),
                Row(f"aiperf profile, {concurrency} concurrent, peak memory", f"{memory:.0f} MB"),
                Row(
                    f"aiperf profile, {concurrency} concurrent, command to first request",
                    f"{first:.2f} s",
                ),
            ]
    return found


def _server() -> Iterator[str]:
    """Run the embedded server without delays on the second core, and yield its URL."""
    command = [sys.executable, "-m", "aiperf", "mock-server", "--port", "0"]
    command += ["--ttft", "0", "--itl", "0", "--output-tokens", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        pin(server.pid, 1)
        assert server.stdout is not None
        address = re.search(r"http://\S+", server.stdout.readline())
        assert address is not None
        try:
            yield address.group()
        finally:
            server.terminate()


def profile(
    url: str, concurrency: int, count: int, more: Sequence[str] = ()
) -> tuple[float, float, float]:
    """Return requests/s, peak memory in MB, and seconds from the command to its first request."""
    with tempfile.TemporaryDirectory() as directory:
        started_ns = time.time_ns()
        command = [sys.executable, "-c", MEMORY, "profile", "--url", url, "--model", "m"]
        command += ["--concurrency", concurrency, "--request-count", count, "--osl", 1]
        command += ["--isl", 32, "--artifact-dir", directory, "--ui", "none", *more]
        memory = client(command).splitlines()[-1]
        summary = json.loads(Path(directory, "profile_export_aiperf.json").read_bytes())
        with Path(directory, "profile_export.jsonl").open() as lines:
            start_ns = min(json.loads(line)["metadata"]["request_start_ns"] for line in lines)
    first = (start_ns - started_ns) / 1e9
    return summary["request_throughput"]["avg"], float(memory), first


MEMORY = """
import atexit, resource, sys
from aiperf.cli.main import main
kib = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
atexit.register(lambda: print(kib() / 1024))
sys.argv[0] = "aiperf"
main()
"""


def client(command: list[object]) -> str:
    """Run a command on the first core and return what it printed."""
    with subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True) as process:
        pin(process.pid, 0)
        output, _ = process.communicate()
    if process.returncode:
        sys.exit(f"{command[:4]} ended with exit code {process.returncode}")
    return output


def pin(pid: int, core: int) -> None:
    """Keep a process on one core, where the system lets us."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(pid, {cores[core % len(cores)]})
