"""An explanation with all that would change it, and all who might have taken part."""

from __future__ import annotations

import pickle

import pytest


@pytest.fixture
def explained(registry, endpoints, make):
    """Give what explains ``chat`` after a plugin and a call have registered one each."""
    endpoints.register_lazy("chat", "app.chat", "Chat", identifier="mine")
    make.load(registry, make.installed("acme"), make.plugin([make.entry("fast")]))
    return lambda: endpoints.explain("chat")


def test_each_loser_has_its_flips(explained):
    """What is best in the explanation is in the flips, too."""
    (loss,) = explained().losers
    assert loss.implementation.identifier == "mine"
    assert loss.to_select in [flip.line for flip in loss.flips]
    assert loss.flips[0].line == "--use endpoint.chat=mine"


def test_every_override_is_told_the_one_in_force_first(explained, registry, endpoints, monkeypatch):
    """Call before option before variable; the text names those that are beaten."""
    monkeypatch.setenv("AIPERF_IMPLEMENTATIONS", "endpoint.chat=fast")
    registry.reread_environment()
    registry.use_options(["endpoint.chat=mine"])
    explanation = explained()
    assert [(each.reference, each.source) for each in explanation.overrides] == [
        ("mine", "--use"),
        ("fast", "AIPERF_IMPLEMENTATIONS"),
    ]
    assert (explanation.winner.identifier, explanation.override_source) == ("mine", "--use")
    assert explanation.losers[0].to_select == "--use endpoint.chat=fast"
    assert "  beaten override: 'fast', set by AIPERF_IMPLEMENTATIONS" in str(explanation)
    endpoints.use_implementation_by_id("chat", "fast")
    explanation = explained()
    assert explanation.override_source == "EndpointFactory.use_implementation_by_id"
    assert len(explanation.overrides) == 3


def test_options_can_be_taken_back(registry, explained):
    registry.use_options(["endpoint.chat=mine"])
    registry.use_options([])
    assert explained().winner.identifier == "fast"


def test_an_override_that_names_nothing_still_has_flips(explained, registry):
    registry.use_options(["endpoint.chat=gone"])
    explanation = explained()
    assert explanation.winner is None
    assert len(explanation.losers) == 2
    assert all(loss.flips for loss in explanation.losers)


def test_who_is_absent_is_told(explained, registry, make, warned, monkeypatch):
    """A plugin that failed, and that installed ones were not looked at."""

    def fails():
        raise ValueError("no GPU")

    make.load(registry, make.installed("bad"), make.plugin(fails, "bad"))
    registry.class_types(registry.slots["endpoint"])
    explanation = explained()
    (absent,) = explanation.absent
    assert (absent.plugin, absent.status) == ("bad", "failed")
    assert "  may have had another: plugin 'bad' (bad 1.0): failed: " in str(explanation)
    assert "no GPU" in absent.reason
    assert not explanation.is_autoload_off
    monkeypatch.setenv("AIPERF_PLUGIN_AUTOLOAD", "0")
    explanation = explained()
    assert explanation.is_autoload_off
    assert str(explanation).endswith("not looked at: AIPERF_PLUGIN_AUTOLOAD is off")
    assert pickle.loads(pickle.dumps(explanation)) == explanation
    assert warned()
