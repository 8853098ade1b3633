"""One implementation as the registry holds it."""

from __future__ import annotations

import pytest

from aiperf.plugins.candidates import Candidate, HookOrder


def test_hook_order_sorts_as_pluggy_calls():
    """First tryfirst, then plain ones, then trylast."""
    assert sorted(HookOrder) == [HookOrder.TRYFIRST, HookOrder.PLAIN, HookOrder.TRYLAST]


@pytest.mark.parametrize(
    "change",
    [
        {"identifier": "y"},
        {"origin": "other"},
        {"order": HookOrder.TRYLAST},
        {"priority": 1},
        {"position": 1},
    ],
)
def test_candidates_say_the_same_only_if_nothing_about_them_differs(make, change):
    """A loaded class is kept for the same entry from the same place with the same rank."""
    if "origin" in change:
        change["origin"] = make.installed(change["origin"])
    assert make.candidate().says_the_same(make.candidate())
    assert not make.candidate().says_the_same(make.candidate(**change))


def test_a_candidate_shows_its_reference_and_origin(make):
    """That is what one wants to see in a debugger."""
    assert repr(make.candidate("fast")) == "<chat=fast from plugin 'acme' (acme 1.0)>"


def test_a_candidate_has_no_dictionary(make):
    """There may be many thousands of them."""
    assert not hasattr(make.candidate(), "__dict__")
    assert Candidate.__slots__
