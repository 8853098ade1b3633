"""What ``aiperf.testing`` exports, and when it is imported."""

from __future__ import annotations

from textwrap import dedent

import pytest

import aiperf.testing
from aiperf.testing.exports import EXPORTS

NO_PYTEST = "import sys; sys.modules['pytest'] = None\n"


def test_every_name_is_there():
    """``__all__``, ``dir()`` and what can be imported are one list."""
    assert set(aiperf.testing.__all__) == set(EXPORTS) == set(dir(aiperf.testing))
    for name in EXPORTS:
        assert getattr(aiperf.testing, name).__name__ == name


def test_another_name_is_an_error_that_says_the_nearest():
    """As of any module, with a suggestion."""
    with pytest.raises(AttributeError, match="IsolatedPlugins"):
        _ = aiperf.testing.IsolatedPlugin


def test_nothing_is_imported_before_it_is_used(fresh_python):
    """The package itself is empty."""
    code = "import sys, aiperf.testing; print(sorted(n for n in sys.modules if 'testing' in n))"
    assert fresh_python(code) == "['aiperf.testing']\n"


def test_the_registry_needs_no_pytest(fresh_python):
    """Another test runner, or a script, can isolate it too."""
    code = """
        from aiperf.testing import isolated_plugins
        with isolated_plugins() as plugins:
            print(plugins.add("endpoint", "chat", "acme:Acme").target)
        """
    assert fresh_python(NO_PYTEST + dedent(code)) == "acme:Acme\n"
