"""What a new project can implement."""

from __future__ import annotations

from aiperf.common import factories
from aiperf.common.factories import EndpointFactory
from aiperf.devtools.project_parts import FACTORIES, parts_of, profile_options


def test_there_is_a_part_for_every_factory():
    """A factory that is added needs an implementation in the template."""
    slots = EndpointFactory.plugin_registry.slots
    aiperf = {name: slot.title for name, slot in slots.items() if hasattr(factories, slot.title)}
    parts = parts_of(FACTORIES, "acme", "Acme")
    assert {part.factory: part.factory_class for part in parts} == aiperf


def test_the_parts_are_called_after_the_plugin():
    """They come in one order, whatever was asked for first."""
    endpoint, ui = parts_of(["ui", "endpoint"], "acme", "Acme")
    assert (endpoint.class_name, endpoint.class_type) == ("AcmeEndpoint", "acme")
    assert (ui.class_name, ui.factory_class) == ("AcmeUI", "UIFactory")
    options = profile_options([endpoint, ui])
    assert options == "--endpoint-type acme --ui-type acme --streaming --request-count 10"
    assert profile_options(parts_of(["metric"], "a", "A")) == "--streaming --request-count 10"
