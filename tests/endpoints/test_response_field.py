"""Where the content is in a response."""

from __future__ import annotations

import pytest

from aiperf.common.errors import ConfigError
from aiperf.endpoints.response_field import ResponseField


@pytest.mark.parametrize(
    ("response", "found"),
    [
        ({"text": "a"}, "a"),
        ({"text": ["a", "b"]}, "ab"),
        ({"content": "a"}, "a"),
        ({"response": "a", "done": False}, "a"),
        ({"output": "a"}, "a"),
        ({"result": "a"}, "a"),
        ({"generated_text": "a"}, "a"),
        ({"choices": [{"text": "a"}]}, "a"),
        ({"choices": [{"message": {"content": "a"}}]}, "a"),
        ({"choices": [{"delta": {"content": "a"}}]}, "a"),
        ({"choices": [{"delta": {"role": "assistant"}}]}, None),
        ({"data": [{"object": "embedding", "embedding": [1]}]}, ""),
        ({"embeddings": [[1, 2]]}, ""),
        ({"embedding": [0.5]}, ""),
        ({"rankings": [{"index": 0, "logit": 1}]}, ""),
        ({"results": [{"index": 0}]}, ""),
        ({"text": ""}, None),
        ({"text": []}, None),
        ({"choices": []}, None),
        ({}, None),
        ([], None),
        ("a", None),
        (None, None),
    ],
)
def test_the_places_where_most_have_it(response, found):
    """Text, and what is no text; the name ``text`` asks for them, too."""
    assert ResponseField(None).find(response) == ResponseField("text").find(response) == found


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("a.b[0].c", "x"),
        ("a.b[*].c", "xy"),
        ("a.n", ""),
        ("a.b", ""),
        ("a", None),
        ("a.yes", None),
        ("nothing", None),
        ("join(`1`, a)", None),
        ("a.b[?c == 'y'].c | [0]", "y"),
    ],
)
def test_an_expression(expression, found):
    """It is looked at alone; an object, a truth value and what fails are no content."""
    response = {"a": {"b": [{"c": "x"}, {"c": "y"}], "n": 1, "yes": True}, "text": "z"}
    assert ResponseField(expression).find(response) == found


@pytest.mark.parametrize("expression", ["a[", "a..b", "", 3])
def test_what_is_no_expression(expression):
    """It is an error before the run, and not content from elsewhere."""
    with pytest.raises(ConfigError, match="is no JMESPath expression") as caught:
        ResponseField(expression)
    assert caught.value.option == "--extra-inputs"
    assert "\n" not in str(caught.value)
