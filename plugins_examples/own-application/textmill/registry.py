"""Every builtin of textmill, and nothing else."""

from __future__ import annotations

from aiperf import LazyEntry, hookimpl


@hookimpl(trylast=True)
def aiperf_register_filter() -> list[LazyEntry]:
    """The filters."""
    return [
        LazyEntry("upper", "textmill.filters", "UpperFilter", description="CAPITAL LETTERS"),
        LazyEntry("reverse", "textmill.filters", "ReverseFilter", description="sdrawkcab"),
    ]
