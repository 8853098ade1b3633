"""``aiperf plugins``: everything about plugins and the implementations that they bring."""

from __future__ import annotations

from typing import Final

import click

from aiperf.cli.lazy_group import LazyCommand, lazy_group
from aiperf.cli.plugin_options import TRACE_HELP, TRACE_OPTION, trace_plugins

COMMANDS: Final = {
    "bisect": LazyCommand(
        "aiperf.cli.plugins_bisect", "bisect", "Find which plugin makes a command fail."
    ),
    "doctor": LazyCommand(
        "aiperf.cli.plugins_doctor",
        "doctor",
        "Look for everything that is wrong with plugins here, and say what to do.",
    ),
    "freeze": LazyCommand(
        "aiperf.cli.plugins_freeze",
        "freeze",
        "Write down which implementation every class type resolves to.",
    ),
    "list": LazyCommand(
        "aiperf.cli.plugins_list",
        "list_plugins",
        "List every implementation, and every plugin that failed or is disabled.",
    ),
    "new": LazyCommand(
        "aiperf.cli.plugins_new", "new", "Make a plugin project whose own tests pass at once."
    ),
    "show": LazyCommand(
        "aiperf.cli.plugins_show",
        "show_plugin",
        "Show everything about one implementation, without importing it.",
    ),
    "why": LazyCommand(
        "aiperf.cli.plugins_why",
        "why_selected",
        "Say which implementation is selected, why, and what would change that.",
    ),
    "validate": LazyCommand(
        "aiperf.cli.plugins_validate",
        "validate",
        "Check plugins: hooks, entries, the classes that they name, and metadata.",
    ),
}

plugins = lazy_group(
    "plugins",
    "Show plugins and the implementations that they bring.",
    COMMANDS,
    trace_plugins,
    [click.Option([TRACE_OPTION], is_flag=True, help=TRACE_HELP)],
)
