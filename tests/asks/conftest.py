"""The command line in a process of its own."""

from __future__ import annotations

import pytest

MAIN = "from aiperf.cli.main import main\nmain()"


@pytest.fixture
def aiperf(fresh_python):
    """Give a function that runs ``aiperf`` with these words and returns the process."""

    def run(*words, path=(), env=None, timeout=60):
        return fresh_python.run(MAIN, *words, path=path, env=env, timeout=timeout)

    return run
