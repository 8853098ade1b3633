"""Which transport a run is for, and what it needs of the embedded server."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiperf.common.factories import TransportFactory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.common.config import BenchmarkConfig


_HTTP = ("http", "https")


def with_transport_of_url(config: BenchmarkConfig) -> BenchmarkConfig:
    """Return ``config`` with the transport that speaks the scheme of its URL.

    Where the one that it has speaks it, or none does, that stays.
    """
    scheme = config.transport.url.partition("://")[0]
    if not config.transport.url or scheme in schemes_of(config.types.transport):
        return config
    for implementation in TransportFactory.list_implementations():
        if implementation.is_selected and scheme in implementation.metadata.get("schemes", ()):
            types = replace(config.types, transport=implementation.class_type)
            return replace(config, types=types)
    return config


def is_for_grpc(transport: str) -> bool:
    """Return whether a transport speaks gRPC and no HTTP that the embedded server would."""
    schemes = schemes_of(transport)
    return "grpc" in schemes and "http" not in schemes


def schemes_of(transport: str) -> Sequence[str]:
    """Return the URL schemes that a transport speaks, as its entry says without being imported.

    One that does not say is taken to speak HTTP.
    """
    selected = TransportFactory.list_implementations(transport)
    schemes: Sequence[str] = selected[0].metadata.get("schemes", _HTTP) if selected else ()
    return schemes
