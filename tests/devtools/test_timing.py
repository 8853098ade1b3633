"""What importing a plugin costs, and which libraries it costs it with."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from aiperf.devtools.timing import measure_imports

if TYPE_CHECKING:
    from pathlib import Path

ROUNDED_S = 1e-4  # Python reports whole microseconds for each module
WORK = "total = sum(index * index for index in range({}))\n"
FILES = {
    "timed_plugin/__init__.py": "",
    "timed_plugin/registry.py": "import timed_heavy.core\nimport timed_light\nprint('hello')\n",
    "timed_heavy/__init__.py": "import timed_deep\n" + WORK.format(3_000_000),
    "timed_heavy/core.py": "",
    "timed_deep.py": WORK.format(100_000),
    "timed_light.py": "",
    "timed_broken.py": "import timed_light\nraise SystemExit(3)\n",
    "timed_killer.py": "import os\nos._exit(4)\n",
    "timed_hanging.py": "while True: pass\n",
}


@pytest.fixture
def site(make_distribution: Any) -> Path:
    """Install plugins with libraries."""
    path: Path = make_distribution("timed", files=FILES)
    return path


def test_the_libraries_that_a_plugin_pulls_in_are_named_the_dearest_first(site: Path) -> None:
    """With what each costs by itself and together with what it imports."""
    (cost,) = measure_imports({"timed": "timed_plugin.registry"}, path=[str(site)], repeats=1)
    assert (cost.plugin, cost.module, cost.error) == ("timed", "timed_plugin.registry", "")
    assert cost.libraries[0].name == "timed_heavy"
    timed = {each.name: each for each in cost.libraries if each.name.startswith("timed")}
    assert set(timed) == {"timed_heavy", "timed_deep", "timed_light"}
    heavy, deep = timed["timed_heavy"], timed["timed_deep"]
    assert heavy.modules == 2
    assert heavy.cumulative_s >= heavy.self_s + deep.self_s - ROUNDED_S
    assert heavy.self_s < cost.total_s
    assert cost.self_s > 0
    assert cost.total_s == pytest.approx(cost.self_s + sum(each.self_s for each in cost.libraries))
    assert not [name for name in sys.modules if name.startswith("timed_")]


def test_what_aiperf_has_imported_anyway_costs_a_plugin_nothing(
    make_distribution: Any,
) -> None:
    """A plugin that imports nothing else has no library."""
    hook = "from aiperf import hookimpl\nimport os, sys\n"
    site = make_distribution("plain", files={"timed_plain.py": hook})
    (cost,) = measure_imports({"plain": "timed_plain:thing"}, path=[str(site)], repeats=1)
    assert (cost.module, cost.libraries, cost.error) == ("timed_plain", (), "")
    assert cost.total_s == cost.self_s > 0


def test_the_dearest_plugin_comes_first(site: Path) -> None:
    """Of several."""
    plugins = {"light": "timed_light", "heavy": "timed_heavy"}
    costs = measure_imports(plugins, path=[str(site)])
    assert [each.plugin for each in costs] == ["heavy", "light"]


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("timed_broken", "SystemExit: 3"),
        ("timed_killer", "exit status 4"),
        ("timed_missing", "No module named 'timed_missing'"),
    ],
)
def test_a_plugin_that_fails_says_why(site: Path, module: str, words: str) -> None:
    """What it imported until then is measured."""
    (cost,) = measure_imports({"bad": module}, path=[str(site)], repeats=1)
    assert words in cost.error


def test_a_plugin_that_hangs_is_given_up(site: Path) -> None:
    """After the time that it is given."""
    (cost,) = measure_imports({"bad": "timed_hanging"}, path=[str(site)], repeats=1, timeout=1)
    assert "did not end in 1 s" in cost.error


def test_switches_change_nothing(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's own plugins are not loaded, and a trace of imports is not mixed in."""
    monkeypatch.setenv("AIPERF_PLUGIN_MODULES", "nowhere")
    monkeypatch.setenv("AIPERF_PLUGINS_STRICT", "1")
    (cost,) = measure_imports({"light": "timed_light"}, path=[str(site)], repeats=1)
    assert cost.error == ""
