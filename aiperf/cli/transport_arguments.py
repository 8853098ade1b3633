"""From the options that say where requests go to the transport's configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.cli.pairs import header_text, pairs
from aiperf.common.config import TransportConfig

if TYPE_CHECKING:
    from collections.abc import Mapping


def transport_config(chosen: Mapping[str, Any]) -> TransportConfig:
    """Return the transport's configuration; ``url`` is empty for the embedded server.

    Raises:
        click.UsageError: a header is none.
    """
    urls = tuple(_with_scheme(each, chosen["transport"]) for each in chosen["urls"])
    headers = pairs("--header", chosen["headers"], parse_values=False)
    return TransportConfig(
        url=urls[0] if urls else "",
        other_urls=urls[1:],
        url_strategy=chosen["url_strategy"],
        connection_reuse=chosen["connection_reuse_strategy"],
        first_byte_timeout=chosen["first_byte_timeout_seconds"],
        max_response_bytes=chosen["max_response_bytes"],
        proxy=chosen["proxy"],
        trace=chosen["export_http_trace"] or chosen["show_trace_timing"],
        dns_ttl=chosen["dns_ttl_seconds"],
        connect_timeout=chosen["connect_timeout_seconds"],
        request_timeout=chosen["request_timeout_seconds"],
        idle_timeout=chosen["idle_timeout_seconds"],
        headers={name: header_text(value) for name, value in headers.items()},
        api_key=chosen["api_key"],
        verify=not chosen["tls_insecure"],
        ca_file=chosen["tls_ca_file"],
    )


def _with_scheme(url: str, transport: str) -> str:
    """Return the URL of a server that speaks HTTP if nothing is said; other transports know."""
    return url if "://" in url or transport != "http" else f"http://{url}"
