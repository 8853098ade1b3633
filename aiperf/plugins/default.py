"""The one registry that a process has unless it makes another."""

from __future__ import annotations

from typing import Final

from aiperf.plugins.registry import Registry

default_registry: Final = Registry()
