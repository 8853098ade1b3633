"""What is done before the first request: every turn becomes the bytes of a request."""

from __future__ import annotations

import orjson
import pytest

from aiperf.common.errors import ConfigError, RequestPreparationError


def test_everything_is_prepared_once_and_before_the_first_request(rig, run, conversations_of):
    """A turn's payload has the earlier turns in it; repeating a conversation costs nothing."""

    async def script(_request, _record):
        prepared.append(len(it.transport.prepared))

    prepared = []
    it = rig(script, conversations_of(2, 1), request_count=9)
    run(it.executor.run())
    assert prepared == [3] * 9
    assert [orjson.loads(body)["texts"] for _, body, _ in it.transport.prepared] == [
        ["0.0"],
        ["0.0", "0.1"],
        ["1.0"],
    ]
    assert it.transport.prepared[0][0] == "/echo"
    assert it.transport.prepared[0][2] == {"X-Format": "echo"}


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
