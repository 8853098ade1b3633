"""The plugin registry: lazy entries, their resolution, and the plugins that bring them.

It imports nothing else of AIPerf, so another application can use it, or take it, as it is. Here
is what a plugin needs; the registry itself is :mod:`aiperf.plugins.registry`, the process's own
one :mod:`aiperf.plugins.default`.
"""

from aiperf.plugins.entries import LazyEntry
from aiperf.plugins.markers import hookimpl, hookspec

__all__ = ["LazyEntry", "hookimpl", "hookspec"]
