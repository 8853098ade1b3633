"""AIPerf: a benchmark client for generative-AI endpoints in which every part is a plugin.

``import aiperf`` brings the table of builtins, :mod:`aiperf.aiperf_registry`, and imports none of
them. The factories register it: ``from aiperf.common.factories import EndpointFactory``.
"""

from aiperf import aiperf_registry as aiperf_registry
from aiperf._version import __version__
from aiperf.plugins import LazyEntry, hookimpl

__all__ = ["LazyEntry", "__version__", "hookimpl"]
