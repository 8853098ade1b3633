"""OpenAI's own client takes the embedded server for an OpenAI server."""

from __future__ import annotations

import openai
import pytest

MESSAGES = [{"role": "user", "content": "Hello there, world!"}]  # five tokens


@pytest.fixture
def client(url):
    with openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client:
        yield client


@pytest.fixture
def in_async(url, run):
    """Give a function that runs another with an asynchronous client."""

    async def with_client(function):
        async with openai.AsyncOpenAI(
            base_url=f"{url}/v1", api_key="none", max_retries=0
        ) as client:
            return await function(client)

    return lambda function: run(with_client(function))


def words(text):
    return len(text.split())


def check_chat(completion):
    (choice,) = completion.choices
    assert words(choice.message.content) == completion.usage.completion_tokens == 3
    assert (choice.message.role, choice.finish_reason) == ("assistant", "length")
    assert completion.usage.prompt_tokens == 5


def check_chunks(chunks):
    assert chunks[0].choices[0].delta.role == "assistant"
    said = [choice.delta.content for chunk in chunks for choice in chunk.choices]
    assert words("".join(filter(None, said))) == 3
    assert [each.finish_reason for chunk in chunks for each in chunk.choices][-1] == "length"
    assert chunks[-1].usage.completion_tokens == 3


CHAT = {"model": "m", "messages": MESSAGES, "max_completion_tokens": 3}
STREAM = {"stream": True, "stream_options": {"include_usage": True}}


def test_chat(client):
    """Whole and streamed."""
    check_chat(client.chat.completions.create(**CHAT))
    check_chunks(list(client.chat.completions.create(**CHAT, **STREAM)))


def test_chat_in_async(in_async):
    """As above."""

    async def chat(client):
        whole = await client.chat.completions.create(**CHAT)
        stream = await client.chat.completions.create(**CHAT, **STREAM)
        return whole, [chunk async for chunk in stream]

    whole, chunks = in_async(chat)
    check_chat(whole)
    check_chunks(chunks)


def test_chat_by_the_helper_for_streams(client):
    """The client puts the chunks together to the completion that they are of."""
    with client.chat.completions.stream(model="m", messages=MESSAGES) as stream:
        completion = stream.get_final_completion()
    assert words(completion.choices[0].message.content) == 4


def test_chat_with_images_audio_and_history(client, pixel):
    """All texts are counted, and nothing else is."""
    image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{pixel}"}}
    audio = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "What is this?"}, image, audio]},
        {"role": "assistant", "content": "A pixel."},
        {"role": "user", "content": "And now?"},
    ]
    completion = client.chat.completions.create(model="m", messages=messages)
    assert completion.usage.prompt_tokens == 3 + 4 + 3 + 3


def test_completions(client, in_async):
    """Whole and streamed, synchronous and not."""
    options = {"model": "m", "prompt": "Once upon", "max_tokens": 3}
    completion = client.completions.create(**options)
    assert words(completion.choices[0].text) == completion.usage.completion_tokens == 3

    async def stream(client):
        return [chunk async for chunk in await client.completions.create(**options, **STREAM)]

    for chunks in (list(client.completions.create(**options, **STREAM)), in_async(stream)):
        assert words("".join(choice.text for chunk in chunks for choice in chunk.choices)) == 3
        assert chunks[-1].usage.prompt_tokens == 2


@pytest.mark.parametrize("encoding", [{}, {"encoding_format": "float"}])
def test_embeddings(client, in_async, encoding):
    """The client asks for base64 unless it is told to ask for numbers."""
    options = {"model": "m", "input": ["a", "b c"], "dimensions": 3, **encoding}

    async def embed(client):
        return await client.embeddings.create(**options)

    for response in (client.embeddings.create(**options), in_async(embed)):
        assert [len(each.embedding) for each in response.data] == [3, 3]
        assert sum(value**2 for value in response.data[0].embedding) == pytest.approx(1)
        assert response.usage.prompt_tokens == 3


def test_models(client):
    """One is listed."""
    assert [model.id for model in client.models.list()] == ["aiperf-mock"]


RESPONSE = {"model": "m", "input": MESSAGES, "instructions": "Be brief."}


