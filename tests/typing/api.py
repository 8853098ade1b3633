"""How the public interface looks to a type checker; this file is checked and never run."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol, assert_type

from aiperf import LazyEntry, hookimpl
from aiperf.common.factories import (
    AIPerfFactory,
    AIPerfSingletonFactory,
    ArrivalFactory,
    DatasetFactory,
    EndpointFactory,
    ExecutorFactory,
    ExporterFactory,
    MetricFactory,
    PluginDiscovery,
    TokenizerFactory,
    TransportFactory,
    UIFactory,
)
from aiperf.common.models import ModelEndpoint
from aiperf.common.protocols import (
    ArrivalProtocol,
    DatasetProtocol,
    EndpointProtocol,
    ExecutorProtocol,
    ExporterProtocol,
    MetricProtocol,
    TokenizerProtocol,
    TransportProtocol,
    UIProtocol,
)
from aiperf.plugins.implementations import Explanation, Implementation
from aiperf.plugins.report import DiscoveryReport

# What a factory makes is its protocol, without a cast.
assert_type(
    EndpointFactory.create_instance("chat", model_endpoint=ModelEndpoint(model="m")),
    EndpointProtocol,
)
assert_type(TransportFactory.create_instance("http"), TransportProtocol)
assert_type(DatasetFactory.create_instance("synthetic"), DatasetProtocol)
assert_type(ArrivalFactory.create_instance("concurrency"), ArrivalProtocol)
assert_type(MetricFactory.create_instance("request_latency"), MetricProtocol)
assert_type(ExporterFactory.create_instance("json"), ExporterProtocol)
assert_type(UIFactory.create_instance("none"), UIProtocol)
assert_type(TokenizerFactory.create_instance("builtin"), TokenizerProtocol)
assert_type(ExecutorFactory.create_instance("local"), ExecutorProtocol)

# So is everything else that a factory says.
assert_type(EndpointFactory.get_class_from_type("chat"), type[EndpointProtocol])
assert_type(EndpointFactory.get_all_classes(), list[type[EndpointProtocol]])
assert_type(EndpointFactory.get_all_class_types(), list[str])
assert_type(EndpointFactory.get_all_classes_and_types(), list[tuple[type[EndpointProtocol], str]])
assert_type(EndpointFactory.list_implementations(), list[Implementation])
assert_type(EndpointFactory.explain("chat"), Explanation)
with EndpointFactory.using("chat", "openai_chat"):
    pass
assert_type(PluginDiscovery.discover_all(), DiscoveryReport)
assert_type(PluginDiscovery.refresh(), DiscoveryReport)


# A hook implementation keeps its type.
@hookimpl
def aiperf_register_endpoint() -> list[LazyEntry]:
    """Return one entry."""
    return [LazyEntry("chat", "package.module", "Class", identifier="mine")]


assert_type(aiperf_register_endpoint(), list[LazyEntry])


# An application's own factory, with an enum of its own.
class Shape(StrEnum):
    """The shapes that there are."""

    ROUND = "round"


class ShapeProtocol(Protocol):
    """What has an area."""

    def area(self) -> float:
        """Return the area."""
        ...


class ShapeFactory(AIPerfFactory[Shape, ShapeProtocol]):
    """Makes shapes."""


@ShapeFactory.register(Shape.ROUND, override_priority=1)
class Circle:
    """A shape."""

    def area(self) -> float:
        """Return the area."""
        return 3.14


assert_type(Circle().area(), float)
assert_type(ShapeFactory.create_instance(Shape.ROUND), ShapeProtocol)
assert_type(ShapeFactory.create_instance("round").area(), float)
assert_type(ShapeFactory.get_all_class_types(), list[Shape | str])


class OneShapeFactory(AIPerfSingletonFactory[Shape, ShapeProtocol]):
    """Makes each shape once."""


assert_type(OneShapeFactory.get_or_create_instance(Shape.ROUND), ShapeProtocol)
assert_type(OneShapeFactory.get_instance("round"), ShapeProtocol)
assert_type(OneShapeFactory.get_all_instances(), dict[Shape | str, ShapeProtocol])
