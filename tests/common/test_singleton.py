"""One instance for each class type and process."""

from __future__ import annotations

import threading
from enum import Enum
from typing import Any

import pytest

from aiperf.common.singleton import AIPerfSingletonFactory
from aiperf.plugins.errors import FactoryCreationError, InvalidStateError, UnknownClassTypeError
from aiperf.plugins.registry import Registry


class Kind(Enum):
    CLOCK = "clock"


class Clock:
    """What the factory makes; it keeps what it was made with."""

    def __init__(self, **given: Any) -> None:
        self.given = given


class Broken:
    """Cannot be made."""

    def __init__(self) -> None:
        raise RuntimeError("broken")


@pytest.fixture
def clocks():
    """A singleton factory on a registry of its own, with ``clock`` and ``broken``."""
    registry = Registry()

    class ClockFactory(AIPerfSingletonFactory[str, Clock], registry=registry):
        """Makes clocks."""

    ClockFactory.register_lazy("clock", __name__, "Clock")
    ClockFactory.register_lazy("other", __name__, "Clock")
    ClockFactory.register_lazy("broken", __name__, "Broken")
    return ClockFactory


def test_the_base_is_no_factory():
    """Only what derives from it is, and each has instances of its own."""
    registry = Registry()
    made = [
        type(AIPerfSingletonFactory)(title, (AIPerfSingletonFactory,), {}, registry=registry)
        for title in ("OneFactory", "TwoFactory")
    ]
    assert list(registry.slots) == ["one", "two"]
    made[0].set_instance("clock", Clock())
    assert not made[1].has_instance("clock")


def test_there_is_one_instance_of_each_class_type(clocks):
    """Only the first call's keywords count, by either name of the call."""
    first = clocks.create_instance("clock", zone="UTC")
    assert first.given == {"zone": "UTC"}
    assert clocks.create_instance("clock", zone="other") is first
    assert clocks.get_or_create_instance("clock") is first
    assert clocks.get_or_create_instance("other") is not first


def test_an_instance_can_be_asked_for(clocks):
    """Before it is made, that is an error which says how to make it."""
    assert not clocks.has_instance("clock")
    with pytest.raises(InvalidStateError) as caught:
        clocks.get_instance("clock")
    assert str(caught.value) == (
        "No instance found for 'clock' in ClockFactory. Call "
        "ClockFactory.create_instance('clock') first."
    )
    made = clocks.create_instance("clock")
    assert clocks.has_instance("clock")
    assert clocks.get_instance("clock") is made


def test_an_instance_can_be_set(clocks):
    """It takes the place of one that was made."""
    clocks.create_instance("clock")
    ours = Clock()
    clocks.set_instance("clock", ours)
    assert clocks.get_instance("clock") is clocks.create_instance("clock") is ours


def test_enum_members_and_strings_mean_the_same_instance(clocks):
    """All instances are listed under the spelling that was used first."""
    made = clocks.create_instance(Kind.CLOCK)
    other = clocks.create_instance("other")
    assert clocks.get_instance("clock") is clocks.create_instance("clock") is made
    assert clocks.has_instance(Kind.CLOCK)
    assert clocks.get_all_instances() == {Kind.CLOCK: made, "other": other}


def test_what_is_no_class_type_has_no_instance(clocks):
    """The error is the one of every factory."""
    for call in (clocks.has_instance, clocks.get_instance, clocks.create_instance):
        with pytest.raises(UnknownClassTypeError):
            call(3)


def test_a_failure_leaves_no_instance(clocks):
    """The next call tries again."""
    for _ in range(2):
        with pytest.raises(FactoryCreationError, match="RuntimeError: broken"):
            clocks.create_instance("broken")
        assert not clocks.has_instance("broken")
    with pytest.raises(FactoryCreationError):
        clocks.create_instance("unknown")
    assert clocks.get_all_instances() == {}


def test_a_constructor_may_ask_for_another_instance(clocks):
    """Of the same factory, in the same thread."""

    @clocks.register("outer")
    class Outer:
        """Made with the clock."""

        def __init__(self):
            self.clock = clocks.create_instance("clock")

    assert clocks.create_instance("outer").clock is clocks.get_instance("clock")


def test_many_threads_get_one_instance(clocks):
    """The constructor is called once, however slow it is."""
    made, given = [], []
    start = threading.Barrier(8)
    inside = threading.Event()

    @clocks.register("slow")
    class Slow:
        """Waits until somebody else has asked for it too, or has had the time to."""

        def __init__(self):
            made.append(self)
            inside.wait(0.05)

    def ask():
        start.wait()
        given.append(clocks.create_instance("slow"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert given == made * 8


FORK = """
    import os, sys, threading, warnings
    from aiperf.common.singleton import AIPerfSingletonFactory
    from aiperf.plugins.errors import InvalidStateError

    class ClockFactory(AIPerfSingletonFactory):
        '''Makes clocks.'''

    inside, go_on = threading.Event(), threading.Event()

    @ClockFactory.register("clock")
    class Clock:
        pass

    @ClockFactory.register("slow")
    class Slow:
        def __init__(self):
            inside.set()
            assert go_on.wait(10)

    ours = ClockFactory.create_instance("clock")
    thread = threading.Thread(target=ClockFactory.create_instance, args=["slow"])
    thread.start()
    assert inside.wait(10)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of forking while another thread holds the lock
        pid = os.fork()
    if pid == 0:
        try:
            assert not ClockFactory.has_instance("clock")
            assert ClockFactory.get_all_instances() == {}
            try:
                ClockFactory.get_instance("clock")
            except InvalidStateError as error:
                print(error, flush=True)
            theirs = ClockFactory.create_instance("clock")
            assert theirs is not ours and ClockFactory.get_instance("clock") is theirs
            print("child is done", flush=True)
        finally:
            sys.exit()
    go_on.set()
    os.waitpid(pid, 0)
    thread.join()
    assert ClockFactory.get_instance("clock") is ours
    print("parent is done")
"""


def test_a_fork_gets_its_own(fresh_python):
    """Even one that happens while another thread of the parent makes an instance."""
    assert fresh_python(FORK).splitlines() == [
        (
            "Instance for 'clock' in ClockFactory is not valid for this process, only for its "
            "parent. Call ClockFactory.create_instance('clock') first."
        ),
        "child is done",
        "parent is done",
    ]
