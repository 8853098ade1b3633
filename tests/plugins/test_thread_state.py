"""What a thread is in the middle of, which no other thread sees."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest

from aiperf.plugins.collection import Collector
from aiperf.plugins.thread_state import ThreadState


@pytest.fixture
def here():
    """A state of its own."""
    return ThreadState()


def seen(here):
    """Return what the present thread sees of it."""
    return here.loading, here.hooks, here.collector, here.in_round


def test_each_block_ends_with_what_was_before(here, make):
    """Also one inside another, and after an exception."""
    outer, inner, collector = make.installed("outer"), make.installed("inner"), Collector()
    with here.loading_as(outer), here.discovering(), here.collecting("one", collector):
        before = seen(here)
        assert before == (outer, ("one",), collector, True)
        within = here.collecting("two", Collector())
        with suppress(KeyError), here.loading_as(inner), here.discovering(), within:
            assert here.hooks == ("one", "two")
            raise KeyError
        assert seen(here) == before
    assert seen(here) == (None, (), None, False)


def test_another_thread_sees_its_own(here, make):
    """One that loads nothing is not blamed for what this one loads."""
    others = []
    with here.loading_as(make.installed("acme")), here.discovering():
        thread = threading.Thread(target=lambda: others.append(seen(here)))
        thread.start()
        thread.join()
    assert others == [(None, (), None, False)]
