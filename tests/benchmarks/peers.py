"""What others do for the same: importing themselves, and loading every plugin of a group.

A peer that is not installed has no row. NVIDIA's AIPerf, whose package has our name, needs an
interpreter of its own.
"""

from __future__ import annotations

from importlib.util import find_spec

GROUP = "aiperf.plugins"

LOADERS = {
    "pluggy": f"""
import pluggy
manager = pluggy.PluginManager("aiperf")
loaded = manager.load_setuptools_entrypoints({GROUP!r})
""",
    "importlib.metadata": f"""
from importlib.metadata import entry_points
loaded = len([point.load() for point in entry_points(group={GROUP!r})])
""",
    "importlib_metadata": f"""
from importlib_metadata import entry_points
loaded = len([point.load() for point in entry_points(group={GROUP!r})])
""",
    "stevedore": f"""
from stevedore import ExtensionManager
loaded = len(ExtensionManager({GROUP!r}).names())
""",
    "catalogue": f"""
import catalogue
loaded = len(catalogue.create({GROUP!r}, entry_points=True).get_all())
""",
}
"""Code that loads every plugin of the group and counts them in ``loaded``."""


def installed() -> dict[str, str]:
    """Return the loaders of the peers that are installed."""
    return {name: loader for name, loader in LOADERS.items() if find_spec(name) is not None}
