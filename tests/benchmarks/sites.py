"""Directories full of distributions, written as an installer leaves them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PLUGIN = '''"""A plugin."""

from aiperf import LazyEntry, hookimpl


@hookimpl
def aiperf_register_endpoint():
    return [LazyEntry("type{number}", "bench_{number}_work", "Thing", "bench_{number}")]
'''

BARE_PLUGIN = '''"""A plugin whose hook returns tuples: its host need not load a registry."""

import pluggy

hookimpl = pluggy.HookimplMarker("aiperf")


@hookimpl
def aiperf_register_endpoint():
    return [("type{number}", "bench_{number}_work", "Thing", "bench_{number}")]
'''


def site(directory: Path, distributions: int, plugins: int, module: str = PLUGIN) -> str:
    """Install distributions into ``directory``; the first are plugins, each fourth has a script."""
    directory.mkdir(parents=True)
    for number in range(distributions):
        info = directory / f"bench_{number}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: bench_{number}\nVersion: 1.0\n\nA distribution.\n"
        )
        (info / "RECORD").write_text("")
        (info / "INSTALLER").write_text("pip\n")
        if number < plugins:
            points = f"[aiperf.plugins]\nbench_{number} = bench_{number}\n"
            (directory / f"bench_{number}.py").write_text(module.format(number=number))
            (directory / f"bench_{number}_work.py").write_text("class Thing: ...\n")
        elif number % 4 == 0:
            points = f"[console_scripts]\nbench-{number} = bench_{number}:main\n"
        else:
            continue
        (info / "entry_points.txt").write_text(points)
    return str(directory)
