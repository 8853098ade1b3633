"""A process may open as many files as its connections need."""

from __future__ import annotations

import pytest

SCRIPT = """
    import resource, sys
    from aiperf.benchmark.open_files import allow_open_files
    soft, hard, connections = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    allow_open_files(connections)
    print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(
    ("soft", "hard", "connections", "after"),
    [
        (200, 900, 50, "200 900"),
        (200, 900, 500, "628 900"),
        (200, 900, 5000, "900 900"),
        (900, 900, 5000, "900 900"),
    ],
)
def test_the_limit_is_raised_as_far_as_it_is_needed(fresh_python, soft, hard, connections, after):
    """And not above the hard one, which is not ours to raise."""
    printed = fresh_python(SCRIPT, *map(str, (soft, hard, connections)))
    assert printed.strip() == after
