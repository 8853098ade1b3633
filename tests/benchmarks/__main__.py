"""Measures speed and memory and prints one table; nothing is asserted.

Run it with ``python tests/benchmarks [SECTION…]`` or ``tox -e benchmarks``.
"""

from __future__ import annotations

import sys
from importlib import import_module

from measure import render

SECTIONS = {
    "imports": "Import, above a bare interpreter",
    "creation": "create_instance, warm",
    "entries": "10,000 lazy entries registered, each",
    "discovery": "Discovery, whole process",
    "load": "aiperf profile against the embedded server",
}


def main(chosen: list[str]) -> None:
    """Print the chosen sections, all of them if none is chosen."""
    unknown = set(chosen) - set(SECTIONS)
    if unknown:
        sys.exit(f"no such section: {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    for name, title in SECTIONS.items():
        if not chosen or name in chosen:
            sys.stdout.write(render(title, import_module(name).rows()) + "\n\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
