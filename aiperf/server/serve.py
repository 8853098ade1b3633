"""Runs the embedded model server in this process until it is told to stop."""

from __future__ import annotations

import asyncio
import errno
import gc
import importlib.util
import os
import signal
import socket
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import uvicorn

from aiperf.common.grpc_version import complaint_about
from aiperf.server.app import ModelServer
from aiperf.server.arrival_times import StampingProtocol
from aiperf.server.errors import ServerBindError, ServerExtraError
from aiperf.server.pacer import Pacer
from aiperf.server.truth_log import TruthLog

new_event_loop: Callable[[], asyncio.AbstractEventLoop]
try:
    from uvloop import new_event_loop
except ImportError:  # Windows, or not CPython
    from asyncio import new_event_loop

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from aiperf.server.settings import ServerSettings

_KEEP_ALIVE_S = 3600  # a connection that a slow benchmark leaves idle is not taken from it
_GRACE_S = 2  # for clients that don't read their responses, once the server is told to stop
_BACKLOG = 4096

_NEXT_STEPS = {
    errno.EADDRINUSE: "Stop what is listening there, or pass another --port (0 takes a free one)",
    errno.EACCES: "Pass a --port above 1023 (0 takes a free one)",
}


def serve(
    settings: ServerSettings,
    ready: Callable[..., None],
    *,
    until_closed: int | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; responses in flight are then ended with an error.

    Args:
        settings: What to serve, and where.
        ready: Called with the server's URL as soon as it accepts connections, and after that with
            the URL for gRPC if there is one.
        until_closed: A pipe's file descriptor; its other end's closing stops the server, too.

    Raises:
        ServerBindError: The address cannot be listened on.
        ServerExtraError: gRPC is asked for and not installed, or too old.
        TruthLogError: The truth log cannot be written.
    """
    if settings.grpc_port is not None:
        _check_grpc()
    with ExitStack() as stack:
        listener = stack.enter_context(_listen(settings.host, settings.port))
        log = None
        if settings.log is not None:
            log = stack.enter_context(closing(TruthLog(settings, settings.log)))
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(_serve(settings, listener, log, ready, until_closed))


class _Server(uvicorn.Server):
    """Says when it is ready, and ends what is in flight when it stops."""

    def __init__(
        self, config: uvicorn.Config, *, started: Callable[[], None], stopping: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._on_started = started
        self._on_stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._on_stopping()
        await super().shutdown(sockets)


async def _serve(
    settings: ServerSettings,
    listener: socket.socket,
    log: TruthLog | None,
    ready: Callable[..., None],
    until_closed: int | None,
) -> None:
    loop = asyncio.get_running_loop()
    pacer = Pacer()
    app = ModelServer(settings, pacer, log)
    config = uvicorn.Config(
        app,
        http=StampingProtocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )
    urls = [_url(listener)]
    grpc_server = None
    if settings.grpc_port is not None:
        from aiperf.server.grpc_service import (  # noqa: PLC0415 - grpcio is an extra
            GRPCService,
            start_grpc,
        )

        service = GRPCService(settings, app, pacer, log)
        try:
            grpc_server, grpc_url = await start_grpc(service, settings.host, settings.grpc_port)
        except ServerBindError:
            pacer.close()
            raise
        urls.append(grpc_url)
    gc.freeze()  # what was imported stays: collections need not look at it, and pause for less
    server = _Server(config, started=lambda: ready(*urls), stopping=pacer.stop)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    def closed(pipe: int) -> None:
        loop.remove_reader(pipe)
        server.should_exit = True

    # uvicorn has its own handlers while it serves. At the end it raises the signal again for
    # those that were there before, and without these the process would die of it.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, stop)
    if until_closed is not None:
        loop.add_reader(until_closed, closed, until_closed)
    try:
        await server.serve(sockets=[listener])
    finally:
        if grpc_server is not None:
            await grpc_server.stop(_GRACE_S)
        pacer.close()


def _check_grpc() -> None:
    """Find out whether gRPC can be spoken, before anything else is begun."""
    if not all(map(importlib.util.find_spec, ("grpc", "google.protobuf"))):
        raise ServerExtraError(
            "speaking gRPC needs grpcio and protobuf, which are not installed. Install them with "
            "pip install 'aiperf[grpc]', or leave --grpc-port out",
            extra="grpc",
        )
    import grpc  # noqa: PLC0415 - an extra

    if complaint := complaint_about(grpc.__version__):
        raise ServerExtraError(f"{complaint}, or leave --grpc-port out", extra="grpc")


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        if os.name == "posix":  # elsewhere this would let two servers share one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        step = _NEXT_STEPS.get(error.errno or 0, "Pass a --host that is an address of this machine")
        raise ServerBindError(
            f"cannot listen on {host}:{port}: {error.strerror}. {step}", host=host, port=port
        ) from error
    return listener


def _url(listener: socket.socket) -> str:
    host, port, *_ = listener.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
