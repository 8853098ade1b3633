"""What the overriding endpoint sends."""

from __future__ import annotations

import pytest

from aiperf.common.factories import EndpointFactory
from aiperf.common.models import ModelEndpoint, Turn

pytestmark = pytest.mark.aiperf_plugins(installed=["aiperf-override-chat"])
TURNS = [Turn(("Hello",), max_tokens=5)]


@pytest.mark.parametrize("streaming", [False, True])
def test_the_user_is_all_that_is_added(streaming: bool) -> None:  # noqa: FBT001 - pytest passes it
    """The rest is, field for field, what the builtin sends."""
    model = ModelEndpoint("m", streaming=streaming)
    tagged = EndpointFactory.create_instance("chat", model_endpoint=model)
    with EndpointFactory.using("chat", "openai_chat"):
        builtin = EndpointFactory.create_instance("chat", model_endpoint=model)
    expected = {"user": "aiperf-benchmark", **builtin.format_payload(TURNS)}
    assert tagged.format_payload(TURNS) == expected
    assert (tagged.path, tagged.headers) == (builtin.path, builtin.headers)


def test_a_person_can_name_another_user() -> None:
    """What ``--extra-inputs`` says comes last."""
    model = ModelEndpoint("m", extra_inputs={"user": "me"})
    endpoint = EndpointFactory.create_instance("chat", model_endpoint=model)
    assert endpoint.format_payload(TURNS)["user"] == "me"
