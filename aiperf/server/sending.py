"""Sends a rendered reply at the times that were planned for it, and notes the true ones.

Interface: https://asgi.readthedocs.io/en/latest/specs/www.html.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

from aiperf.server.error_shapes import OPENAI_ERRORS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from aiperf.server.error_shapes import ErrorShape
    from aiperf.server.pacer import Pacer
    from aiperf.server.reply import Stream, Whole
    from aiperf.server.truth_log import Entry

    Receive = Callable[[], Awaitable[Any]]
    Send = Callable[[Any], Awaitable[None]]

_STOPPED = (503, "The server was stopped before it had answered.")
_STREAM_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-cache"),
    ],
}


class Waiter:
    """Waits for the due times of one request, until its client leaves or the server stops."""

    def __init__(self, pacer: Pacer, receive: Receive) -> None:
        self._pacer = pacer
        self._future: asyncio.Future[None] | None = None
        self.left = False
        """Whether the client has left."""
        self._watch = asyncio.create_task(self._watch_client(receive))

    async def until(self, due_ns: int) -> bool:
        """Wait until ``due_ns``, or not at all if that is past; return whether to go on."""
        if due_ns > perf_counter_ns() and not self.left:
            self._future = self._pacer.at(due_ns)
            await self._future
        return not (self.left or self._pacer.stopped)

    @property
    def reason(self) -> str:
        """Why not to go on: the truth log's ``outcome``."""
        return "disconnected" if self.left else "stopped"

    async def _watch_client(self, receive: Receive) -> None:
        await receive()  # the body has been read, so that what comes next is the end
        self.left = True
        if self._future is not None and not self._future.done():
            self._future.set_result(None)


async def send_whole(
    reply: Whole,
    send: Send,
    entry: Entry,
    waiter: Waiter | None = None,
    due: Sequence[int] = (),
    *,
    errors: ErrorShape = OPENAI_ERRORS,
) -> None:
    """Send ``reply`` at the last of ``due`` if there is a ``waiter``, else at once."""
    status, body, tokens = reply.status, reply.body, reply.tokens
    content_type, headers = reply.content_type, reply.headers
    if waiter is not None and not await waiter.until(due[-1]):
        entry.outcome = waiter.reason
        if waiter.left:
            return
        status, body, tokens = _STOPPED[0], errors.body(*_STOPPED), 0
        content_type, headers = b"application/json", ()
    entry.status = status
    start = {
        "type": "http.response.start",
        "status": status,
        "headers": [
            (b"content-type", content_type),
            (b"content-length", b"%d" % len(body)),
            *headers,
        ],
    }
    if status == HTTPStatus.OK:
        entry.send_ns.append(perf_counter_ns())
    await send(start)
    await send({"type": "http.response.body", "body": body})
    entry.tokens = tokens


async def send_stream(
    reply: Stream,
    send: Send,
    entry: Entry,
    waiter: Waiter | None = None,
    due: Sequence[int] = (),
    *,
    errors: ErrorShape = OPENAI_ERRORS,
) -> None:
    """Send ``reply``, each chunk at its time in ``due`` if there is a ``waiter``, else at once."""
    times = entry.send_ns
    entry.status, entry.streamed = 200, True
    await send(_STREAM_START)
    if reply.opening:
        await send({"type": "http.response.body", "body": reply.opening, "more_body": True})
    closing = reply.closing
    try:
        if waiter is None:
            for chunk in reply.chunks:
                times.append(perf_counter_ns())
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        else:
            for chunk, due_ns in zip(reply.chunks, due, strict=True):
                if not await waiter.until(due_ns):
                    entry.outcome = waiter.reason
                    closing = errors.event(*_STOPPED)
                    break
                times.append(perf_counter_ns())
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
    finally:
        entry.tokens = len(times)
    await send({"type": "http.response.body", "body": closing})
