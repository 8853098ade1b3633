"""Requests as bytes, rendered before the clock starts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiperf.common.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_END_OF_HEAD = b"\r\n"
_OURS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "transfer-encoding",
        "x-correlation-id",
        "x-request-id",
    }
)


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """A request but for its ids: ``head`` ends before them, ``tail`` begins after them."""

    head: bytes
    tail: bytes
    others: tuple[PreparedRequest, ...] = ()
    """The same for the second server and those that follow it, if there are several."""

    @property
    def body_size(self) -> int:
        """The bytes of the body, which comes after an empty line."""
        return len(self.tail) - len(_END_OF_HEAD)

    def render(self, request_id: str, correlation_id: str) -> bytes:
        """Return the request as it is sent; an empty id is left out."""
        ids = f"X-Request-ID: {request_id}\r\n" if request_id else ""
        if correlation_id:
            ids = f"{ids}X-Correlation-ID: {correlation_id}\r\n"
        return b"".join((self.head, ids.encode("ascii"), self.tail))


def merge_headers(*layers: Mapping[str, str]) -> dict[str, str]:
    """Return all headers, names regardless of case; a later layer replaces an earlier one's."""
    merged: dict[str, tuple[str, str]] = {}
    for layer in layers:
        merged.update({name.lower(): (name, value) for name, value in layer.items()})
    return dict(merged.values())


def check_headers(headers: Mapping[str, str], source: str, *, option: str = "") -> None:
    """Check headers that ``source`` chose; ``option`` is the command-line option, if it was one.

    Raises:
        ConfigError: A name or a value cannot be in a request, or the header is one that the
            transport sets. The value is not shown: it may be a secret.
    """
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name):
            why = f"{name!r} cannot be the name of a header; write it as 'Name: value'"
        elif not _VALUE.fullmatch(value):
            why = (
                f"the value of {name!r} has a line break or another character that a header "
                "cannot have; remove it"
            )
        elif name.lower() in _OURS:
            why = f"the header {name!r} is set by AIPerf for each request; leave it out"
        else:
            continue
        raise ConfigError(f"{source}: {why}", option=option)


def prepare_request(target: str, headers: Mapping[str, str], body: bytes) -> PreparedRequest:
    """Render a POST of ``body`` to ``target``; ``headers`` are complete but for its length."""
    lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    lines.append(f"Content-Length: {len(body)}")
    return PreparedRequest(
        head="".join(f"{line}\r\n" for line in lines).encode("latin-1"), tail=_END_OF_HEAD + body
    )
