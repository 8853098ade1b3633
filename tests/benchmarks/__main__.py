"""Measures speed and memory and prints one table; nothing is asserted.

Run it with ``python tests/benchmarks [SECTION…]`` or ``tox -e benchmarks [-- SECTION…]``. With
``--nvidia PYTHON``, an interpreter that has NVIDIA's AIPerf, that is measured, too.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from commands import NVIDIA
from measure import render
from peers import LOADERS

SECTIONS = {
    "imports": "Import, above a bare interpreter",
    "scan": "Discovery where nothing is a plugin",
    "discovery": "Discovery with plugins, whole process",
    "commands": "The aiperf command, whole process",
    "creation": "create_instance, warm",
    "entries": "10,000 lazy entries registered, each",
    "load": "aiperf profile against the embedded server",
    "speed": "aiperf profile against a server that is no limit, 128 concurrent",
    "long": "A long run of aiperf profile: memory and its end",
    "truth": "Errors against the server's log, and a rate that is kept",
}


def _versions() -> str:
    found = [f"Python {platform.python_version()}"]
    for name in ("aiperf", *(name for name in LOADERS if "." not in name)):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def main() -> None:
    """Print the chosen sections, all of them if none is chosen."""
    parser = argparse.ArgumentParser(prog="tests/benchmarks", description=__doc__.splitlines()[0])
    sections = ", ".join(SECTIONS)
    parser.add_argument(
        "sections", nargs="*", metavar="SECTION", help=f"of {sections}; all if none"
    )
    parser.add_argument("--nvidia", metavar="PYTHON", help="an interpreter with NVIDIA's AIPerf")
    chosen = parser.parse_args()
    unknown = set(chosen.sections) - set(SECTIONS)
    if unknown:
        parser.error(f"no such section: {', '.join(sorted(unknown))}; there are {sections}")
    if chosen.nvidia:
        os.environ[NVIDIA] = chosen.nvidia
    sys.stdout.write(
        f"{_versions()}.\n"
        "Each time is the least of several runs that take turns; a ratio is of two such times.\n\n"
    )
    for name, title in SECTIONS.items():
        if not chosen.sections or name in chosen.sections:
            sys.stdout.write(render(title, import_module(name).rows()) + "\n\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
