"""The embedded model server as an ASGI application.

Interface: https://asgi.readthedocs.io/en/latest/specs/www.html.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from time import perf_counter_ns, time
from typing import TYPE_CHECKING, Any

import orjson

from aiperf.server.anthropic_errors import ANTHROPIC_ERRORS
from aiperf.server.arrival_times import arrival_ns
from aiperf.server.chat import Chat
from aiperf.server.completions import Completions
from aiperf.server.delays import Delays
from aiperf.server.embeddings import Embeddings
from aiperf.server.error_shapes import OPENAI_ERRORS, refusal
from aiperf.server.errors import BadRequestError
from aiperf.server.generate import Generate
from aiperf.server.huggingface_errors import TEI_ERRORS, TGI_ERRORS
from aiperf.server.kserve import KServe
from aiperf.server.messages import Messages
from aiperf.server.numbering import FAILURE, Numbering
from aiperf.server.ranking_errors import COHERE_ERRORS, NIM_ERRORS
from aiperf.server.rankings import Rankings
from aiperf.server.reply import Stream, Whole
from aiperf.server.responses import RESPONSES_ERRORS, Responses
from aiperf.server.routes import Route
from aiperf.server.sending import Waiter, send_stream, send_whole
from aiperf.server.tokens import TokenSource
from aiperf.server.truth_log import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aiperf.server.pacer import Pacer
    from aiperf.server.reply import Reply
    from aiperf.server.sending import Receive, Send
    from aiperf.server.settings import ServerSettings
    from aiperf.server.truth_log import TruthLog

MODEL = "aiperf-mock"
"""The model that ``GET /v1/models`` lists; a request may name any other."""


class ModelServer:
    """Speaks several APIs on the routes below, and answers with words that mean nothing.

    Requests for an inference are numbered in the order of their arrival. A request's number and
    the seed decide its words, its delays and whether it fails.
    """

    def __init__(self, settings: ServerSettings, pacer: Pacer, log: TruthLog | None) -> None:
        tokens = TokenSource(settings.seed)
        self._settings = settings
        self._pacer = pacer
        self._log = log
        self.delays = Delays(settings)
        """When each token of a response is due."""
        self.numbering = Numbering(settings)
        """Which number each request has."""
        self.kserve = KServe(settings, tokens)
        """What answers requests of KServe's v2 protocol."""
        generate = Generate(settings, tokens)
        rankings = Rankings(settings)
        self._routes: Mapping[str, Route] = {
            "/v1/chat/completions": Route(Chat(settings, tokens).answer),
            "/v1/completions": Route(Completions(settings, tokens).answer),
            "/v1/responses": Route(Responses(settings, tokens).answer, RESPONSES_ERRORS),
            "/v1/messages": Route(Messages(settings, tokens).answer, ANTHROPIC_ERRORS),
            "/generate": Route(generate.whole, TGI_ERRORS),
            "/generate_stream": Route(generate.stream, TGI_ERRORS),
            "/v1/embeddings": Route(Embeddings(settings).answer),
            "/v1/ranking": Route(rankings.nim, NIM_ERRORS),
            "/v2/rerank": Route(rankings.cohere, COHERE_ERRORS),
            "/rerank": Route(rankings.tei, TEI_ERRORS),
        }
        model = {"id": MODEL, "object": "model", "created": int(time()), "owned_by": "aiperf"}
        self._pages: Mapping[str, bytes] = {
            "/v1/models": orjson.dumps({"object": "list", "data": [model]}),
            "/health": orjson.dumps({"status": "ok"}),
        }

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        entry = Entry(path=scope["path"], first_received_ns=arrival_ns(scope, "first"))
        try:
            body = await _body(receive)
            if body is None:
                entry.outcome = "disconnected"
                return
            entry.received_ns = arrival_ns(scope, "last")
            await self._respond(scope, body, entry, receive, send)
        except asyncio.CancelledError:  # the server has waited long enough for the client to read
            entry.outcome = "stopped"
        finally:
            if self._log is not None:
                entry.end_ns = perf_counter_ns()
                entry.x_request_id = _request_id(scope["headers"])
                self._log.add(entry)

    async def _respond(
        self, scope: Mapping[str, Any], body: bytes, entry: Entry, receive: Receive, send: Send
    ) -> None:
        method, path = scope["method"], entry.path
        route = self._routes.get(path) or self.kserve.route(path)
        page = None if route else self._pages.get(path) or self.kserve.page(path)
        allowed = "POST" if route else "GET" if page else method
        if method != allowed:
            message = f"Not allowed to {method} on {path}; use {allowed}."
            body = OPENAI_ERRORS.body(405, message)
            reply = Whole(body, 405, headers=((b"allow", allowed.encode()),))
            await send_whole(reply, send, entry)
        elif route:
            number = entry.number = self.numbering.next()
            inferred = self._reply(route, body, scope["headers"], number)
            await self._infer(inferred, route, entry, receive, send)
        elif page:
            await send_whole(Whole(page), send, entry)
        else:
            known = ", ".join([*self._routes, *self._pages, "/v2/models/MODEL/infer"])
            message = f"Unknown URL ({method} {path}); this server has {known}."
            await send_whole(Whole(OPENAI_ERRORS.body(404, message), 404), send, entry)

    async def _infer(
        self, reply: Reply, route: Route, entry: Entry, receive: Receive, send: Send
    ) -> None:
        entry.images, entry.audios = reply.images, reply.audios
        due: Sequence[int] = ()
        if reply.status == HTTPStatus.OK:
            due = self.delays.plan(entry.number or 0, reply.tokens, entry.received_ns)
        waiter = Waiter(self._pacer, receive) if due else None
        if isinstance(reply, Stream):
            await send_stream(reply, send, entry, waiter, due, errors=route.errors)
        else:
            await send_whole(reply, send, entry, waiter, due, errors=route.errors)

    def _reply(
        self, route: Route, body: bytes, headers: Iterable[tuple[bytes, bytes]], number: int
    ) -> Reply:
        if self.numbering.fails(number):
            status = self._settings.error_status
            return Whole(route.errors.body(status, FAILURE), status)
        try:
            return route.answer(route.parse(body, headers), number)
        except BadRequestError as error:
            return refusal(error, route.errors)


async def _body(receive: Receive) -> bytes | None:
    """Return the whole body, or ``None`` if the client left before it had sent it."""
    message = await receive()
    parts: list[bytes] = [message.get("body", b"")]
    while message.get("more_body"):
        message = await receive()
        parts.append(message.get("body", b""))
    return None if message["type"] == "http.disconnect" else b"".join(parts)


def _request_id(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    for name, value in headers:
        if name == b"x-request-id":
            return value.decode("latin-1")
    return None
