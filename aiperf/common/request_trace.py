"""The phases of a request, for those who want to know where its time went."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class RequestTrace:
    """What a transport noted of a request beside its times, where it was asked to.

    ``sent_bytes`` is the size of the body. The moments are those of a new connection: the lookup of
    the server's name began, connecting began, the connection was there, TLS included. ``0`` means
    that there was none: the name needed no lookup, or the connection was open already.
    """

    sent_bytes: int = 0
    lookup_ns: int = 0
    connect_ns: int = 0
    connected_ns: int = 0
