"""``aiperf plugins list --timing``: what each plugin costs at every start."""

from __future__ import annotations

import json

HOOK = """
    {imports}
    from aiperf import LazyEntry, hookimpl

    @hookimpl
    def aiperf_register_endpoint():
        return [LazyEntry("{name}", "nowhere", "Chat")]
"""


def install(install_plugin):
    """Install a plugin that pulls in a library, and one that does not."""
    install_plugin.make_distribution(
        "made-heavy", files={"made_heavy.py": "sum(range(3_000_000))\n"}
    )
    install_plugin("light", HOOK.format(imports="", name="light"))
    return install_plugin("heavy", HOOK.format(imports="import made_heavy", name="heavy"))


def test_the_table_names_the_libraries(aiperf, install_plugin):
    """The dearest plugin comes first; nothing of it is printed without the option."""
    site = install(install_plugin)
    done = aiperf("plugins", "list", "--timing", path=[site])
    assert done.returncode == 0
    title, first, second = done.stdout.splitlines()[-3:]
    assert title.split()[:3] == ["PLUGIN", "IMPORT", "MS"]
    assert first.split()[0] == "heavy"
    assert "made_heavy " in first
    assert second.split()[0] == "light"
    assert "IMPORT MS" not in aiperf("plugins", "list", path=[site]).stdout


def test_json_has_the_numbers(aiperf, install_plugin):
    """In seconds, for each plugin and library."""
    site = install(install_plugin)
    document = json.loads(aiperf("plugins", "list", "--json", "--timing", path=[site]).stdout)
    heavy, light = document["timing"]
    assert (heavy["plugin"], heavy["module"], heavy["error"]) == ("heavy", "heavy", "")
    assert heavy["total_s"] > light["total_s"] > 0
    assert "made_heavy" in [each["name"] for each in heavy["libraries"]]
    assert set(heavy["libraries"][0]) == {"name", "self_s", "cumulative_s", "modules"}
    assert "timing" not in json.loads(aiperf("plugins", "list", "--json", path=[site]).stdout)


def test_what_is_disabled_is_not_run(aiperf, install_plugin):
    """And what fails says why."""
    site = install(install_plugin)
    install_plugin("broken", "raise ImportError('no such thing')")
    done = aiperf(
        "plugins", "list", "--timing",
        path=[site], env={"AIPERF_PLUGINS_DISABLED": "heavy"}, warnings_are_errors=False,
    )  # fmt: skip
    table = done.stdout.partition("IMPORT MS")[2]
    assert "heavy" not in table
    assert "failed: ImportError: no such thing" in table


def test_without_plugins_there_is_nothing_to_measure(aiperf):
    """No table, and an empty list in the JSON."""
    done = aiperf("plugins", "list", "--timing")
    assert (done.returncode, "IMPORT MS" in done.stdout) == (0, False)
    assert json.loads(aiperf("plugins", "list", "--timing", "--json").stdout)["timing"] == []
