"""Which grpcio AIPerf can be used with.

Before 1.78, a process that ended with some hundred calls under way could hang for ever:
https://github.com/grpc/grpc/pull/40989.
"""

from __future__ import annotations

from typing import Final

OLDEST: Final = (1, 78)


def complaint_about(version: str) -> str:
    """Return why an installed grpcio is of no use, and what to do; ``""`` where it is."""
    if tuple(map(int, version.split(".")[:2])) >= OLDEST:
        return ""
    oldest = ".".join(map(str, OLDEST))
    return (
        f"grpcio {version} is installed, and with one before {oldest} a process may hang when it "
        "ends. Install a later one with pip install 'aiperf[grpc]'"
    )
