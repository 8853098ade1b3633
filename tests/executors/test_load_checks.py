"""A load that could never start, or never end, is refused."""

from __future__ import annotations

import pytest

from aiperf.common.config import LoadConfig
from aiperf.common.errors import ConfigError
from aiperf.executors.load_checks import check_load


@pytest.mark.parametrize(
    ("field", "option"),
    [
        ("concurrency_limit", "--concurrency"),
        ("prefill_concurrency", "--prefill-concurrency"),
        ("warmup_concurrency", "--warmup-concurrency"),
        ("warmup_prefill_concurrency", "--warmup-prefill-concurrency"),
    ],
)
@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_lets_something_start(field, option, limit):
    """Else the run would wait for ever."""
    with pytest.raises(ConfigError, match=f"^{option} must be at least 1, not {limit}$"):
        check_load(LoadConfig(request_count=1, **{field: limit}))
    check_load(LoadConfig(request_count=1, **{field: 1}))


def test_something_says_when_it_ends():
    with pytest.raises(ConfigError, match="nothing says when the benchmark ends"):
        check_load(LoadConfig())
