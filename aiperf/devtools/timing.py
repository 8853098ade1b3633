"""Measures what importing each plugin costs, and which libraries it costs it with."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from aiperf.devtools.import_check import clean_environment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

REPEATS: Final = 3
"""How often each plugin is imported; the fastest counts, the first may have had to compile."""

_START: Final = "aiperf: the plugin's import begins"
_FAILED: Final = "aiperf: the plugin's import failed with "
# Python reports only what import statements and __import__ import, not import_module itself.
_CHILD: Final = f"""
import os, sys
import aiperf.common.factories
from aiperf.plugins.errors import described
print({_START!r}, file=sys.stderr, flush=True)
try:
    __import__(sys.argv[1])
except BaseException as error:
    print({_FAILED!r} + " ".join(described(error).split()), file=sys.stderr)
sys.stderr.flush()
os._exit(0)
"""
# "import time:       123 |       4567 |   package.module", two blanks for each level.
_LINE: Final = re.compile(r"import time: +(\d+) \| +(\d+) \| ( *)(\S+)")


@dataclass(frozen=True, slots=True)
class LibraryCost:
    """What one top-level package costs a plugin's import.

    Attributes:
        name: the package: ``torch``.
        self_s: seconds in its own modules.
        cumulative_s: seconds in them and in what they import.
        modules: how many of its modules are imported.
    """

    name: str
    self_s: float
    cumulative_s: float
    modules: int


@dataclass(frozen=True, slots=True)
class ImportCost:
    """What importing a plugin's registry module costs, beyond AIPerf itself.

    Attributes:
        plugin: the plugin's name.
        module: the module that was imported.
        total_s: seconds in all that the import brings.
        self_s: seconds in the modules of the plugin's own package.
        libraries: the other packages, those that cost most themselves first.
        error: why the import failed or was given up, empty if it succeeded.
    """

    plugin: str
    module: str
    total_s: float = 0.0
    self_s: float = 0.0
    libraries: tuple[LibraryCost, ...] = ()
    error: str = ""


class _Timed(NamedTuple):
    """One line of ``-X importtime``."""

    name: str
    depth: int
    self_us: int
    cumulative_us: int

    @property
    def library(self) -> str:
        return self.name.partition(".")[0]


def measure_imports(
    plugins: Mapping[str, str],
    *,
    path: Sequence[str] = (),
    repeats: int = REPEATS,
    timeout: float = 60.0,
) -> list[ImportCost]:
    """Import each plugin in clean processes of its own and return what it costs, the dearest first.

    What AIPerf itself has imported by then costs a plugin nothing and is not counted.

    Args:
        plugins: each plugin's name, and its module or ``module:attribute``.
        path: directories to look for modules in first.
        repeats: how often each is imported; the fastest counts.
        timeout: seconds that one import may take.
    """
    costs = [
        min(
            (_measure(name, module.partition(":")[0], path, timeout) for _ in range(repeats)),
            key=lambda cost: (cost.error, cost.total_s),
        )
        for name, module in plugins.items()
    ]
    return sorted(costs, key=lambda cost: -cost.total_s)


def _measure(plugin: str, module: str, path: Sequence[str], timeout: float) -> ImportCost:
    code = f"import sys; sys.path[:0] = {list(path)!r}\n{_CHILD}"
    command = [sys.executable, "-P", "-W", "ignore", "-X", "importtime", "-c", code, module]
    try:
        done = subprocess.run(  # noqa: S603 - this Python
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=clean_environment(),
            timeout=timeout,
            check=False,
            text=True,
            errors="replace",
        )
    except subprocess.TimeoutExpired:
        return ImportCost(plugin, module, error=f"it did not end in {timeout:g} s")
    report, _, error = done.stderr.partition(f"{_START}\n")[2].partition(_FAILED)
    if done.returncode:
        error = f"it ended the process with exit status {done.returncode}"
    error = error.partition("\n")[0]
    return _cost(plugin, module, list(_lines(report)), error)


def _lines(report: str) -> Iterator[_Timed]:
    for line in report.splitlines():
        found = _LINE.search(line)
        if found is not None:
            own, cumulative, blanks, name = found.groups()
            yield _Timed(name, len(blanks) // 2, int(own), int(cumulative))


def _cost(plugin: str, module: str, lines: list[_Timed], error: str) -> ImportCost:
    own = module.partition(".")[0]
    own_us = sum(line.self_us for line in lines if line.library == own)
    cumulative = _cumulative(lines)
    libraries = []
    for name in dict.fromkeys(line.library for line in lines if line.library != own):
        its = [line for line in lines if line.library == name]
        self_us = sum(line.self_us for line in its)
        libraries.append(LibraryCost(name, self_us / 1e6, cumulative.get(name, 0) / 1e6, len(its)))
    libraries.sort(key=lambda library: -library.self_s)
    total_us = sum(line.self_us for line in lines)
    return ImportCost(plugin, module, total_us / 1e6, own_us / 1e6, tuple(libraries), error)


def _cumulative(lines: Iterable[_Timed]) -> dict[str, int]:
    """Return each library's cumulative time, counting what it imports of itself once."""
    totals: dict[str, int] = {}
    above: list[_Timed] = []
    for line in reversed(list(lines)):  # a module comes after what it imports
        del above[line.depth :]
        if all(each.library != line.library for each in above):
            totals[line.library] = totals.get(line.library, 0) + line.cumulative_us
        above.append(line)
    return totals
