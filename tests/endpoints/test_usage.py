"""Token counts as servers give them."""

from __future__ import annotations

import pytest

from aiperf.common.models import Usage
from aiperf.endpoints.usage import usage_of


@pytest.mark.parametrize(
    ("value", "usage"),
    [
        (None, None),
        ({}, None),
        ({"total_tokens": 5}, Usage(total_tokens=5)),
        ({"prompt_tokens": 1, "completion_tokens": 2}, Usage(1, 2, None)),
        ({"prompt_tokens": None, "completion_tokens_details": None}, Usage(None, None, None)),
        ({"completion_tokens_details": {"reasoning_tokens": 0}}, Usage(None, None, 0)),
        (
            {
                "input_tokens": 4,
                "output_tokens": 5,
                "output_tokens_details": {"reasoning_tokens": 3},
                "input_tokens_details": {"cached_tokens": 2},
            },
            Usage(4, 5, 3, cache_read_tokens=2),
        ),
        (
            {"prompt_tokens": 1, "prompt_tokens_details": {"cached_tokens": 0}},
            Usage(1, cache_read_tokens=0),
        ),
        ({"prompt_tokens": 1, "prompt_tokens_details": {"audio_tokens": 1}}, Usage(1)),
    ],
)
def test_usage(value, usage):
    """What the server does not say stays unknown; zero is something that it says."""
    assert usage_of(value) == usage


@pytest.mark.parametrize("count", ["3", 1.5, -1, True, []])
def test_a_count_that_is_none_is_an_error(count):
    """The caller takes it for a wrong shape."""
    with pytest.raises(TypeError, match="not a token count"):
        usage_of({"prompt_tokens": count})
