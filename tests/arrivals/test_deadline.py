"""The timer: on the operating system's, and without it."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import time
from pathlib import Path

import pytest
import uvloop

from aiperf.arrivals import timer_fd
from aiperf.arrivals.deadline import Deadline

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


def open_files():
    return {each.name for each in Path("/proc/self/fd").iterdir()}


class Clock:
    """Notes when it was called."""

    def __init__(self):
        self.called = []
        self.event = asyncio.Event()
        self.deadline = Deadline(self.call)

    def call(self):
        self.called.append(time.perf_counter_ns())
        self.event.set()


@pytest.fixture(params=["precise", "coarse"])
def timers(request, monkeypatch):
    """Run a test with the operating system's timers, and as if there were none."""
    if request.param == "coarse":
        monkeypatch.setattr(timer_fd, "create", lambda: None)
        return
    fd = timer_fd.create()
    if fd is None:
        pytest.skip("no such timers here")
    os.close(fd)


@pytest.mark.usefixtures("timers")
@pytest.mark.parametrize("loop", LOOPS)
def test_it_calls_once_and_never_early(loop):
    """A moment that is set anew takes the place of the one before; one that has passed is now."""

    async def main():
        clock = Clock()
        dues = []
        for wait_ns in (300_000, 2_500_000, -1_000_000):
            clock.event.clear()
            clock.deadline.set(time.perf_counter_ns() + 50_000)
            dues.append(time.perf_counter_ns() + wait_ns)
            clock.deadline.set(dues[-1])
            await clock.event.wait()
        await asyncio.sleep(0.005)
        return dues, clock.called

    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        dues, called = runner.run(asyncio.wait_for(main(), 20))
    assert len(called) == len(dues)
    assert all(call >= due for due, call in zip(dues, called, strict=True))


@pytest.mark.skipif(sys.platform != "linux", reason="no such timers here")
@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("outlives", [False, True])
def test_it_leaves_no_file_open(loop, outlives):
    """Whether it or the event loop is the first to go."""

    async def main():
        clock = Clock()
        clock.deadline.set(time.perf_counter_ns() + 3_600_000_000_000)
        await asyncio.sleep(0)
        return clock if outlives else None

    gc.collect()
    before = open_files()
    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        kept = runner.run(main())
        gc.collect()
    del kept
    gc.collect()
    assert open_files() <= before
