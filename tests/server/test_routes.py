"""Whatever is asked, each route answers or refuses; none of them fails."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiperf.server.chat import Chat
from aiperf.server.completions import Completions
from aiperf.server.errors import BadRequestError
from aiperf.server.generate import Generate
from aiperf.server.messages import Messages
from aiperf.server.reply import Stream, Whole
from aiperf.server.responses import Responses
from aiperf.server.settings import ServerSettings
from aiperf.server.tokens import TokenSource

unhurried = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SETTINGS = ServerSettings(output_tokens=3, reasoning_tokens=1)
TOKENS = TokenSource(0)
ANSWERS = {
    "chat": Chat(SETTINGS, TOKENS).answer,
    "completions": Completions(SETTINGS, TOKENS).answer,
    "responses": Responses(SETTINGS, TOKENS).answer,
    "messages": Messages(SETTINGS, TOKENS).answer,
    "generate": Generate(SETTINGS, TOKENS).whole,
    "generate_stream": Generate(SETTINGS, TOKENS).stream,
}
PARTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "image_url", "input_image", "image", "input_audio", "x"])},
    optional={
        "text": st.text(max_size=3) | st.none(),
        "image_url": st.just({"url": "https://h"}) | st.just("https://h") | st.integers(),
        "source": st.just({"type": "url", "url": "https://h"}) | st.just({"type": 5}),
        "input_audio": st.just({"data": "A", "format": "wav"}) | st.just([]),
    },
)
CONTENTS = st.text(max_size=3) | st.none() | st.lists(PARTS | st.integers(), max_size=2)
MESSAGES = st.lists(
    st.fixed_dictionaries({}, optional={"role": st.just("user"), "content": CONTENTS})
    | st.sampled_from([5, None, {"type": "reasoning"}]),
    max_size=2,
)
ANYTHING = st.sampled_from([None, True, 0, -1, 1.5, "", "x", [], {}, [1], ["x"], [[1]], {"a": 1}])
FIELDS = st.fixed_dictionaries(
    {
        "model": st.just("m"),
        "messages": MESSAGES | ANYTHING,
        "input": MESSAGES | ANYTHING,
        "prompt": ANYTHING,
        "inputs": ANYTHING,
        "max_tokens": st.just(2) | ANYTHING,
    },
    optional={
        "system": CONTENTS,
        "instructions": CONTENTS,
        "parameters": st.just({"max_new_tokens": 1, "details": True}) | ANYTHING,
        "stream": st.booleans() | ANYTHING,
        "stream_options": st.just({"include_usage": True}) | ANYTHING,
        "max_output_tokens": ANYTHING,
    },
)


@pytest.mark.once
@pytest.mark.parametrize("name", ANSWERS)
@unhurried
@given(fields=FIELDS)
def test_any_request_is_answered_or_refused(name, fields):
    """What is refused is refused by the name of a field."""
    reply = outcome(name, fields)
    if isinstance(reply, BadRequestError):
        assert reply.param is not None
    else:
        assert isinstance(reply, Whole | Stream)
        assert reply.status == 200
        assert reply.tokens > 0


def outcome(name, fields):
    """Return the reply, or why there is none."""
    try:
        return ANSWERS[name](fields, 0)
    except BadRequestError as error:
        return error
