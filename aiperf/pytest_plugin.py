"""The pytest plugin that comes with AIPerf: the fixture ``aiperf_plugins`` and its marker.

pytest loads this in every run in an environment that has AIPerf, so it imports nothing more than
``import aiperf`` does until a test asks for the fixture.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aiperf.testing import IsolatedPlugins

NAME = "aiperf_plugins"

if "aiperf.testing" not in sys.modules:  # else pytest would warn of it
    pytest.register_assert_rewrite("aiperf.testing")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        f"{NAME}(*, modules=(), installed=False, strict=True): run the test with an isolated "
        "AIPerf registry that has these plugin modules and installed plugins (True for all, or a "
        "list of names); strict=False lets installed ones fail as they do for a user.",
    )


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give a test that has the marker the fixture."""
    names = getattr(item, "fixturenames", None)
    if names is not None and NAME not in names and item.get_closest_marker(NAME):
        names.insert(0, NAME)


@pytest.fixture
def aiperf_plugins(request: pytest.FixtureRequest) -> Iterator[IsolatedPlugins]:
    """Isolate AIPerf's registry for a test; it has the builtins and what the test adds.

    No installed plugin, module of ``AIPERF_PLUGIN_MODULES`` or override is there unless the test
    asks for it, and everything is as it was afterwards. See ``aiperf.testing.IsolatedPlugins``.
    """
    # Imported here: pytest starts as fast as without this plugin.
    from aiperf.testing import isolated_plugins  # noqa: PLC0415

    wanted = _Wanted.by(request.node)
    with isolated_plugins(strict=wanted.strict) as plugins:
        for module in wanted.modules:
            plugins.load_module(module)
        if wanted.installed:
            plugins.load_installed(*(() if wanted.installed is True else wanted.installed))
        yield plugins


class _Wanted(NamedTuple):
    """What the marker says."""

    modules: Iterable[str] = ()
    installed: bool | Iterable[str] = False
    strict: bool = True

    @classmethod
    def by(cls, item: pytest.Item) -> _Wanted:
        """Return what the nearest marker says.

        Raises:
            pytest.UsageError: it says what it cannot.
        """
        marker = item.get_closest_marker(NAME)
        if marker is None:
            return cls()
        texts = [each for each in marker.kwargs.values() if isinstance(each, str)]
        if marker.args or texts or not marker.kwargs.keys() <= set(cls._fields):
            raise pytest.UsageError(
                f"{item.nodeid}: the marker {NAME} takes modules=[...], installed=True or [...], "
                "and strict=True or False, by name"
            )
        return cls(**marker.kwargs)
