"""Errors: each API has a shape of its own, whole and in a stream."""

from __future__ import annotations

import json

import pytest

from aiperf.common.models import ModelEndpoint, RawRecord
from aiperf.endpoints.anthropic_messages import MessagesEndpoint
from aiperf.endpoints.huggingface_generate import HuggingFaceGenerateEndpoint
from aiperf.endpoints.openai_chat import ChatEndpoint
from aiperf.endpoints.openai_responses import ResponsesEndpoint
from aiperf.server.anthropic_errors import ANTHROPIC_ERRORS
from aiperf.server.error_shapes import OPENAI_ERRORS, refusal
from aiperf.server.errors import BadRequestError
from aiperf.server.huggingface_errors import TEI_ERRORS, TGI_ERRORS
from aiperf.server.responses import RESPONSES_ERRORS

SHAPES = [
    (OPENAI_ERRORS, ChatEndpoint),
    (RESPONSES_ERRORS, ResponsesEndpoint),
    (ANTHROPIC_ERRORS, MessagesEndpoint),
    (TGI_ERRORS, HuggingFaceGenerateEndpoint),
]


@pytest.mark.parametrize(("shape", "endpoint"), SHAPES)
def test_the_endpoint_of_the_same_format_reads_it(shape, endpoint):
    """From a whole body and from an event, in which it ends the stream."""
    made = endpoint(model_endpoint=ModelEndpoint("m", streaming=True))
    for data, kind in (
        (shape.body(503, "it broke"), "application/json"),
        (shape.event(503, "it broke"), "text/event-stream"),
    ):
        record = RawRecord(status=200, content_type=kind, parts=[data])
        record.part_ns.append(1)
        error = made.parse_response(record).error
        assert error.type == "ServerReportedError"
        assert error.message == "the server reported an error: it broke"


@pytest.mark.parametrize(
    ("shape", "kinds"),
    [
        (
            OPENAI_ERRORS,
            {400: "invalid_request_error", 429: "rate_limit_error", 500: "server_error"},
        ),
        (
            ANTHROPIC_ERRORS,
            {400: "invalid_request_error", 500: "api_error", 529: "overloaded_error"},
        ),
        (TGI_ERRORS, {422: "validation", 429: "overloaded", 500: "generation"}),
        (TEI_ERRORS, {422: "Validation", 429: "Overloaded", 500: "Backend"}),
    ],
)
def test_the_kind_of_error_follows_from_the_status(shape, kinds):
    """Each API has names of its own."""
    for status, kind in kinds.items():
        assert f'"{kind}"' in shape.body(status, "no").decode()


def test_a_refusal_has_the_status_of_its_api():
    """Unless it has one of its own."""
    assert refusal(BadRequestError("no"), OPENAI_ERRORS).status == 400
    assert refusal(BadRequestError("no"), TGI_ERRORS).status == 422
    reply = refusal(BadRequestError("no", status=413, param="p"), OPENAI_ERRORS)
    assert reply.status == 413
    assert json.loads(reply.body)["error"]["param"] == "p"
