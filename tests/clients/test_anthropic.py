"""Anthropic's own client takes the embedded server for an Anthropic server."""

from __future__ import annotations

import anthropic
import pytest

MESSAGES = [{"role": "user", "content": "Hello there, world!"}]  # five tokens
OPTIONS = {"model": "m", "messages": MESSAGES, "max_tokens": 3}


@pytest.fixture
def client(url):
    with anthropic.Anthropic(base_url=url, api_key="none", max_retries=0) as client:
        yield client


@pytest.fixture
def in_async(url, run):
    """Give a function that runs another with an asynchronous client."""

    async def with_client(function):
        async with anthropic.AsyncAnthropic(base_url=url, api_key="none", max_retries=0) as client:
            return await function(client)

    return lambda function: run(with_client(function))


def words(text):
    return len(text.split())


def check(message):
    (block,) = message.content
    assert (message.role, block.type, message.stop_reason) == ("assistant", "text", "max_tokens")
    assert words(block.text) == message.usage.output_tokens == 3
    assert message.usage.input_tokens == 5


def test_messages(client, in_async):
    """Whole."""

    async def ask(client):
        return await client.messages.create(**OPTIONS)

    check(client.messages.create(**OPTIONS))
    check(in_async(ask))


def check_events(events):
    kinds = [each.type for each in events]
    frame = ["message_start", "content_block_start", *["content_block_delta"] * 3]
    assert [kind for kind in kinds if kind != "ping"] == [
        *frame, "content_block_stop", "message_delta", "message_stop",
    ]  # fmt: skip
    said = [each.delta.text for each in events if each.type == "content_block_delta"]
    assert [words(text) for text in said] == [1, 1, 1]


def test_streamed_messages(client, in_async):
    """Its events are of the client's types, in order."""

    async def ask(client):
        return [event async for event in await client.messages.create(**OPTIONS, stream=True)]

    check_events(list(client.messages.create(**OPTIONS, stream=True)))
    check_events(in_async(ask))


def test_messages_by_the_helper_for_streams(client, in_async):
    """The client puts the events together to the message that they are of."""

    async def ask(client):
        async with client.messages.stream(**OPTIONS) as stream:
            return await stream.get_final_message()

    with client.messages.stream(**OPTIONS) as stream:
        text = "".join(stream.text_stream)
        message = stream.get_final_message()
    assert message.content[0].text == text
    check(message)
    check(in_async(ask))


def test_images_history_and_a_system_prompt(client, pixel):
    """All texts are counted, and nothing else is."""
    source = {"type": "base64", "media_type": "image/png", "data": pixel}
    content = [{"type": "image", "source": source}, {"type": "text", "text": "What is this?"}]
    messages = [
        {"role": "user", "content": content},
        {"role": "assistant", "content": "A pixel."},
        {"role": "user", "content": "And now?"},
    ]
    message = client.messages.create(
        model="m", messages=messages, max_tokens=3, system=[{"type": "text", "text": "Be brief."}]
    )
    assert message.usage.input_tokens == 4 + 3 + 3 + 3


@pytest.mark.parametrize(("limit", "text"), [(5, 3), (2, 0)])
def test_thinking(reasoning_url, limit, text):
    """It is a block of its own, streamed or not."""
    options = {**OPTIONS, "max_tokens": limit}
    with anthropic.Anthropic(base_url=reasoning_url, api_key="none", max_retries=0) as client:
        whole = client.messages.create(**options)
        with client.messages.stream(**options) as stream:
            streamed = stream.get_final_message()
    for message in (whole, streamed):
        thinking, said = message.content
        assert (words(thinking.thinking), words(said.text)) == (2, text)
        assert thinking.signature
        assert message.usage.output_tokens == limit


def test_models(client):
    """One is listed."""
    assert [model.id for model in client.models.list()] == ["aiperf-mock"]


ERRORS = {
    401: anthropic.AuthenticationError,
    429: anthropic.RateLimitError,
    500: anthropic.InternalServerError,
}


@pytest.mark.parametrize("status", ERRORS)
def test_each_status_is_its_exception(failing, status):
    """The message is the server's, in the shape of this API."""
    with anthropic.Anthropic(base_url=failing(status), api_key="none", max_retries=0) as client:
        for stream in (False, True):
            with pytest.raises(ERRORS[status], match="--error-rate") as caught:
                client.messages.create(**OPTIONS, stream=stream)
            assert caught.value.body["type"] == "error"


def test_a_wrong_request_is_refused(client):
    """The message names the field."""
    with pytest.raises(anthropic.BadRequestError, match="'messages'") as caught:
        client.messages.create(model="m", messages=[], max_tokens=3)
    assert caught.value.body["error"]["type"] == "invalid_request_error"
    with pytest.raises(anthropic.BadRequestError, match="'max_tokens'"):
        client.messages.create(**{**OPTIONS, "max_tokens": 0})
