"""An executor that starts processes has the same parts there, or the run ends with the reason."""

from __future__ import annotations

import pytest

EXECUTOR = """
import asyncio
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

from aiperf import LazyEntry, hookimpl
from aiperf.common.factories import ExecutorFactory


@hookimpl
def aiperf_register_executor():
    return [LazyEntry("elsewhere", "elsewhere", "ElsewhereExecutor")]


class Kept:
    def __init__(self):
        self.records = []

    def sent(self):
        pass

    def done(self, raw, **about):
        self.records.append((raw, about))


def generate(load, build):
    sink = Kept()
    asyncio.run(ExecutorFactory.create_instance("local", load=load, build=build, sink=sink).run())
    return sink.records


class ElsewhereExecutor:
    def __init__(self, *, load, build, sink):
        self.load, self.build, self.sink = load, build, sink

    async def run(self):
        context = multiprocessing.get_context(os.environ["START_METHOD"])
        loop = asyncio.get_running_loop()
        with ProcessPoolExecutor(1, context) as pool:
            records = await loop.run_in_executor(pool, generate, self.load, self.build)
        for raw, about in records:
            self.sink.sent()
            self.sink.done(raw, **about)

    def stop(self):
        pass
"""

MARKED = """
from aiperf import LazyEntry, hookimpl
{fails}

@hookimpl
def aiperf_register_endpoint():
    return [LazyEntry("chat", "marked.classes", "Marked", identifier="marked")]
"""
MARKED_CLASSES = """
from aiperf.endpoints.openai_chat import ChatEndpoint


class Marked(ChatEndpoint):
    def format_payload(self, turns):
        return super().format_payload(turns) | {"user": "marked"}
"""
ONLY_IN_PARENT = "import multiprocessing\nassert multiprocessing.parent_process() is None"


@pytest.fixture
def profile(aiperf, make_distribution, noting_server, tmp_path):
    """Give a function that measures with the executor; it returns the process and the payloads."""

    def run(method, fails="", executor=("elsewhere",)):
        site = make_distribution(
            "elsewhere",
            files={"elsewhere.py": EXECUTOR},
            entry_points={"aiperf.plugins": {"elsewhere": "elsewhere"}},
        )
        make_distribution(
            "marked",
            files={
                "marked/__init__.py": "",
                "marked/plugin.py": MARKED.format(fails=fails),
                "marked/classes.py": MARKED_CLASSES,
            },
            entry_points={"aiperf.plugins": {"marked": "marked.plugin"}},
        )
        with noting_server() as server:
            words = ["--url", server.url, "--model", "m", "--executor", *executor]
            words += ["--request-count", "3", "--ui", "none", "--artifact-dir", str(tmp_path / "a")]
            done = aiperf("profile", *words, path=[site], env={"START_METHOD": method})
            return done, [request.payload for request in server.requests]

    return run


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_the_load_comes_from_the_same_parts(profile, method):
    """The plugin's endpoint renders the requests in the other process, however that started."""
    done, payloads = profile(method)
    assert done.returncode == 0, done.stderr
    assert [payload["user"] for payload in payloads] == ["marked"] * 3


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_process_that_has_other_parts_ends_the_run(profile, method):
    """Nothing is measured with a builtin in place of the plugin; one message says why."""
    done, payloads = profile(method, ONLY_IN_PARENT)
    assert done.returncode == 1
    assert payloads == []
    there = "endpoint.chat: marked from plugin 'marked' (marked 1.0) there, openai_chat"
    assert there in done.stderr
    assert "Failed plugins, which may have it: marked" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("fails", ["", "import sys\nassert sys.argv[1:]"])
def test_the_builtin_executor_of_processes(profile, fails):
    """Both of its workers, which have no arguments, have the plugin, or nothing is measured."""
    words = ("processes", "--workers-max", "2", "--concurrency", "2")
    done, payloads = profile("spawn", fails, executor=words)
    assert done.returncode == (1 if fails else 0), done.stderr
    assert [payload["user"] for payload in payloads] == ([] if fails else ["marked"] * 3)
    assert ("endpoint.chat: marked from plugin 'marked'" in done.stderr) is bool(fails)
    assert "Traceback" not in done.stderr
