"""The ``aiperf`` command's start, with plugins and without, beside NVIDIA's AIPerf where given."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from measure import Process, Row, processes, row
from sites import site

NVIDIA = "AIPERF_BENCHMARKS_NVIDIA"
"""The environment variable with the path of an interpreter that has NVIDIA's AIPerf."""

_PLUGINS = 50
_AIMED = {"--help": 0.25, "plugins list": 0.25}


def _command(python: str) -> str:
    return str(Path(python).parent / "aiperf")


def rows() -> list[Row]:
    """Measure and return the rows."""
    nvidia = os.environ.get(NVIDIA)
    ours = _command(sys.executable)
    said = ("--version", "--help", "profile --help", "plugins list")
    with tempfile.TemporaryDirectory() as temporary:
        here = site(Path(temporary) / "plugins", _PLUGINS, _PLUGINS)
        commands = {"bare": Process(("-c", "pass"))}
        for words in said:
            commands[words] = Process(tuple(words.split()), program=ours)
            commands[f"{words} with"] = Process(tuple(words.split()), here, ours)
        if nvidia:
            commands["nvidia"] = Process(("--help",), program=_command(nvidia))
        costs = processes(commands, runs=11)
    found = [row("bare interpreter", costs["bare"])]
    if nvidia:
        found.append(row("NVIDIA's aiperf --help", costs["nvidia"]))
    for words in said:
        without, with_plugins = costs[words], costs[f"{words} with"]
        found.append(row(f"aiperf {words}, no plugin", without))
        found.append(
            row(
                f"aiperf {words}, {_PLUGINS} plugins",
                with_plugins,
                "no plugin",
                without,
                target=1.3 if words == "--help" else None,
            )
        )
        if nvidia:
            found.append(
                row(
                    f"aiperf {words}, {_PLUGINS} plugins",
                    with_plugins,
                    "NVIDIA's --help",
                    costs["nvidia"],
                    target=_AIMED.get(words),
                )
            )
    return found