def check_response(response, status):
    assert response.status == status
    assert words(response.output_text) == response.usage.output_tokens
    assert response.usage.input_tokens == 5 + 3


def test_responses(client, in_async):
    """Whole: an answer that a limit cut off says so."""

    async def respond(client):
        return await client.responses.create(**RESPONSE)

    check_response(client.responses.create(**RESPONSE), "completed")
    check_response(in_async(respond), "completed")
    response = client.responses.create(**RESPONSE, max_output_tokens=3)
    check_response(response, "incomplete")
    assert response.incomplete_details.reason == "max_output_tokens"
    assert response.usage.output_tokens == 3


@pytest.mark.parametrize(
    ("limit", "status"), [({}, "completed"), ({"max_output_tokens": 3}, "incomplete")]
)
def test_streamed_responses(client, in_async, limit, status):
    """Its events are of the client's types, in order, and make up the last one's response."""

    async def stream(client):
        return [e async for e in await client.responses.create(**RESPONSE, **limit, stream=True)]

    for events in (
        list(client.responses.create(**RESPONSE, **limit, stream=True)), in_async(stream),
    ):  # fmt: skip
        assert [each.sequence_number for each in events] == list(range(len(events)))
        assert events[0].type == "response.created"
        assert events[-1].type == f"response.{status}"
        check_response(events[-1].response, status)
        deltas = [each.delta for each in events if each.type == "response.output_text.delta"]
        assert "".join(deltas) == events[-1].response.output_text
        assert len(deltas) == events[-1].response.usage.output_tokens


def test_responses_with_images(client, pixel):
    """A picture is taken as any other part."""
    image = {"type": "input_image", "image_url": f"data:image/png;base64,{pixel}", "detail": "auto"}
    content = [{"type": "input_text", "text": "What is this?"}, image]
    response = client.responses.create(model="m", input=[{"role": "user", "content": content}])
    assert response.usage.input_tokens == 4


def test_reasoning_in_responses(reasoning_url):
    """Its summary is an item of its own, and the helper for streams can follow."""
    with openai.OpenAI(base_url=f"{reasoning_url}/v1", api_key="none") as client:
        whole = client.responses.create(model="m", input="Hello", max_output_tokens=5)
        with client.responses.stream(model="m", input="Hello", max_output_tokens=5) as stream:
            kinds = [event.type for event in stream]
    reasoning, message = whole.output
    assert words(reasoning.summary[0].text) == 2
    assert words(message.content[0].text) == 3
    assert whole.usage.output_tokens_details.reasoning_tokens == 2
    assert kinds.count("response.reasoning_summary_text.delta") == 2
    assert kinds.count("response.output_text.delta") == 3
    assert kinds[-1] == "response.incomplete"


ERRORS = {
    401: openai.AuthenticationError,
    429: openai.RateLimitError,
    500: openai.InternalServerError,
}


@pytest.mark.parametrize("status", ERRORS)
def test_each_status_is_its_exception(failing, status):
    """The message is the server's."""
    with openai.OpenAI(base_url=f"{failing(status)}/v1", api_key="none", max_retries=0) as client:
        for call in (
            lambda: client.chat.completions.create(**CHAT),
            lambda: client.chat.completions.create(**CHAT, stream=True),
            lambda: client.responses.create(**RESPONSE),
            lambda: client.completions.create(model="m", prompt="x"),
            lambda: client.embeddings.create(model="m", input="x"),
        ):
            with pytest.raises(ERRORS[status], match="--error-rate"):
                call()


def test_a_wrong_request_is_refused(client):
    """The exception names the field, and an unknown path is not found."""
    for call in (
        lambda: client.chat.completions.create(model="m", messages=[]),
        lambda: client.responses.create(model="m", input=[]),
        lambda: client.completions.create(model="m", prompt="x", max_tokens=-1),
        lambda: client.embeddings.create(model="m", input=[]),
    ):
        with pytest.raises(openai.BadRequestError) as caught:
            call()
        assert caught.value.param in {"messages", "input", "max_tokens"}
    with pytest.raises(openai.NotFoundError):
        client.images.generate(model="m", prompt="x")
