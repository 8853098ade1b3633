"""What the command does before it is asked for anything that plugins are needed for."""

from __future__ import annotations

import pytest

PLUGIN = """
from aiperf import LazyEntry, hookimpl

print("imported the plugin")


@hookimpl
def aiperf_register_endpoint():
    return [LazyEntry("acme", "acme_classes", "Acme")]
"""

SCRIPT = """
    import os, sys
    site, opened = sys.argv.pop(), []

    def hook(event, arguments):
        if event == "open" and str(arguments[0]).startswith(site + os.sep):
            opened.append(arguments[0])

    sys.addaudithook(hook)
    sys.argv[0] = "aiperf"
    from aiperf.cli.main import main
    try:
        main()
    except SystemExit as end:
        print("exit code", end.code)
    print("opened", len(opened))
    print("discovery", "aiperf.plugins.loading" in sys.modules)
"""


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["plugins", "--help"]])
def test_help_does_not_look_for_plugins(fresh_python, install_plugin, words):
    """However many are installed: none of their files is opened, metadata included."""
    for name in ("acme", "other"):
        site = install_plugin(name, PLUGIN)
    output = fresh_python(SCRIPT, *words, str(site), path=[site]).splitlines()
    assert output[-3:] == ["exit code 0", "opened 0", "discovery False"]
    assert "imported the plugin" not in output


def test_a_list_looks_and_imports_no_library_for_it(fresh_python, install_plugin):
    """``plugins list`` is discovery and a table, and nothing of what a benchmark needs."""
    script = SCRIPT + '    names = ("importlib_metadata", "importlib.metadata", "rich", "numpy")\n'
    script += "    print([name for name in names if name in sys.modules])\n"
    site = install_plugin("acme", PLUGIN)
    output = fresh_python(script, "plugins", "list", str(site), path=[site]).splitlines()
    assert output[-4] == "exit code 0"
    assert output[-2:] == ["discovery True", "[]"]
