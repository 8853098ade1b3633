"""What is done before the first request: every turn becomes the bytes of a request."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from aiperf.common.errors import ConfigError, RequestPreparationError
from aiperf.common.models import Conversation, ErrorDetails, Turn


def payloads_of(it):
    return [orjson.loads(body) for _, body, _ in it.transport.prepared]


def test_what_needs_no_answer_is_prepared_once_and_before_the_first_request(rig, run):
    """First turns, and those whose history the dataset has; repeating a conversation is free."""

    async def script(_request, _record):
        prepared.append(len(it.transport.prepared))

    prepared = []
    turns = (Turn(("a",), answer="A"), Turn(("b",), answer="B"), Turn(("c",)))
    it = rig(
        script, [Conversation("told", turns), Conversation("one", (Turn(("d",)),))], request_count=9
    )
    run(it.executor.run())
    assert prepared == [4] * 9
    assert payloads_of(it) == [
        {"texts": ["a"], "answers": ["A"]},
        {"texts": ["a", "b"], "answers": ["A", "B"]},
        {"texts": ["a", "b", "c"], "answers": ["A", "B"]},
        {"texts": ["d"], "answers": []},
    ]
    assert it.transport.prepared[0][0] == "/echo"
    assert it.transport.prepared[0][2] == {"X-Format": "echo"}


def test_the_servers_answers_become_the_history(rig, run, conversations_of):
    """Each turn is prepared when the one before it has ended; an answer of the dataset stays."""

    async def script(_request, record):
        record.status = len(it.transport.sent)
        prepared.append(len(it.transport.prepared))

    prepared = []
    first, second, third = conversations_of(3)[0].turns
    given = Conversation("c1", (first, replace(second, answer="given"), third))
    it = rig(script, [*conversations_of(3), given], request_count=6)
    run(it.executor.run())
    assert prepared == [2, 3, 4, 4, 5, 6]
    assert [each["answers"] for each in payloads_of(it)] == [
        *([], []),
        *(["<1>"], ["<1>", "<2>"]),
        *(["<4>", "given"], ["<4>", "given"]),
    ]


def test_a_turn_without_a_good_answer_ends_its_session(rig, run, conversations_of):
    """Whether it failed on the way or in what the server said; the next session takes its place."""

    async def script(_request, record):
        if len(it.transport.sent) == 2:
            record.error = ErrorDetails("ServerReportedError", "busy")

    it = rig(script, conversations_of(3, 3), request_count=5)
    run(it.executor.run())
    assert it.column("turn_index") == [0, 1, 0, 1, 2]
    assert it.column("session_num") == [0, 0, 1, 1, 1]


def test_an_endpoint_that_raises_over_an_answer_ends_the_session(
    rig, run, conversations_of, echo_endpoint
):
    """Not the run; who parses the record says what happened."""

    def parse_response(_record):
        raise RuntimeError

    endpoint = echo_endpoint
    endpoint.parse_response = parse_response
    it = rig(conversations=conversations_of(2, 2), endpoint=endpoint, request_count=3)
    run(it.executor.run())
    assert it.column("turn_index") == [0] * 3
    assert it.errors == [None] * 3


def test_a_conversation_without_a_turn_is_passed_over(rig, run, conversations_of):
    """It has nothing to send."""
    it = rig(conversations=conversations_of(0, 1, 0), request_count=3)
    run(it.executor.run())
    names = [conversation.conversation_id for conversation in it.column("conversation")]
    assert names == ["c1"] * 3


def test_a_turn_that_cannot_be_sent_is_an_error_before_the_first_request(rig, run):
    """The message names the conversation, the turn and the classes."""

    def prepare(_path, body, _headers):
        if b"1.0" in body:
            msg = "oops"
            raise KeyError(msg)
        return body

    it = rig(request_count=3)
    it.transport.prepare = prepare
    with pytest.raises(RequestPreparationError) as caught:
        run(it.executor.run())
    assert "turn 0 of the conversation 'c1'" in str(caught.value)
    assert "EchoEndpoint and ScriptedTransport: KeyError: 'oops'" in str(caught.value)
    assert (caught.value.conversation_id, caught.value.turn_index) == ("c1", 0)
    assert it.sink.announced == 0
    assert it.transport.closed == 1


def test_a_wrong_option_is_reported_as_it_is(rig, run):
    """An error of ours already says what to do."""

    def prepare(_path, _body, _headers):
        msg = "--header: no"
        raise ConfigError(msg, option="--header")

    it = rig(request_count=3)
    it.transport.prepare = prepare
    with pytest.raises(ConfigError, match=r"^--header: no$"):
        run(it.executor.run())
