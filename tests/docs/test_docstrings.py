"""The examples in docstrings work: each ``>>>`` prints what the docstring says."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import aiperf


def test_the_examples_in_docstrings_print_what_they_say():
    """Of every module; the whole plugins of the factories are in ``test_hook_examples.py``."""
    names = [each.name for each in pkgutil.walk_packages(aiperf.__path__, "aiperf.")]
    modules = [importlib.import_module(name) for name in names if not name.endswith("__main__")]
    assert len(modules) > 100
    failed = [each.__name__ for each in modules if doctest.testmod(each).failed]
    assert failed == []
