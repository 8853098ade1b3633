"""``aiperf profile`` over gRPC ends when it should, whatever the server does.

A process with hundreds of calls under way is where grpcio before 1.78 could hang for ever.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter

import pytest

pytest.importorskip("grpc", reason="grpcio cannot be installed on this interpreter")

from aiperf.server.errors import EmbeddedServerError
from aiperf.server.process import EmbeddedServer
from aiperf.server.settings import ServerSettings
from aiperf.testing.grpc_server import GRPCServer
from aiperf.testing.http_server import Behaviour

KSERVE = ("--endpoint-type", "kserve_v2_infer", "--model", "m", "--osl", "4", "--streaming")
MANY = 250


async def _received(server, process):
    """Wait until ``server`` has all requests of the run."""
    async with asyncio.timeout(30):
        while len(server.received) < MANY:
            assert process.poll() is None
            await asyncio.sleep(0.005)


def _each_has_its_record(run):
    errors = Counter(line["error"]["type"] for line in run.lines)
    assert errors == {"RequestCancellationError": MANY}
    assert len({line["metadata"]["x_request_id"] for line in run.lines}) == MANY


@pytest.mark.once
def test_a_signal_while_the_server_stands_still(profile):
    """Nobody reads or answers what is sent to take hundreds of streams back."""

    async def main():
        server = GRPCServer(behaviour=Behaviour.HANG)
        async with server.running():
            load = ("--concurrency", str(MANY), "--request-count", str(2 * MANY))
            run = profile.start(*KSERVE, "--url", server.url, *load)
            await _received(server, run.process)
            run.process.send_signal(signal.SIGTERM)
            return run.wait()  # the server's loop stands still

    run = asyncio.run(main())
    assert (run.code, run.stderr) == (128 + signal.SIGTERM, "")
    _each_has_its_record(run)


@pytest.mark.once
def test_the_end_of_the_grace_period(profile):
    """It ends hundreds of streams that would go on."""
    with EmbeddedServer(ServerSettings(ttft=0, itl=60_000, grpc_port=0)) as server:
        load = ("--benchmark-duration", "0.5", "--benchmark-grace-period", "0.1")
        run = profile(*KSERVE, "--url", server.grpc_url, "--concurrency", str(MANY), *load)
    assert run.code == 1
    assert "raise --benchmark-grace-period" in run.stderr
    _each_has_its_record(run)


@pytest.mark.once
def test_a_server_that_dies_and_comes_back(profile, until):
    """What was under way fails, and later requests are measured, on connections made anew."""
    settings = ServerSettings(ttft=5, itl=1, grpc_port=0)
    server = EmbeddedServer(settings)
    server.start()
    try:
        load = ("--benchmark-duration", "60", "--concurrency", "20")
        run = profile.start(*KSERVE, "--url", server.grpc_url, *load)
        until(lambda: len(run.lines) > 20)
    finally:
        os.kill(server.pid, signal.SIGKILL)
        with pytest.raises(EmbeddedServerError, match="exit status -9"):
            server.stop()
    until(lambda: any(line["error"] for line in run.lines))
    count = len(run.lines)
    port = int(server.grpc_url.rpartition(":")[2])
    with EmbeddedServer(ServerSettings(ttft=5, itl=1, grpc_port=port)):
        until(lambda: len([line for line in run.lines[count:] if not line["error"]]) > 20)
        run.process.send_signal(signal.SIGINT)
        run.wait()
    assert (run.code, run.stderr) == (130, "")
    lines = run.lines
    assert len({line["metadata"]["x_request_id"] for line in lines}) == len(lines)
    errors = Counter(line["error"]["type"] for line in lines if line["error"])
    assert set(errors) <= {
        *("ConnectError", "ConnectionReset", "IncompleteResponse", "RequestCancellationError")
    }
    assert errors["ConnectError"] > 0
