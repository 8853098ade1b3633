"""A plugin whose part fails is named, and costs no more than it must."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.once

HEAD = """
from aiperf import LazyEntry, hookimpl
"""

ENDPOINT = """
from aiperf.endpoints.openai_chat import ChatEndpoint

class Part(ChatEndpoint):
    def {method}:
        raise {error}

@hookimpl
def aiperf_register_endpoint():
    return [LazyEntry("chat", "acme", "Part", identifier="acme_chat")]
"""

EXPORTER = """
class Part:
    wants_records = True
    def __init__(self, *, config): pass
    def start(self, context): {start}
    def record(self, record): {record}
    def finish(self, result): {finish}

@hookimpl
def aiperf_register_exporter():
    return [LazyEntry("acme", "acme", "Part", identifier="acme")]
"""

TOKENIZER = """
import asyncio
from aiperf.tokenizers.builtin import BuiltinTokenizer

def runs():
    try:
        return bool(asyncio.get_running_loop())
    except RuntimeError:
        return False

class Part(BuiltinTokenizer):
    def count(self, text):
        if {when}:
            raise ValueError("no such token")
        return super().count(text)

@hookimpl
def aiperf_register_tokenizer():
    return [LazyEntry("builtin", "acme", "Part", identifier="acme")]
"""

ARRIVAL = """
from aiperf.arrivals.concurrency import ConcurrencyArrival

class Part(ConcurrencyArrival):
    calls = 0
    async def acquire(self):
        self.calls += 1
        if self.calls > {calls}:
            raise RuntimeError("out of slots")
        return await super().acquire()

@hookimpl
def aiperf_register_arrival():
    return [LazyEntry("concurrency", "acme", "Part", identifier="acme")]
"""

UI = """
class Part:
    def start(self, title): pass
    def update(self, progress): raise OSError("no screen")
    def stop(self): open("stopped", "w").close()

@hookimpl
def aiperf_register_ui():
    return [LazyEntry("acme", "acme", "Part", identifier="acme")]
"""

METRIC = """
class Part:
    scope, tag, header, unit = "run", "request_count", "Request Count", "requests"
    def compute(self, run):
        raise KeyError("count")

@hookimpl
def aiperf_register_metric():
    return [LazyEntry("request_count", "acme", "Part", identifier="acme")]
"""

DATASET = """
class Part:
    def __init__(self, *, config, tokenizer): pass
    def load(self): {load}

@hookimpl
def aiperf_register_dataset():
    return [LazyEntry("synthetic", "acme", "Part", identifier="acme")]
