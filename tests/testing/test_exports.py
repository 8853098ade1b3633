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


def test_a_kit_needs_pytest_and_says_so(fresh_python):
    """AIPerf does without pytest; the extra that brings it is in the message."""
    done = fresh_python.run(NO_PYTEST + "from aiperf.testing import EndpointContract")
    assert done.stderr.splitlines()[-1] == (
        "ModuleNotFoundError: aiperf.testing.EndpointContract needs pytest, which is not "
        "installed. Run: pip install 'aiperf[testing]'"
    )


def test_another_module_that_is_missing_is_not_taken_for_pytest(fresh_python):
    """The message is Python's own then."""
    code = "import sys; sys.modules['orjson'] = None\nfrom aiperf.testing import EndpointContract"
    last = fresh_python.run(code).stderr.splitlines()[-1]
    assert last.startswith("ModuleNotFoundError: import of orjson halted")
