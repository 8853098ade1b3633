"""Which metrics a run has: those for which the endpoint, and the options, give what they need."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from aiperf.benchmark.composition import endpoint_metadata
from aiperf.benchmark.goodput import objectives
from aiperf.benchmark.metric_shape import refuse_misshapen, refuse_unknown_needs
from aiperf.common.errors import ConfigError
from aiperf.common.factories import MetricFactory, TransportFactory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiperf.common.config import BenchmarkConfig
    from aiperf.common.objectives import Objective
    from aiperf.common.protocols import MetricProtocol


@dataclass(frozen=True, slots=True)
class ChosenMetrics:
    """The metrics of a run, in the order in which they are shown.

    ``requires`` has, for each tag, the tags whose values it reads; ``secondary`` the tags that a
    short table leaves out; ``objectives`` what a good request must meet.
    """

    metrics: tuple[MetricProtocol, ...]
    requires: Mapping[str, Sequence[str]]
    secondary: frozenset[str]
    objectives: tuple[Objective, ...]


def build_metrics(config: BenchmarkConfig) -> ChosenMetrics:
    """Return every metric that this endpoint can give.

    A metric is left out where the endpoint does not give what it needs, or what a metric that it
    reads needs.

    Raises:
        ConfigError: an objective of ``--goodput`` cannot be met by any request.
        AIPerfError: a metric cannot be made.
    """
    gives = endpoint_gives(config)
    offered = {
        implementation.class_type: implementation.metadata
        for implementation in MetricFactory.list_implementations()
        if implementation.is_selected
    }
    refuse_unknown_needs(offered)
    chosen = [tag for tag in offered if gives.issuperset(_needs(tag, offered, frozenset()))]
    asked = objectives(config.metrics.goodput, offered, chosen)
    metrics = tuple(MetricFactory.create_instance(tag) for tag in chosen)
    for tag, metric in zip(chosen, metrics, strict=True):
        refuse_misshapen(tag, metric)
    return ChosenMetrics(
        metrics=metrics,
        requires={tag: offered[tag].get("requires", ()) for tag in chosen},
        secondary=frozenset(
            tag
            for tag in chosen
            if offered[tag].get("secondary")
            and not (config.metrics.show_trace_timing and _is_phase(offered[tag]))
        ),
        objectives=asked,
    )


def description(chosen: ChosenMetrics, slice_duration: float | None) -> dict[str, Any]:
    """Return what ``RunContext.description`` says of these metrics."""
    return {
        "metrics": [
            {
                "tag": metric.tag,
                "header": metric.header,
                "unit": metric.unit,
                "scope": metric.scope,
                "secondary": metric.tag in chosen.secondary,
            }
            for metric in chosen.metrics
        ],
        "objectives": [asdict(objective) for objective in chosen.objectives],
        "slice_duration": slice_duration,
    }


def _needs(tag: str, offered: Mapping[str, Mapping[str, Any]], readers: frozenset[str]) -> set[str]:
    """Return what a metric needs of the endpoint, by itself and through the metrics it reads."""
    metadata = offered.get(tag, {})
    needs = set(metadata.get("needs", ()))
    for required in metadata.get("requires", ()):
        if required not in readers:  # a circle is reported where the order is made
            needs |= _needs(required, offered, readers | {tag})
    return needs


def endpoint_gives(config: BenchmarkConfig) -> frozenset[str]:
    """Return what metrics can have in this run.

    ``"streaming"`` and ``"tokens"`` if the endpoint gives them; an entry whose metadata does not
    say is taken to give both. ``"tokenizer"`` if tokens are counted here, too. ``"http_trace"`` if
    the phases of requests are asked for.

    Raises:
        ConfigError: ``--streaming`` is asked of an endpoint that cannot stream, or that cannot
            over the transport; or phases of a transport that does not tell them.
    """
    metadata = endpoint_metadata(config)
    if config.streaming and metadata.get("streaming") is False:
        raise ConfigError(
            f"Endpoint type {config.types.endpoint!r} cannot stream. Leave --streaming out.",
            option="--streaming",
        )
    over = metadata.get("streaming_transports")
    if config.streaming and over and config.types.transport not in over:
        raise ConfigError(
            f"Endpoint type {config.types.endpoint!r} can stream over {' and '.join(over)} alone. "
            f"Use --transport {over[0]}, or leave --streaming out.",
            option="--streaming",
        )
    gives = {"streaming"} if config.streaming else set()
    if not config.use_server_token_count:
        gives.add("tokenizer")
    if config.transport.trace:
        _check_traced(config.types.transport)
        gives.add("http_trace")
    if metadata.get("tokens", True):
        gives.add("tokens")
    return frozenset(gives)


def _is_phase(metadata: Mapping[str, Any]) -> bool:
    """Say whether a metric is of the phases of a request."""
    return "http_trace" in metadata.get("needs", ())


def _check_traced(transport: str) -> None:
    """Raise unless a transport tells the phases of its requests."""
    selected = TransportFactory.list_implementations(transport)
    if selected and not selected[0].metadata.get("traces"):
        raise ConfigError(
            f"The transport {transport!r} does not tell the phases of a request. Use --transport "
            "http, or leave --export-http-trace and --show-trace-timing out.",
            option="--export-http-trace",
        )
