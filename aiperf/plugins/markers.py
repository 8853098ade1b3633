"""The names by which plugins find AIPerf: pluggy project, markers, entry-point group."""

from __future__ import annotations

from typing import Final

from pluggy import HookimplMarker, HookspecMarker

PROJECT: Final = "aiperf"
"""The pluggy project name."""

ENTRY_POINT_GROUP: Final = "aiperf.plugins"
"""The entry-point group of packaged plugins."""

PLUGIN_API: Final = f"{PROJECT}-plugin-api"
"""What an entry's ``requires`` calls the contract between the registry and plugins."""

PLUGIN_API_VERSION: Final = "1.0"
"""Its version: the first number grows when a plugin has to change, the second with additions."""

HOOK_PREFIX: Final = "aiperf_register_"
"""Every factory's hook is this and the factory's name: ``aiperf_register_endpoint``."""

hookimpl = HookimplMarker(PROJECT)
"""Marks a function as an implementation of one of AIPerf's hooks."""

hookspec = HookspecMarker(PROJECT)
"""Marks a function as the specification of a hook; factories do this themselves."""
