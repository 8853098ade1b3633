"""A hook that calls itself through threads comes to an end."""

from __future__ import annotations

import pytest

from aiperf.plugins.hook_runs import MOST, HookRuns


def test_it_returns_what_the_hook_returns():
    """Any number of times, one after another."""
    runs = HookRuns()
    assert [runs.call("hook", lambda: 7, "name") for _ in range(MOST + 1)] == [7] * (MOST + 1)


def test_as_many_calls_at_once_as_there_may_be():
    """One more is a circle; all calls of it end with the error, whatever they make of it."""
    runs = HookRuns()
    ended = []

    def nested(depth):
        try:
            return runs.call("hook", lambda: depth and nested(depth - 1), "the_hook")
        except RuntimeError as error:
            ended.append(str(error))
            return None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("aiperf.plugins.hook_runs.MOST", 5)
        assert nested(4) == 0
        assert ended == []
        nested(5)
    assert len(ended) == 6
    (told,) = set(ended)
    assert told.startswith("hook 'the_hook' waits for a thread of its own that looks something up")
    assert runs.call("hook", lambda: 7, "the_hook") == 7


def test_one_hook_is_not_blamed_for_another():
    """The calls of each implementation are counted by themselves."""
    runs = HookRuns()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("aiperf.plugins.hook_runs.MOST", 1)
        assert runs.call("one", lambda: runs.call("two", lambda: 7, "two"), "one") == 7
