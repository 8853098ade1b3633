"""The benchmarks run, and their table says what is measured beside what."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parent / "benchmarks"


def run(*arguments):
    """Run the benchmarks and return the finished process."""
    command = [sys.executable, str(BENCHMARKS), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_one_section_can_be_named():
    """Its table has times, ratios and the versions of what was measured."""
    done = run("entries")
    assert done.returncode == 0, done.stderr
    assert "Each time is the least of several runs that take turns" in done.stdout
    assert f"Python {sys.version.split()[0]}, aiperf " in done.stdout
    (line,) = [each for each in done.stdout.splitlines() if "a registered lazy entry, mem" in each]
    assert line.endswith(" x dataclass")
    assert "create_instance" not in done.stdout


def test_an_unknown_section_is_a_usage_error():
    """The message names those that there are."""
    done = run("velocity")
    assert done.returncode == 2
    assert "no such section: velocity; there are imports, scan, discovery, commands" in done.stderr