"""


@pytest.fixture
def profile_with(profile, tmp_path):
    """Give a function that runs ``profile`` with a plugin module of the given source."""

    def run(source, *options):
        site = tmp_path / "site"
        site.mkdir()
        (site / "acme.py").write_text(HEAD + source)
        return profile(
            "--request-count", "4", "--osl", "2", *options,
            path=(site,), env={"AIPERF_PLUGIN_MODULES": "acme"},
        )  # fmt: skip

    return run


@pytest.mark.parametrize("error", ["ValueError('bad day')", "SystemExit('bad day')"])
def test_an_endpoint_that_cannot_parse(profile_with, error):
    """Every request is an error record that names the class, like a bad response."""
    run = profile_with(ENDPOINT.format(method="parse_response(self, record)", error=error))
    assert run.code == 1
    kind = error.partition("(")[0]
    assert run.stderr == (
        f"Error: No request succeeded; 4 ended with {kind}: acme:Part failed to parse a response: "
        f"{kind}: bad day\n"
    )
    assert [each["error"]["type"] for each in run.lines] == [kind] * 4


BEFORE_THE_RUN = {
    "exporter": (
        EXPORTER.format(start="1 / 0", record="pass", finish="pass"),
        "acme:Part failed to start: ZeroDivisionError: division by zero. ",
    ),
    "payload": (
        ENDPOINT.format(method="format_payload(self, turns)", error="LookupError('no field')"),
        "acme:Part failed to format a payload: LookupError: no field. ",
    ),
    "dataset": (
        DATASET.format(load="raise SystemExit('no file')"),
        "acme:Part failed to load its conversations: SystemExit: no file. ",
    ),
    "empty dataset": (
        DATASET.format(load="return []"),
        "Dataset 'synthetic' has no conversation. ",
    ),
    "tokenizer": (
        TOKENIZER.format(when="not runs()"),
        "failed to load its conversations: ValueError: no such token. ",
    ),
    "arrival": (
        ARRIVAL.format(calls=0),
        "LocalExecutor failed to generate the load: RuntimeError: out of slots. ",
    ),
}


@pytest.mark.parametrize(("source", "words"), BEFORE_THE_RUN.values(), ids=BEFORE_THE_RUN)
def test_a_part_that_fails_before_the_run(profile_with, source, words):
    """The command ends with one line that names the part, and no request is sent."""
    run = profile_with(source)
    assert run.code == 1
    assert run.stdout == ""
    line = run.stderr.partition("\n")[0]
    assert line.startswith("Error: ")
    assert words in line
    assert "Traceback" not in run.stderr
    assert run.lines == []


DURING_THE_RUN = {
    "exporter": (
        EXPORTER.format(start="pass", record="1 / 0", finish="pass"),
        [],
        "acme:Part failed to take a record: ZeroDivisionError: division by zero. ",
    ),
    "exporter exits": (
        EXPORTER.format(start="pass", record="raise SystemExit(3)", finish="pass"),
        [],
        "acme:Part failed to take a record: SystemExit: 3. ",
    ),
    "ui": (UI, ["--ui", "acme"], "acme:Part failed to show the run: OSError: no screen. "),
    "metric": (METRIC, [], "(acme:Part) failed on the run as a whole: KeyError: 'count'. "),
    "tokenizer": (
        TOKENIZER.format(when="runs()"),  # prompts are counted before the loop runs
        [],
        "acme:Part failed to count the tokens of a response: ValueError: no such token. ",
    ),
}


@pytest.mark.parametrize(
    ("source", "options", "words"), DURING_THE_RUN.values(), ids=DURING_THE_RUN
)
def test_a_part_that_fails_during_the_run(profile_with, source, options, words):
    """The results are there, with a warning that names the part; it is no failure of the run."""
    run = profile_with(source, *options)
    assert (run.code, run.stderr) == (0, "")
    assert [words in each for each in run.summary["warnings"]].count(True) == 1
    assert words in run.log
    assert "Warning: " in run.stdout
    assert [each["error"] for each in run.lines] == [None] * 4
    assert run.summary["request_latency"]["count"] == 4


def test_a_part_that_holds_up_the_client(profile_with):
    """The summary says that the client was late, and by how much, beside what it measured."""
    slow = "__import__('time').sleep(0.06)"
    run = profile_with(EXPORTER.format(start="pass", record=slow, finish="pass"))
    assert (run.code, run.stderr) == (0, "")
    lag = run.summary["client_health"]["loop_lag_ms"]
    assert lag["max"] > 2
    (warning,) = [each for each in run.summary["warnings"] if "event loop was late" in each]
    assert f"at most {lag['max']:.1f} ms at a time" in warning
    assert "Request Latency" in warning


def test_a_failed_user_interface_is_still_stopped(profile_with, tmp_path):
    """What it did to the terminal, it can undo."""
    run = profile_with(UI, "--ui", "acme")
    assert run.code == 0
    assert (tmp_path / "cwd" / "stopped").exists()


def test_an_exporter_that_cannot_finish(profile_with):
    """The other artifacts are written; the exit code says that one is not."""
    run = profile_with(EXPORTER.format(start="pass", record="pass", finish="1 / 0"))
    assert run.code == 1
    assert run.stderr.startswith("Error: acme:Part failed to write its artifact: ZeroDivisionError")
    assert run.stderr.count("\n") == 1
    assert run.count("request_count") == 4
    assert len(run.lines) == 4
    assert "Request Latency" in run.stdout


def test_a_load_that_breaks_off(profile_with):
    """What was measured until then is kept and reported, with the reason."""
    run = profile_with(ARRIVAL.format(calls=3))
    assert run.code == 1
    words = "LocalExecutor failed to generate the load: RuntimeError: out of slots. "
    assert words in run.stderr
    assert run.stderr.count("\n") == 1
    assert len(run.lines) == run.count("request_count") + run.count("error_request_count")
    assert run.count("request_count") >= 1
    assert words in run.summary["warnings"][0]
