"""Plugins that are really installed, and what validation finds in them."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

from aiperf.devtools.named import named
from aiperf.devtools.validate import validate
from aiperf.plugins.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from aiperf.devtools.findings import Finding

METADATA = """\
Metadata-Version: 2.1
Name: acme
Version: 1.0
Summary: what Acme adds
Requires-Dist: aiperf
Provides-Extra: fast
"""

HERE = "# here"
"""Stands in the line of a file that a finding is about."""


@dataclass(frozen=True)
class InstallAcme:
    """Installs the plugin ``acme``, whose registry is ``acme/registry.py``."""

    make_distribution: Any
    monkeypatch: pytest.MonkeyPatch

    def __call__(
        self,
        registry: str = "",
        files: Mapping[str, str] | None = None,
        *,
        entry_points: str = "[aiperf.plugins]\nacme = acme.registry\n",
        without: str = "nothing",
        more: str = "",
        name: str = "acme",
    ) -> Path:
        """Install it, put it on ``sys.path``, and return its site directory.

        Args:
            registry: its registry module.
            files: further modules.
            entry_points: its ``entry_points.txt``.
            without: the field that its metadata lacks.
            more: further lines of its metadata.
            name: another name for the distribution.
        """
        written = {"acme/__init__.py": "", "acme/registry.py": dedent(registry), **(files or {})}
        lines = METADATA.splitlines()
        metadata = "\n".join(line for line in lines if not line.startswith(without))
        site: Path = self.make_distribution(
            name,
            files=written,
            dist_info={
                "METADATA": f"{metadata}\n{more}".replace("Name: acme", f"Name: {name}"),
                "entry_points.txt": entry_points,
            },
        )
        self.monkeypatch.syspath_prepend(site)
        return site


@pytest.fixture
def install_acme(make_distribution: Any, monkeypatch: pytest.MonkeyPatch) -> InstallAcme:
    """Give an :class:`InstallAcme`."""
    return InstallAcme(make_distribution, monkeypatch)


@pytest.fixture
def found_in() -> Callable[..., list[Finding]]:
    """Give a function that returns what validation finds in what some names stand for."""

    def validated(*names: str, factories: Iterable[str] = ()) -> list[Finding]:
        return validate(named(names, Sources()), list(factories))

    return validated


@pytest.fixture
def marked_place() -> Callable[[Path], tuple[str, int] | None]:
    """Give a function that returns the file and the line that ``# here`` stands in."""
    return _marked_place


def _marked_place(site: Path) -> tuple[str, int] | None:
    for path in sorted(site.rglob("*")):
        if path.is_file() and path.suffix in {".py", ".txt", ".toml", ".cfg"}:
            for number, line in enumerate(path.read_text().splitlines(), start=1):
                if HERE in line:
                    return str(path), number
    return None
