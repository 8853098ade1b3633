"""The ``textmill`` command."""

from __future__ import annotations

import argparse
import sys

from aiperf.common.factories import PluginDiscovery
from aiperf.plugins.errors import AIPerfError
from textmill.factories import FilterFactory, FilterType


def main() -> None:
    """Pass a text through filters, or list them; an error is one message and exit code 1."""
    parser = argparse.ArgumentParser(prog="textmill", description="Pass a text through filters.")
    parser.add_argument("text", nargs="?", help="the text; without it, the filters are listed")
    parser.add_argument(
        "--filter",
        action="append",
        metavar="NAME",
        help=f"a filter to pass it through; may be repeated (default: {FilterType.UPPER})",
    )
    options = parser.parse_args()
    try:
        PluginDiscovery.discover_all()
        if options.text is None:
            _list()
        else:
            print(_filtered(options.text, options.filter or [FilterType.UPPER]))  # noqa: T201
    except AIPerfError as error:
        sys.exit(f"Error: {error}")


def _filtered(text: str, names: list[str]) -> str:
    """Return ``text`` passed through the filters called ``names``, in that order."""
    for name in names:
        text = FilterFactory.create_instance(name).apply(text)
    return text


def _list() -> None:
    """Print every filter; a star is before the one that is in force for its name."""
    for each in FilterFactory.list_implementations():
        star = "*" if each.is_selected else " "
        name = f"{each.class_type}={each.reference}"
        print(f"{star} {name:<30} {each.origin.plugin:<20} {each.description}")  # noqa: T201
