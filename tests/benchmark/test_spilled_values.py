"""Values that go to a file: all of them come back, wherever they are."""

from __future__ import annotations

import os
from array import array

import pytest

from aiperf.benchmark import spilled_values
from aiperf.benchmark.spilled_values import SpilledValues


@pytest.fixture
def _hold_ten(monkeypatch):
    """Let ten values be many."""
    monkeypatch.setattr(spilled_values, "HELD", 10)


def filled(directory, count=95):
    """Return ``count`` values 0, 1, 2 … added by fours and fives."""
    values = SpilledValues(directory)
    numbers = [float(each) for each in range(count)]
    for start in range(0, count, 9):
        values.extend(array("d", numbers[start : start + 4]))
        values.extend(array("d", numbers[start + 4 : start + 9]))
    return values


@pytest.mark.usefixtures("_hold_ten")
@pytest.mark.parametrize("most", [1, 4, 1000])
def test_values_come_back_in_order(tmp_path, most):
    """From the file and then from memory; nothing of it is seen in the directory."""
    values = filled(tmp_path)
    assert len(values) == 95
    read = [each for chunk in values.chunks(most) for each in chunk.tolist()]
    assert read == values.all().tolist() == list(range(95))
    assert len(values._held) < 10
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("_hold_ten")
def test_without_a_directory_memory_holds_everything():
    """No file is made."""
    values = filled(None)
    assert values.all().tolist() == list(range(95))
    assert values._file is None


@pytest.mark.usefixtures("_hold_ten")
def test_where_no_file_can_be_made_memory_holds_everything(tmp_path):
    """Nothing is lost, and the reason is kept."""
    values = filled(tmp_path / "not there")
    assert values.all().tolist() == list(range(95))
    assert isinstance(values.failure, FileNotFoundError)


LIMITED = """
import resource, sys
from array import array
from pathlib import Path
from aiperf.benchmark.spilled_values import HELD, SpilledValues

resource.setrlimit(resource.RLIMIT_FSIZE, (HELD * 8 + 1001, resource.RLIM_INFINITY))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
values = SpilledValues(Path(sys.argv[1]))
for number in range(5 * HELD):
    values.extend(array("d", [number]))
assert values.all().tolist() == list(range(5 * HELD))
print(values.failure.strerror)
"""


@pytest.mark.skipif(os.name == "nt", reason="files have no limit there")
def test_a_file_that_may_not_grow_loses_nothing(tmp_path, fresh_python):
    """What was written only in part is still in memory, as on a disk that is full."""
    assert fresh_python(LIMITED, str(tmp_path)) == "File too large\n"
