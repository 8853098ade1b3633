"""What plugin authors test with: an isolated registry and the contract of each factory.

Each name is imported when it is first used, so that one who needs only the registry gets no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiperf.testing.isolated import IsolatedPlugins, isolated_plugins

__all__ = [
    "IsolatedPlugins",
    "isolated_plugins",
]


def __getattr__(name: str) -> object:
    from aiperf.testing.exports import load  # noqa: PLC0415 - as said above

    return load(name)


def __dir__() -> list[str]:
    return __all__
