"""A load that several processes generate, as one would, and the ways in which one may be lost."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from aiperf.common.config import LoadConfig
from aiperf.common.errors import ConfigError, WorkerError
from aiperf.common.models import Conversation, Turn
from aiperf.executors.processes import ProcessesExecutor
from aiperf.testing import ExecutorContract
from aiperf.testing.executor_contract import ANSWERS, HANGS, Build, Sink

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def _this_module_can_be_imported(monkeypatch):
    """Workers have this process's path, and are to find what is pickled of this module."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(Path(__file__).parents[2])])


class TestContract(ExecutorContract):
    """The whole contract, with two processes wherever that many can share the load."""

    implementation = "processes"

    @classmethod
    def make(cls, **arguments):
        """Return an executor that may start two processes."""
        load = replace(arguments.pop("load"), workers_max=2)
        return super().make(load=load, **arguments)


class BuildOf(Build):
    """A build with a flaw that only other processes have, if any."""

    flaw = ""
    parent = os.getpid()

    def __call__(self, load=None, /):
        parts = super().__call__(load)
        if os.getpid() != self.parent:
            if self.flaw == "raises":
                raise Unportable("no such luck", 3)
            if self.flaw == "exits":
                os._exit(3)
            if self.flaw == "is full":
                resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
            if self.flaw == "differs":
                parts.conversations = (Conversation("another", (Turn(("e",)),)),)
        return parts

    def __getstate__(self):
        """Take the flaw along."""
        return super().__getstate__() | {"flaw": self.flaw, "parent": self.parent}


class Unportable(Exception):  # noqa: N818 - it is about how it pickles
    """Cannot be made again of its arguments."""

    def __init__(self, message, code):
        super().__init__(message)
        self.code = code


def executor_of(behaviour=ANSWERS, flaw="", **load):
    """Return an executor of two processes and its sink."""
    config = LoadConfig(**{"workers_max": 2, "concurrency": 2, "request_count": 8} | load)
    build, sink = BuildOf(behaviour, config), Sink()
    build.flaw = flaw
    return ProcessesExecutor(load=config, build=build, sink=sink), sink


def test_several_processes_are_one_load():
    """Sessions have numbers of their own, records say where they are from, workers their health."""
    executor, sink = executor_of(warmup_duration=0.05)
    asyncio.run(executor.run())
    measured = [each for each in sink.ended if each.what["phase"] == "profiling"]
    sessions = {(each.what["session_num"], each.what["x_correlation_id"]) for each in measured}
    assert len({number for number, _ in sessions}) == len(sessions)
    workers = [each.raw.worker_id for each in measured]
    assert workers.count("worker_0") == workers.count("worker_1") == 4
    assert len(executor.loop_readings) == 2
    assert all(each.wall_ns > 0 for each in executor.loop_readings)


def test_a_worker_that_is_killed_ends_the_run():
    """Its request is a failed one, that of the other a cancelled one, and the error says why."""
    executor, sink = executor_of(HANGS)

    async def main():
        running = asyncio.ensure_future(executor.run())
        while len(sink.started) < 2 and not running.done():  # noqa: ASYNC110 - the load comes from other processes
            await asyncio.sleep(0.001)
        os.kill(executor._workers[1].pid, signal.SIGKILL)
        await running

    with pytest.raises(WorkerError, match=r"worker 1 of the load, process \d+, was killed by SIGK"):
        asyncio.run(main())
    assert len(sink.started) == len(sink.ended) == 2
    errors = {each.raw.worker_id: each.raw.error.type for each in sink.ended}
    assert errors == {"worker_0": "RequestCancellationError", "worker_1": "WorkerError"}
    assert [each.what["was_cancelled"] for each in sink.ended] == [True, False]


@pytest.mark.parametrize(
    ("flaw", "kind", "message"),
    [
        ("raises", WorkerError, "failed with Unportable: no such luck"),
        ("exits", WorkerError, "exited before it had ended"),
        ("differs", ConfigError, "the dataset is not the same in every process"),
    ],
)
def test_what_cannot_work_in_another_process_ends_the_run(flaw, kind, message):
    """Before anything is sent."""
    executor, sink = executor_of(flaw=flaw)
    with pytest.raises(kind, match=message):
        asyncio.run(executor.run())
    assert sink.started == []


def test_records_that_cannot_be_written_end_the_run():
    """As on a full disk; those that are lost are counted, and the error says what to do."""
    executor, sink = executor_of(flaw="is full", request_count=2000)
    with pytest.raises(WorkerError, match=r"cannot write its records to /.*: File too large. Free"):
        asyncio.run(executor.run())
    assert len(sink.started) == len(sink.ended) < 2000
    lost = [each for each in sink.ended if each.raw.error is not None]
    assert lost
    assert {each.raw.error.type for each in lost} <= {"WorkerError", "RequestCancellationError"}


def test_what_cannot_reach_another_process_is_told():
    """As a build that has a function of its own."""
    config = LoadConfig(concurrency=2, request_count=2)
    build = Build(ANSWERS, config)

    def own(load=None, /):
        return build(load)

    executor = ProcessesExecutor(load=config, build=own, sink=Sink())
    with pytest.raises(ConfigError, match=r"cannot reach another process.*--executor local"):
        asyncio.run(executor.run())


def test_a_load_without_an_end_is_refused():
    """As everywhere."""
    with pytest.raises(ConfigError, match="nothing says when the benchmark ends"):
        executor_of(request_count=None)
