"""Where a request goes, and the headers that JSON formats have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiperf.common.models import ModelEndpoint


def url_path(model_endpoint: ModelEndpoint, default: str) -> str:
    """Return the path that requests go to: the one asked for, or ``default``."""
    path = model_endpoint.path or default
    return path if path.startswith("/") else f"/{path}"


def json_headers(*, streaming: bool = False) -> dict[str, str]:
    """Return the content type sent, JSON, and the one that is wanted back."""
    accept = "text/event-stream" if streaming else "application/json"
    return {"Content-Type": "application/json", "Accept": accept}
