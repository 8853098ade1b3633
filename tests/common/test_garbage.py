"""Collections of garbage during a run."""

from __future__ import annotations

import gc

import pytest

from aiperf.common.garbage import rare_collections


def test_collections_are_rare_and_pass_over_what_was_there_before():
    """And afterwards everything is as it was."""
    before = gc.get_threshold()
    with rare_collections():
        assert gc.get_threshold()[0] > before[0]
        assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_collections_are_as_they_were_after_a_run_that_raised():
    before = gc.get_threshold()
    with pytest.raises(KeyboardInterrupt), rare_collections():
        raise KeyboardInterrupt
    assert gc.get_threshold() == before
