"""What the registry tells of an implementation, and of how it was chosen."""

from __future__ import annotations

import pickle
from dataclasses import fields

import pytest

from aiperf.plugins.implementations import Implementation, describe, explain
from aiperf.plugins.origins import Origin, OriginKind
from aiperf.plugins.resolver import Rule, ranked
from aiperf.plugins.selection import Override
from aiperf.plugins.slots import FactorySlot

BUILTIN = Origin(OriginKind.BUILTIN, "aiperf", "aiperf.aiperf_registry", "aiperf", "1.0")


@pytest.fixture
def slot():
    return FactorySlot("endpoint", "EndpointFactory", "acme.factories", "aiperf_register_endpoint")


@pytest.fixture
def candidates(make):
    """A plugin that shadows a builtin, the builtin, and another builtin."""
    return ranked(
        [
            make.candidate("openai_chat", BUILTIN),
            make.candidate("other", BUILTIN, position=1),
            make.candidate("openai_chat", make.installed("acme")),
        ]
    )


def test_the_selected_one_comes_first_and_then_the_best(candidates):
    """Each record says what the entry says, where it came from, and how to select it."""
    listed = describe("endpoint", candidates, candidates[2])
    assert [(each.reference, each.is_selected) for each in listed] == [
        ("other", True),
        ("openai_chat", False),
        ("openai_chat@aiperf", False),
    ]
    shadowing = listed[1]
    assert (shadowing.factory, shadowing.class_type, shadowing.identifier) == (
        "endpoint",
        "chat",
        "openai_chat",
    )
    assert (shadowing.module_path, shadowing.class_name) == ("acme", "Acme")
    assert [each.is_plugin for each in listed] == [False, True, False]
    assert [each.is_builtin for each in listed] == [True, False, True]


def test_an_implementation_survives_pickling(candidates):
    """So does the explanation that holds it."""
    listed = describe("endpoint", candidates, candidates[0])
    again = pickle.loads(pickle.dumps(listed))
    assert again == listed
    assert {field.name for field in fields(Implementation)} >= {"origin", "metadata", "reference"}


def test_an_explanation_has_winner_losers_rules_and_what_would_change_them(slot, candidates):
    """Without an override the rule is the one that decided between the two."""
    explanation = explain(slot, candidates, candidates[0], None)
    assert explanation.winner.reference == "openai_chat"
    assert [(loss.implementation.reference, loss.rule) for loss in explanation.losers] == [
        ("openai_chat@aiperf", Rule.PLUGIN),
        ("other", Rule.PLUGIN),
    ]
    assert explanation.losers[0].to_select == (
        'AIPERF_IMPLEMENTATIONS="endpoint.chat=openai_chat@aiperf"'
    )
    assert str(explanation) == (
        "endpoint.chat\n"
        "  selected: openai_chat from plugin 'acme' (acme 1.0)\n"
        "  not selected: openai_chat@aiperf: a plugin comes before a builtin\n"
        '    to select it: AIPERF_IMPLEMENTATIONS="endpoint.chat=openai_chat@aiperf"\n'
        "  not selected: other: a plugin comes before a builtin\n"
        '    to select it: AIPERF_IMPLEMENTATIONS="endpoint.chat=other"'
    )
    assert pickle.loads(pickle.dumps(explanation)) == explanation


def test_under_an_override_every_loser_lost_to_it(slot, candidates):
    """A call beats the variable, so what would change it is a call."""
    slot.overrides["chat"] = "other"
    explanation = explain(slot, candidates, candidates[2], Override("other", "a call"))
    assert {loss.rule for loss in explanation.losers} == {Rule.OVERRIDE}
    assert explanation.losers[0].to_select == (
        'EndpointFactory.use_implementation_by_id("chat", "openai_chat")'
    )
    assert str(explanation).splitlines()[1] == "  override: 'other', set by a call"


def test_an_override_that_names_nothing_leaves_no_winner(slot, candidates):
    """Every implementation is a loser then, and can still be selected."""
    explanation = explain(slot, candidates, None, Override("gone", "AIPERF_IMPLEMENTATIONS"))
    assert explanation.winner is None
    assert len(explanation.losers) == 3
    assert str(explanation).splitlines()[1:3] == [
        "  override: 'gone', set by AIPERF_IMPLEMENTATIONS",
        "  selected: nothing",
    ]
