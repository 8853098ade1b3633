from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from aiperf._version import __version__
from aiperf.server.errors import TruthLogError
from aiperf.server.settings import ServerSettings
from aiperf.server.truth_log import Entry, TruthLog


@pytest.fixture
def path(tmp_path):
    return tmp_path / "truth.jsonl"


def test_the_header_ties_the_clock_to_the_wall(path, read_log):
    """It names the clock, has one moment in both clocks, the version and every setting."""
    before = time.time_ns() - time.perf_counter_ns()
    TruthLog(ServerSettings(seed=5, log=path), path).close()
    after = time.time_ns() - time.perf_counter_ns()
    (header,) = read_log(path)
    slack = 50_000_000  # the wall clock may be adjusted while the test runs
    assert before - slack <= header["wall_ns"] - header["perf_ns"] <= after + slack
    assert header["clock"] == "perf_counter_ns"
    assert header["version"] == __version__
    assert header["settings"]["seed"] == 5
    assert header["settings"]["log"] == str(path)


def test_entries_are_written_while_the_loop_is_idle(path, read_log, eventually):
    """Every entry is in the file soon after it was added, in order, without closing the log."""

    async def main():
        log = TruthLog(ServerSettings(), path)
        for number in range(3000):
            log.add(Entry(path="/x", number=number, send_ns=[1, 2, 3]))
        assert len(read_log(path)) == 1  # adding writes nothing
        await asyncio.to_thread(eventually, lambda: len(read_log(path)) == 3001)
        log.close()

    asyncio.run(main())
    entries = read_log(path)[1:]
    assert [entry["number"] for entry in entries] == list(range(3000))
    assert entries[0]["send_ns"] == [1, 2, 3]


def test_closing_writes_what_was_added(path, read_log):
    """Nothing is lost when the server stops before the loop was idle."""

    async def main():
        log = TruthLog(ServerSettings(), path)
        for number in range(100):
            log.add(Entry(number=number))
        log.close()

    asyncio.run(main())
    assert [entry["number"] for entry in read_log(path)[1:]] == list(range(100))


def test_an_entry_has_the_documented_fields(path, read_log):
    """A line has the fields that the module's docstring shows, in that order."""

    async def main():
        log = TruthLog(ServerSettings(), path)
        log.add(Entry())
        log.close()

    asyncio.run(main())
    assert list(read_log(path)[1]) == [
        *("x_request_id", "path", "number", "status", "outcome", "streamed", "tokens"),
        *("images", "audios"),
        *("first_received_ns", "received_ns", "send_ns", "end_ns"),
    ]


@pytest.mark.parametrize("idle", [True, False])
def test_a_disk_that_is_full_is_an_error_at_the_end(idle, path, fresh_python):
    """The server goes on; closing the log says that it is not complete, and why."""
    code = """
        import asyncio, pathlib, resource, sys, time
        from aiperf.server.errors import TruthLogError
        from aiperf.server.settings import ServerSettings
        from aiperf.server.truth_log import Entry, TruthLog

        async def main():
            path = pathlib.Path(sys.argv[1])
            log = TruthLog(ServerSettings(), path)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
            for _ in range(100):
                log.add(Entry())
            if sys.argv[2] == "True":
                while path.stat().st_size < 1000:
                    await asyncio.sleep(0.005)
                log.add(Entry())
            try:
                log.close()
            except TruthLogError as error:
                print(error)

        asyncio.run(main())
    """
    printed = fresh_python(code, str(path), str(idle))
    assert printed.startswith(f"cannot write the truth log {path}: File too large.")


def test_a_file_that_cannot_be_written_is_an_error(tmp_path):
    """The message names the file, the reason and the option."""
    for path, reason in [
        (tmp_path / "missing" / "truth.jsonl", "No such file"),
        (tmp_path, "Is a directory"),
        (Path("/dev/full"), "No space left"),
    ]:
        with pytest.raises(TruthLogError, match=rf"cannot write .*{path}: {reason}.*--log"):
            TruthLog(ServerSettings(), path)
