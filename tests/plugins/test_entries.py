"""The lazy entry: strings and plain data, checked when it is made."""

from __future__ import annotations

import copy
import pickle
import re
from dataclasses import FrozenInstanceError, replace
from enum import Enum, StrEnum

import pytest

from aiperf import LazyEntry
from aiperf.plugins.entries import is_dotted_name
from aiperf.plugins.errors import PluginValidationError


class Text(StrEnum):
    CHAT = "chat"


class Mixed(str, Enum):  # noqa: UP042 - the older kind, which is not StrEnum
    CHAT = "chat"


class Plain(Enum):
    CHAT = "chat"
    NUMBER = 1


FULL = LazyEntry(
    "chat",
    "acme.endpoints",
    "Outer.Inner",
    identifier="fast",
    description="Faster",
    metadata={"extra": "grpc", "streaming": True},
    factory="endpoint",
)


def test_the_identifier_defaults_to_the_class_name():
    """Three strings are enough; the rest is empty."""
    entry = LazyEntry("chat", "acme", "Acme")
    assert (entry.identifier, entry.description, dict(entry.metadata), entry.factory) == (
        "Acme",
        "",
        {},
        "",
    )
    assert LazyEntry("chat", "acme", "Acme", None).identifier == "Acme"


def test_the_target_says_where_the_class_is():
    """It reads like an entry point."""
    assert FULL.target == "acme.endpoints:Outer.Inner"


@pytest.mark.parametrize("member", [Text.CHAT, Mixed.CHAT, Plain.CHAT])
def test_a_class_type_may_be_an_enum_member(member):
    """Any enum with string values will do; the entry holds the plain string."""
    entry = LazyEntry(member, "acme", "Acme")
    assert type(entry.class_type) is str
    assert entry == LazyEntry("chat", "acme", "Acme")


def test_an_entry_is_a_frozen_value():
    """It has no dictionary, cannot be changed, and compares and hashes by its content."""
    with pytest.raises(FrozenInstanceError):
        FULL.identifier = "slow"
    assert not hasattr(FULL, "__dict__")
    again = replace(FULL)
    assert again == FULL
    assert hash(again) == hash(FULL)
    assert replace(FULL, metadata={}) != FULL


def test_metadata_is_a_copy_that_nobody_can_change():
    """What the plugin does to its dictionary afterwards does not reach the entry."""
    given = {"streaming": True}
    entry = LazyEntry("chat", "acme", "Acme", metadata=given)
    given["streaming"] = False
    assert entry.metadata == {"streaming": True}
    with pytest.raises(TypeError):
        entry.metadata["streaming"] = False


def test_the_versions_that_it_needs_are_a_tuple():
    """One may be given as a plain string; they count in comparisons."""
    entry = LazyEntry("chat", "acme", "Acme", requires="aiperf>=0.2,<1")
    assert entry.requires == ("aiperf>=0.2,<1",)
    several = LazyEntry("chat", "acme", "Acme", requires=["aiperf>=0.2", "httpx"])
    assert several.requires == ("aiperf>=0.2", "httpx")
    plain = LazyEntry("chat", "acme", "Acme")
    assert plain.requires == ()
    assert len({entry, several, plain, replace(entry)}) == 3


@pytest.mark.parametrize(
    ("requires", "words"),
    [
        (7, "requires must be a string or a tuple of them, not 7"),
        (None, "requires must be a string or a tuple of them, not None"),
        (("aiperf>=1", 7), "requires has 7 in it, which is no string"),
        ("aiperf=>1", "requires: 'aiperf=>1' is not a requirement"),
        ("", "requires: '' is not a requirement"),
    ],
)
def test_versions_that_mean_nothing_are_refused_at_once(requires, words):
    """The plugin's author hears of it, not its users."""
    with pytest.raises(PluginValidationError, match=re.escape(words)):
        LazyEntry("chat", "acme", "Acme", requires=requires)


@pytest.mark.parametrize(
    "entry",
    [
        FULL,
        LazyEntry("chat", "acme", "Acme"),
        LazyEntry("chat", "acme", "Acme", requires=("aiperf>=0.1", "httpx")),
    ],
)
def test_an_entry_survives_pickling_and_copying(entry):
    """Workers get equal entries, metadata included."""
    for again in (pickle.loads(pickle.dumps(entry)), copy.copy(entry), copy.deepcopy(entry)):
        assert again == entry
        assert again.metadata == entry.metadata


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"class_type": ""}, "class_type must be a non-empty string, not ''"),
        ({"class_type": Plain.NUMBER}, "class_type must be a non-empty string, not 1"),
        ({"module_path": None}, "module_path must be a non-empty string, not None"),
        ({"class_name": 3}, "class_name must be a non-empty string, not 3"),
        ({"class_type": "a b"}, "class_type must be a string without blanks"),
        ({"identifier": "fast@acme"}, "identifier must be a string without blanks, '@'"),
        ({"identifier": "a,b"}, "not 'a,b'"),
        ({"identifier": "a=b"}, "AIPERF_IMPLEMENTATIONS"),
        ({"identifier": 3}, "identifier must be a string"),
        ({"module_path": "acme:Acme"}, "module_path 'acme:Acme' is not a dotted Python name"),
        ({"module_path": ".acme"}, "the module's absolute path"),
        ({"class_name": "Acme()"}, "class_name 'Acme()' is not a dotted Python name"),
        ({"description": None}, "description must be a string, not None"),
        ({"factory": 1}, "factory must be a string, not 1"),
        ({"metadata": [("extra", "grpc")]}, "metadata must be a dict, not [("),
    ],
)
def test_a_part_that_cannot_be_right_is_refused(change, words):
    """The error is a validation error, and shows the call and the part that is wrong."""
    parts = {"class_type": "chat", "module_path": "acme", "class_name": "Acme"} | change
    with pytest.raises(PluginValidationError) as caught:
        LazyEntry(**parts)
    assert str(caught.value).startswith("LazyEntry(")
    assert words in str(caught.value)


def test_a_dotted_name_is_identifiers_and_dots():
    """Nothing else is, and no part may be empty."""
    assert is_dotted_name("a.b_c.D1")
    assert not any(map(is_dotted_name, ("", ".", "a.", ".a", "a..b", "a-b", "a b", "1a")))
