"""``discover_all()`` in a whole process, beside bare pluggy, among many installed distributions."""

from __future__ import annotations

import tempfile
from pathlib import Path

from measure import Row, whole_process_ms

_PLUGINS = 20
_OURS = (
    "from aiperf.common.factories import PluginDiscovery; "
    "assert len(PluginDiscovery.discover_all().active) == {}"
)
_PLUGGY = (
    "import pluggy; m = pluggy.PluginManager('aiperf'); "
    "assert m.load_setuptools_entrypoints('aiperf.plugins') == {}"
)
_MODULE = '''"""A plugin."""

from aiperf import LazyEntry, hookimpl


@hookimpl
def aiperf_register_endpoint():
    return [LazyEntry("type{number}", "bench_{number}.module", "Thing", "bench_{number}")]
'''
# Bare pluggy's plugins return tuples, so that it need not load a registry.
_BARE_MODULE = '''"""A plugin."""

import pluggy

hookimpl = pluggy.HookimplMarker("aiperf")


@hookimpl
def aiperf_register_endpoint():
    return [("type{number}", "bench_{number}.module", "Thing", "bench_{number}")]
'''


def _install(directory: Path, distributions: int, module: str) -> str:
    """Write metadata as an installer does: every fourth has a script, the first 20 are plugins."""
    for number in range(distributions):
        info = directory / f"bench_{number}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: bench_{number}\nVersion: 1.0\n\nA distribution.\n"
        )
        (info / "RECORD").write_text("")
        (info / "INSTALLER").write_text("pip\n")
        if number < _PLUGINS:
            (info / "entry_points.txt").write_text(
                f"[aiperf.plugins]\nbench_{number} = bench_{number}\n"
            )
            (directory / f"bench_{number}.py").write_text(module.format(number=number))
        elif number % 4 == 0:
            (info / "entry_points.txt").write_text(
                f"[console_scripts]\nbench-{number} = bench_{number}:main\n"
            )
    return str(directory)


def rows() -> list[Row]:
    """Measure and return the rows."""
    found: list[Row] = []
    by_size: dict[int, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for size in (200, 500, 1000):
            ours = _install(Path(temporary) / f"ours{size}", size, _MODULE)
            bare = _install(Path(temporary) / f"bare{size}", size, _BARE_MODULE)
            here = [ours, bare]
            times = whole_process_ms(
                {
                    "ours": f"import sys; sys.path.remove({bare!r}); " + _OURS.format(_PLUGINS),
                    "pluggy": f"import sys; sys.path.remove({ours!r}); " + _PLUGGY.format(_PLUGINS),
                },
                path=here,
            )
            by_size[size] = (times["ours"], times["pluggy"])
            found.append(
                Row(f"pluggy alone, {size} distributions, 20 plugins", f"{times['pluggy']:.1f} ms")
            )
            found.append(
                Row(
                    f"discover_all(), {size} distributions, 20 plugins",
                    f"{times['ours']:.1f} ms",
                    "pluggy",
                    times["ours"] / times["pluggy"],
                    1.0 if size == 500 else None,
                )
            )
    slopes = [(by_size[1000][side] - by_size[200][side]) / 800 * 1e3 for side in (0, 1)]
    found.append(Row("pluggy alone, each further distribution", f"{slopes[1]:.1f} us"))
    found.append(
        Row(
            "discover_all(), each further distribution",
            f"{slopes[0]:.1f} us",
            "pluggy",
            slopes[0] / slopes[1],
        )
    )
    return found
