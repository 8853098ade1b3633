"""What the registry keeps for one factory."""

from __future__ import annotations

from enum import Enum, StrEnum

import pytest

from aiperf.plugins.errors import UnknownClassTypeError
from aiperf.plugins.slots import FactorySlot


class Text(StrEnum):
    CHAT = "chat"


class Mixed(str, Enum):  # noqa: UP042 - the older kind, which is not StrEnum
    CHAT = "chat"


class Plain(Enum):
    CHAT = "chat"
    NUMBER = 1


@pytest.fixture
def slot():
    return FactorySlot("endpoint", "EndpointFactory", "acme.factories", "aiperf_register_endpoint")


@pytest.mark.parametrize("class_type", ["chat", Text.CHAT, Mixed.CHAT, Plain.CHAT])
def test_every_spelling_of_a_class_type_is_one_key(slot, class_type):
    """Strings and all kinds of string-valued enums mean the same."""
    assert slot.key(class_type) == "chat"
    assert "Text" not in repr(slot.key(class_type))


@pytest.mark.parametrize("class_type", [None, 3, ["chat"], Plain.NUMBER, b"chat"])
def test_anything_else_is_no_class_type(slot, class_type):
    """The error is the one for an unknown class type, and shows what it was given."""
    with pytest.raises(UnknownClassTypeError) as caught:
        slot.key(class_type)
    assert repr(class_type) in str(caught.value)
    assert caught.value.factory == "endpoint"


def test_only_a_registration_is_remembered(slot):
    """To ask for a class type in one's own spelling does not change the spelling for others."""
    slot.key(Plain.CHAT)
    assert slot.spellings == {}
    assert slot.remember(Plain.CHAT) == "chat"
    assert slot.remember("chat") == "chat"
    assert slot.spellings == {"chat": Plain.CHAT}


def test_forgetting_replaces_the_caches(slot):
    """A thread that still holds an old one writes where nobody looks; registrations stay."""
    classes, ranked = slot.classes, slot.ranked
    slot.runtime["chat"] = {}
    slot.forget()
    classes["chat"], ranked["chat"] = object, ()
    assert (slot.classes, slot.ranked, slot.runtime) == ({}, {}, {"chat": {}})
