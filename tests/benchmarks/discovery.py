"""``discover_all()`` in a whole process, beside its peers, among many installed distributions."""

from __future__ import annotations

import tempfile
from pathlib import Path

from measure import Row, code, processes, row
from peers import installed
from sites import BARE_PLUGIN, site

_PLUGINS = 20
_OURS = """
from aiperf.common.factories import PluginDiscovery
loaded = len(PluginDiscovery.discover_all().active)
"""


def rows() -> list[Row]:
    """Measure and return the rows."""
    found: list[Row] = []
    count = f"assert loaded == {_PLUGINS}, loaded"
    with tempfile.TemporaryDirectory() as temporary:
        for size in (200, 500):
            ours = site(Path(temporary) / f"ours{size}", size, _PLUGINS)
            bare = site(Path(temporary) / f"bare{size}", size, _PLUGINS, BARE_PLUGIN)
            peers = installed()
            costs = processes(
                {name: code(loader + count, bare) for name, loader in peers.items()}
                | {"bare interpreter": code("pass", bare), "ours": code(_OURS + count, ours)}
            )
            among = f"{size} distributions, {_PLUGINS} plugins"
            found.append(row(f"bare interpreter, {among}", costs["bare interpreter"]))
            found += [row(f"{name}, {among}", costs[name]) for name in peers]
            found += [
                row(
                    f"discover_all(), {among}",
                    costs["ours"],
                    name,
                    costs[name],
                    target=0.6 if (name, size) == ("pluggy", 500) else None,
                )
                for name in peers
            ]
    return found
