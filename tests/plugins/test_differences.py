"""Where two resolutions differ, in words."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from aiperf.plugins.differences import as_lines, differences
from aiperf.plugins.origins import OriginKind
from aiperf.plugins.resolution import Choice, Resolution

CHAT = Choice(
    factory="endpoint",
    class_type="chat",
    reference="acme_chat",
    target="acme.chat:Chat",
    origin=OriginKind.ENTRY_POINT,
    plugin="acme",
    distribution="acme",
    version="1.0",
    sha256="0" * 64,
    metadata={},
    why="there is no other",
)
BUILTIN = replace(
    CHAT, reference="openai_chat", origin=OriginKind.BUILTIN, plugin="aiperf", distribution="aiperf"
)


def between(theirs, ours):
    """Return the differences of two resolutions of one choice or none."""
    return differences(Resolution((theirs,) if theirs else ()), Resolution((ours,) if ours else ()))


def test_equal_resolutions_have_none():
    """Why something was chosen does not count."""
    assert between(CHAT, replace(CHAT, why="an override")) == ()


@pytest.mark.parametrize(
    ("theirs", "ours", "text"),
    [
        (
            BUILTIN,
            CHAT,
            (
                "endpoint.chat: openai_chat from builtin (aiperf 1.0) there, acme_chat from plugin "
                "'acme' (acme 1.0) here (there is no other)."
            ),
        ),
        (
            CHAT,
            None,
            (
                "endpoint.chat: acme_chat from plugin 'acme' (acme 1.0) there, no such class type "
                "here."
            ),
        ),
        (
            None,
            CHAT,
            (
                "endpoint.chat: no such class type there, acme_chat from plugin 'acme' (acme 1.0) "
                "here (there is no other)."
            ),
        ),
        (
            CHAT,
            replace(CHAT, target="", why="'chat' has no implementation 'acme_chat'."),
            (
                "endpoint.chat: acme_chat from plugin 'acme' (acme 1.0) there, nothing here "
                "('chat' has no implementation 'acme_chat')."
            ),
        ),
        (
            CHAT,
            replace(CHAT, sha256="1" * 64, why=""),
            (
                "endpoint.chat: acme_chat from plugin 'acme' (acme 1.0) there and "
                "here, but the file of acme.chat:Chat is another one."
            ),
        ),
        (
            CHAT,
            replace(CHAT, metadata={"path": "/"}, why=""),
            (
                "endpoint.chat: acme_chat from plugin 'acme' (acme 1.0) there and "
                "here, but its metadata is another."
            ),
        ),
    ],
    ids=["chosen", "missing", "new", "nothing", "file", "metadata"],
)
def test_a_difference_names_both_sides(theirs, ours, text):
    """What is there, what is here, where each came from and what decided."""
    (difference,) = between(theirs, ours)
    assert str(difference) == text
    assert as_lines([difference]) == [text]
    assert pickle.loads(pickle.dumps(difference)) == difference


def test_a_new_version_is_one_line_for_all_its_class_types():
    """It is one thing to change, so it is said once."""
    one, other = replace(CHAT, class_type="a"), replace(CHAT, class_type="b")
    newer = [replace(each, version="1.1", sha256="1" * 64) for each in (one, other)]
    found = differences(Resolution((one, other)), Resolution((*newer, BUILTIN)))
    assert [each.fields for each in found] == [("version", "sha256"), ("version", "sha256"), ()]
    assert as_lines(found) == [
        (
            "endpoint.chat: no such class type there, openai_chat from builtin (aiperf 1.0) here "
            "(there is no other)."
        ),
        "plugin 'acme' (acme 1.0) there, plugin 'acme' (acme 1.1) here: endpoint.a, endpoint.b.",
    ]
