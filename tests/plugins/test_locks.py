"""The locks are Python's own."""

from __future__ import annotations

import threading

from aiperf.plugins.locks import Local, RLock


def test_they_are_those_of_threading():
    """Not other ones: a debugger or a test that knows them knows these."""
    assert isinstance(RLock(), type(threading.RLock()))
    assert Local is threading.local


def test_threading_is_not_imported_for_them(fresh_python):
    """By nothing that discovery needs beside pluggy, which needs other things in each Python."""
    code = """
        import sys
        import pluggy
        before = set(sys.modules)
        from aiperf.common.factories import PluginDiscovery
        PluginDiscovery.discover_all()
        imported = sys.modules.keys() - before
        print(sorted(imported & {"threading", "weakref", "copy", "dataclasses", "logging"}))
    """
    assert fresh_python(code) == "[]\n"
