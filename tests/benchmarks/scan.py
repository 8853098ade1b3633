"""What each further distribution costs where none is a plugin, beside the barest possible scan."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from measure import Row, code, per_call_ns, processes, row
from sites import site

from aiperf.plugins.distributions import find_entry_points
from aiperf.plugins.markers import ENTRY_POINT_GROUP

_SIZES = (200, 1000)
_OURS = "from aiperf.common.factories import PluginDiscovery; PluginDiscovery.discover_all()"
_IMPORT = "from aiperf.common.factories import PluginDiscovery"


def bare_scan(directory: str) -> list[bytes]:
    """Open every ``entry_points.txt`` and return what is in those that have the group."""
    found = []
    for name in os.listdir(directory):  # noqa: PTH208 - the barest way
        if name.endswith((".dist-info", ".egg-info")):
            try:
                with open(f"{directory}/{name}/entry_points.txt", "rb") as file:  # noqa: PTH123 - as above
                    held = file.read()
            except OSError:
                continue
            if ENTRY_POINT_GROUP.encode() in held:
                found.append(held)
    return found


def _scan(directory: str, number: int) -> None:
    for _ in range(number):
        bare_scan(directory)


def _find(directory: str, number: int) -> None:
    before, sys.path[:] = sys.path[:], [directory]
    try:
        for _ in range(number):
            find_entry_points(ENTRY_POINT_GROUP)
    finally:
        sys.path[:] = before


def rows() -> list[Row]:
    """Measure and return the rows."""
    with tempfile.TemporaryDirectory() as temporary:
        sites = {size: site(Path(temporary) / f"none{size}", size, 0) for size in _SIZES}
        times = per_call_ns(
            {f"scan {size}": lambda n, here=here: _scan(here, n) for size, here in sites.items()}
            | {f"find {size}": lambda n, here=here: _find(here, n) for size, here in sites.items()},
            number=5,
            runs=30,
        )
        costs = processes(
            {"import": code(_IMPORT)}
            | {str(size): code(_OURS, here) for size, here in sites.items()}
        )
    small, large = _SIZES
    scan, find = (
        (times[f"{what} {large}"] - times[f"{what} {small}"]) / (large - small)
        for what in ("scan", "find")
    )
    return [
        Row("a bare scan, each further distribution", f"{scan / 1e3:.2f} us"),
        Row(
            "discovery, each further distribution",
            f"{find / 1e3:.2f} us",
            "the bare scan",
            find / scan,
            1.3,
        ),
        row("import aiperf.common.factories, whole process", costs["import"]),
        *(
            row(
                f"discover_all(), {size} distributions, no plugin",
                costs[str(size)],
                "the import alone",
                costs["import"],
            )
            for size in _SIZES
        ),
    ]
