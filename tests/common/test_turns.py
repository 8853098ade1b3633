"""One thread at a time makes a thing; a circle is an error and not a deadlock."""

from __future__ import annotations

import faulthandler
import threading

import pytest

from aiperf.common.factories import AIPerfSingletonFactory
from aiperf.common.turns import Turns
from aiperf.plugins.errors import FactoryCreationError
from aiperf.plugins.registry import Registry

TIMEOUT = 30


@pytest.fixture(autouse=True)
def _no_deadlock():
    """Dump every thread's stack and end the run where one waits for ever."""
    faulthandler.dump_traceback_later(TIMEOUT, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture
def single():
    """A singleton factory on a registry of its own."""

    class SingleFactory(AIPerfSingletonFactory[str, object], registry=Registry()):
        """Makes one of each."""

    return SingleFactory


def together(*calls):
    """Run each call in a thread of its own and return what each returned or raised."""
    results = [None] * len(calls)

    def run(position, call):
        try:
            results[position] = call()
        except FactoryCreationError as error:
            results[position] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_a_constructor_that_asks_for_itself_is_an_error(single):
    """It would call itself without end."""

    @single.register("self")
    class Own:
        def __init__(self):
            single.create_instance("self")

    with pytest.raises(FactoryCreationError, match="'self' of SingleFactory is needed to make its"):
        single.create_instance("self")
    assert not single.has_instance("self")


def test_two_that_need_each_other_are_an_error_and_not_a_deadlock(single):
    """Whichever thread is the later is told; both calls end."""
    inside, entered = threading.Barrier(2), set()

    def needing(other):
        class Needs:
            def __init__(self):
                if other not in entered:  # a second try is made by one thread alone
                    entered.add(other)
                    inside.wait()
                single.create_instance(other)

        return Needs

    single.register("a")(needing("b"))
    single.register("b")(needing("a"))
    results = together(*(lambda name=name: single.create_instance(name) for name in ("a", "b")))
    assert any(isinstance(result, FactoryCreationError) for result in results)
    assert any("is needed to make itself" in str(result) for result in results)


def test_another_of_the_same_factory_can_be_made_meanwhile(single):
    """A constructor may wait for a thread of its own that asks for it."""

    @single.register("outer")
    class Outer:
        def __init__(self):
            (self.inner,) = together(lambda: single.create_instance("inner"))

    @single.register("inner")
    class Inner:
        pass

    assert single.create_instance("outer").inner is single.get_instance("inner")


def test_who_waits_gets_a_turn_after_a_failure():
    """The block's end lets the next one in, whatever happened in it."""
    turns, order = Turns(), []
    first_is_in, go_on = threading.Event(), threading.Event()

    def first():
        with turns.turn("key", "key"):
            first_is_in.set()
            go_on.wait()
            order.append("first")
            raise FactoryCreationError("broken")

    def second():
        first_is_in.wait()
        go_on.set()
        with turns.turn("key", "key"):
            order.append("second")

    failed, _ = together(first, second)
    assert isinstance(failed, FactoryCreationError)
    assert order == ["first", "second"]


def test_a_child_begins_anew():
    """What its parent's threads were making is nobody's there, and ends without an error."""
    turns = Turns()
    with turns.turn("key", "key"):
        turns.renew()
        with turns.turn("key", "key"):
            pass
