"""The names by which plugins find AIPerf: pluggy project, markers, entry-point group."""

from __future__ import annotations

from typing import Final

from pluggy import HookimplMarker, HookspecMarker

PROJECT: Final = "aiperf"
"""The pluggy project name."""

ENTRY_POINT_GROUP: Final = "aiperf.plugins"
"""The entry-point group of packaged plugins."""

HOOK_PREFIX: Final = "aiperf_register_"
"""Every factory's hook is this and the factory's name: ``aiperf_register_endpoint``."""

hookimpl = HookimplMarker(PROJECT)
"""Marks a function as an implementation of one of AIPerf's hooks."""

hookspec = HookspecMarker(PROJECT)
"""Marks a function as the specification of a hook; factories do this themselves."""
