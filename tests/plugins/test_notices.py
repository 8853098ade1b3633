"""The registry's warnings: one line each, each told once."""

from __future__ import annotations

from threading import RLock

from aiperf.plugins.notices import Notices


def test_a_warning_is_one_line_and_told_once(warned):
    """However often it is given, and with whatever line breaks."""
    notices = Notices(RLock())
    notices.warn("one\n  two")
    notices.warn("one two")
    notices.warn("three")
    assert warned() == ["one two", "three"]


def test_what_is_logged_is_told_each_time(warned):
    """As the old decorators' warnings were."""
    notices = Notices(RLock())
    notices.log("100%")
    notices.log("100%")
    assert warned() == ["100%", "100%"]
