"""What code for the old decorator API reads of a factory beside its methods."""

from __future__ import annotations

import logging
import os
from enum import Enum

import pytest

from aiperf.common.factories import AIPerfFactory, AIPerfSingletonFactory, FactoryMixin
from aiperf.plugins.registry import Registry


class Mixed(str, Enum):  # noqa: UP042 - the kind that applications of the old API have
    """Compares without regard to case, and hashes as what it is in lower case."""

    CHAT = "Chat"
    TEXT = "text"

    def __eq__(self, other: object) -> bool:
        """Compare with strings and other members."""
        return isinstance(other, str) and str.lower(self) == str.lower(other)

    def __hash__(self) -> int:
        """Hash as the value in lower case."""
        return hash(str.lower(self))


class First:
    """Made without arguments."""


class Second:
    """Another."""


@pytest.fixture
def registry():
    return Registry()


@pytest.fixture
def parts(registry):
    """A factory whose enum does not mind the case."""

    class PartFactory(AIPerfFactory[Mixed, object], registry=registry):
        """Makes parts."""

    return PartFactory


@pytest.fixture
def single(registry):
    """The same for singletons."""

    class SingleFactory(AIPerfSingletonFactory[Mixed, object], registry=registry):
        """Makes one of each."""

    SingleFactory.register_all(Mixed.CHAT, Mixed.TEXT)(First)
    return SingleFactory


def test_classes_can_be_read_as_from_a_dictionary(parts):
    """By whatever means the class type, in order of registration."""
    assert parts._registry == {}
    parts.register(Mixed.TEXT)(First)
    parts.register(Mixed.CHAT, override_priority=3)(Second)
    classes = parts._registry
    assert dict(classes) == {Mixed.TEXT: First, Mixed.CHAT: Second}
    assert (classes["chat"], len(classes), list(classes)) == (Second, 2, [Mixed.TEXT, Mixed.CHAT])
    assert "text" in classes
    assert "other" not in classes
    assert 7 not in classes
    assert classes.get("other") is None
    assert repr(classes).startswith("<classes of PartFactory: [")
    with pytest.raises(KeyError):
        classes["other"]


def test_priorities_can_be_read_too(parts):
    """The selected class's; one that no decorator registered has none."""
    parts.register(Mixed.TEXT)(First)
    parts.register("text", override_priority=4)(Second)
    parts.register_lazy("lazy", "json", "JSONDecoder")
    assert dict(parts._override_priorities) == {"text": 4, "lazy": 0}
    assert parts._override_priorities.get("other", -1) == -1


def test_members_that_do_not_mind_the_case_mean_what_they_are_equal_to(parts):
    """As keys of the old dictionaries did; what differs from the key in case stays unknown."""
    parts.register(Mixed.CHAT)(First)
    for class_type in (Mixed.CHAT, "chat"):
        assert parts.get_class_from_type(class_type) is First
    with pytest.raises(TypeError):
        parts.get_class_from_type("CHAT")
    assert parts.get_all_class_types() == [Mixed.CHAT]
    with parts.using("chat", "First"):
        assert type(parts.create_instance(Mixed.CHAT)) is First


def test_instances_can_be_read_and_written(single):
    """What is taken out is made anew."""
    made = single.create_instance(Mixed.CHAT)
    assert dict(single._instances) == {Mixed.CHAT: made}
    assert repr(single._instances) == repr({Mixed.CHAT: made})
    assert dict(single._instances_pid) == {Mixed.CHAT: os.getpid()}
    assert Mixed.CHAT in single._instances
    single._instances["text"] = ours = First()
    assert single.get_instance(Mixed.TEXT) is ours
    del single._instances[Mixed.CHAT]
    assert not single.has_instance("chat")
    assert single.create_instance("chat") is not made
    with single._instances_lock:
        single._instances.clear()
    assert len(single._instances) == 0
    assert single.get_all_instances() == {}


def test_an_instance_of_another_process_is_not_this_ones(single):
    """Nor what is said to be."""
    made = single.create_instance(Mixed.CHAT)
    single._instances_pid[Mixed.CHAT] = -1
    assert not single.has_instance(Mixed.CHAT)
    assert single.create_instance("chat") is not made
    assert single._instances_pid["chat"] == os.getpid()


def test_a_factory_has_a_logger(parts, caplog):
    """Named as the factory; a message that is a function is called only where it is logged."""
    caplog.set_level(logging.INFO, "PartFactory")
    called = []
    parts._logger.debug(lambda: called.append("debug"))
    parts._logger.warning(lambda: "made")
    parts._logger.info("plain %s", "text")
    assert called == []
    assert [(each.name, each.getMessage()) for each in caplog.records] == [
        ("PartFactory", "made"),
        ("PartFactory", "plain text"),
    ]


def test_the_earliest_name_still_makes_factories(registry):
    """With the logger as it was called then."""

    class OldFactory(FactoryMixin[Mixed, object], registry=registry):
        """Makes parts."""

    OldFactory.register(Mixed.CHAT)(First)
    assert type(OldFactory.create_instance(Mixed.CHAT)) is First
    assert OldFactory.logger.logger.name == "OldFactory"


def test_the_errors_are_where_they_were():
    """The classes are the same by either path."""
    from aiperf.common import exceptions, factories  # noqa: PLC0415 - what is tested

    assert exceptions.FactoryCreationError is factories.FactoryCreationError
    assert exceptions.InvalidStateError is factories.InvalidStateError
    assert issubclass(factories.FactoryCreationError, exceptions.AIPerfError)
