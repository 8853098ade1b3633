"""The one pluggable kind of part: its contract, its class types and its factory."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from aiperf.common.factories import AIPerfFactory
from textmill import __version__, registry


class FilterType(StrEnum):
    """The filters that textmill asks for by name; plugins may add others, as plain strings."""

    UPPER = "upper"
    REVERSE = "reverse"


class FilterProtocol(Protocol):
    """What a filter provides; it is made without arguments."""

    def apply(self, text: str) -> str:
        """Return what becomes of ``text``."""
        ...


class FilterFactory(AIPerfFactory[FilterType, FilterProtocol]):
    """Filters for text.

    An implementation provides ``FilterProtocol``: it is made without arguments and has
    ``apply(text)``.
    """


FilterFactory.plugin_registry.register_builtins(registry, "textmill", __version__)
