"""The JSONL artifact: one line a request, whatever happens to the process or the disk."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from aiperf.common.config import OutputConfig
from aiperf.common.errors import ExportError
from aiperf.common.models import WARMUP, ErrorDetails
from aiperf.exporters.jsonl_file import JSONLExporter

WALL_NS = 1_700_000_000_000_000_000


def read(output):
    """Return the lines of the file, each a whole one."""
    text = (output.artifact_dir / "profile_export.jsonl").read_text(encoding="utf-8")
    assert text == "" or text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def exporter(output, context, make_result):
    """Give an exporter whose run has begun; it ends with the test."""
    started = JSONLExporter(config=output)
    started.start(context)
    yield started
    started.finish(make_result())


def test_the_line_of_a_request(exporter, output, make_record):
    """Times are Unix times in nanoseconds; each metric has its unit."""
    exporter.record(make_record())
    (line,) = read(output)
    del line["provenance"], line["run"]
    assert line == {
        "metadata": {
            "session_num": 3,
            "x_request_id": "request-3",
            "x_correlation_id": "session-3",
            "conversation_id": "session_000003",
            "turn_index": 0,
            "credit_issued_ns": None,
            "request_start_ns": WALL_NS + 100,
            "request_ack_ns": WALL_NS + 200,
            "request_end_ns": WALL_NS + 300,
            "worker_id": "local",
            "record_processor_id": "local",
            "benchmark_phase": "profiling",
            "was_cancelled": False,
            "cancellation_time_ns": None,
        },
        "metrics": {
            "request_latency": {"value": 12.5, "unit": "ms"},
            "inter_chunk_latency": {"value": [1.5, 2.5], "unit": "ms"},
        },
        "error": None,
    }


def test_the_line_of_a_failed_request(exporter, output, make_record):
    """It has no metrics, an error, and no time for a moment that was not reached."""
    failed = ErrorDetails("ConnectError", "refused")
    exporter.record(make_record(metrics={}, error=failed, ack_ns=0))
    (line,) = read(output)
    assert line["metrics"] == {}
    assert line["error"] == {"type": "ConnectError", "message": "refused", "code": None}
    assert line["metadata"]["request_ack_ns"] is None


def test_the_line_of_a_cancelled_request(exporter, output, make_record):
    """It was cancelled when it ended."""
    cancelled = ErrorDetails("RequestCancellationError", "cancelled", 499)
    exporter.record(make_record(metrics={}, error=cancelled, was_cancelled=True))
    (line,) = read(output)
    assert line["error"]["code"] == 499
    assert line["metadata"]["was_cancelled"] is True
    assert line["metadata"]["cancellation_time_ns"] == WALL_NS + 300


def test_tokens_stay_whole_numbers(exporter, output, make_record):
    """A count is 9 and not 9.0."""
    exporter.record(make_record(metrics={"output_token_count": 9}))
    text = (output.artifact_dir / "profile_export.jsonl").read_text()
    assert '"output_token_count":{"value":9,"unit":"tokens"}' in text


def test_the_first_record_carries_the_provenance(exporter, output, context, make_record):
    """Every line is a record, and a copy of the file still says what made it."""
    for number in range(3):
        exporter.record(make_record(session_num=number))
    lines = read(output)
    assert [line["metadata"]["session_num"] for line in lines] == [0, 1, 2]
    assert lines[0]["provenance"] == context.provenance
    assert lines[0]["run"] == {"config": {"model": "m"}, "metrics": [], "objectives": []}
    assert [set(line) for line in lines[1:]] == [{"metadata", "metrics", "error"}] * 2


def test_the_last_record_says_how_the_run_ended(exporter, output, make_record, make_result):
    """Every line is still a record; one that was killed has no such end."""
    for number in range(2):
        exporter.record(make_record(session_num=number))
    before = read(output)
    exporter.finish(make_result())
    first, last = read(output)
    assert (first, last) == (before[0], before[1] | {"run_end": last["run_end"]})
    assert last["run_end"] == {
        "start_ns": WALL_NS,
        "end_ns": WALL_NS + 1_500_000_000,
        "was_cancelled": False,
        "metrics": ["request_latency", "request_throughput", "request_count"],
        "client_health": {"event_loop_lag_ms": {"p99": 0.5}},
        "warnings": ["the client was busy"],
    }


def test_a_run_without_a_record_has_an_empty_file(exporter, output, make_result):
    """There is no line that could say more."""
    exporter.finish(make_result())
    assert read(output) == []


def test_when_a_request_was_due_is_said(exporter, output, make_record):
    """Where there is a schedule."""
    exporter.record(make_record(scheduled_ns=5_000_000_050))
    assert read(output)[0]["metadata"]["credit_issued_ns"] == WALL_NS + 50


def test_warm_up_has_no_line(exporter, output, make_record):
    """Whoever computes on the file computes what the summary says."""
    exporter.record(make_record(phase=WARMUP, session_num=0))
    exporter.record(make_record(session_num=1))
    (line,) = read(output)
    assert line["metadata"]["session_num"] == 1
    assert "provenance" in line


def test_a_line_is_on_its_way_before_the_next_request(exporter, output, make_record):
    """The file has it while the run goes on."""
    for count in range(1, 4):
        exporter.record(make_record())
        assert len(read(output)) == count


def test_a_message_with_a_line_break_stays_on_its_line(exporter, output, make_record):
    """Whatever a server says, undecodable bytes included, is one line."""
    message = "one\ntwo\r\u2028caf\udce9"
    exporter.record(make_record(error=ErrorDetails("HTTPStatusError", message, 500)))
    data = (output.artifact_dir / "profile_export.jsonl").read_bytes()
    assert data.count(b"\n") == 1
    assert json.loads(data)["error"]["message"] == message


def test_the_path_is_said_at_the_end(exporter, output, make_record, make_result):
    """The file is closed; a late record changes nothing."""
    exporter.record(make_record())
    assert exporter.finish(make_result()) == str(output.artifact_dir / "profile_export.jsonl")
    exporter.record(make_record())
    assert len(read(output)) == 1


def test_with_the_level_summary_there_is_no_file(output, context, make_record, make_result):
    """Also not that of an earlier run."""
    output.artifact_dir.mkdir(parents=True)
    (output.artifact_dir / "profile_export.jsonl").touch()
    exporter = JSONLExporter(config=replace(output, export_level="summary"))
    exporter.start(context)
    exporter.record(make_record())
    assert exporter.finish(make_result()) is None
    assert list(output.artifact_dir.iterdir()) == []


def test_an_older_file_is_begun_anew(output, context, make_record, make_result):
    """Two runs into one directory do not mix."""
    for number in range(2):
        exporter = JSONLExporter(config=output)
        exporter.start(context)
        exporter.record(make_record(session_num=number))
        exporter.finish(make_result())
    (line,) = read(output)
    assert line["metadata"]["session_num"] == 1


def test_a_place_that_cannot_be_written_is_an_error_before_the_run(tmp_path, context):
    """It names the file."""
    (tmp_path / "taken").touch()
    exporter = JSONLExporter(config=OutputConfig(tmp_path / "taken"))
    with pytest.raises(ExportError, match=r"cannot write .*profile_export\.jsonl"):
        exporter.start(context)


def test_a_directory_in_the_files_place_is_an_error_before_the_run(output, context):
    """It names the file too."""
    (output.artifact_dir / "profile_export.jsonl").mkdir(parents=True)
    with pytest.raises(ExportError, match=r"cannot write .*profile_export\.jsonl: Is a directory"):
        JSONLExporter(config=output).start(context)


def test_provenance_that_has_no_json_form_is_an_error_before_the_run(output, context):
    """And not at the first request."""
    context.provenance = {"plugin": object()}
    with pytest.raises(ExportError, match="object"):
        JSONLExporter(config=output).start(context)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_is_raised_once_and_again_at_the_end(output, context, make_record, make_result):
    """The run can go on; that lines are missing is not forgotten."""
    output.artifact_dir.mkdir(parents=True)
    (output.artifact_dir / "profile_export.jsonl").symlink_to("/dev/full")
    exporter = JSONLExporter(config=output)
    exporter.start(context)
    with pytest.raises(ExportError, match="No space left on device"):
        exporter.record(make_record())
    exporter.record(make_record())
    with pytest.raises(
        ExportError, match="It has the first 0 requests and no later ones"
    ) as caught:
        exporter.finish(make_result())
    assert caught.value.path == output.artifact_dir / "profile_export.jsonl"


CHILD = """
import sys
from array import array
from pathlib import Path
from aiperf.common.config import OutputConfig
from aiperf.common.models import PROFILING, RequestRecord
from aiperf.common.errors import ExportError
from aiperf.exporters.jsonl_file import JSONLExporter

class Context:
    config = {}
    provenance = {"command": ["child"]}
    description = {}
    def to_wall(self, perf_ns):
        return perf_ns
    def unit_of(self, tag):
        return "ms"

def record(number):
    return RequestRecord(
        session_num=number, x_request_id=f"request-{number}", x_correlation_id="s",
        conversation_id="c", turn_index=0,
        phase=PROFILING, start_ns=1, ack_ns=2, end_ns=3, scheduled_ns=None, content_ns=array("q"),
        metrics={"inter_chunk_latency": [number + each / 7 for each in range(200)]},
    )

exporter = JSONLExporter(config=OutputConfig(Path(sys.argv[1])))
exporter.start(Context())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
@pytest.mark.parametrize("kill_after", [1, 2, 700])
def test_a_process_that_is_killed_loses_no_request_that_had_ended(output, kill_after):
    """Killed while it writes: every record whose end it had announced is there, whole."""
    code = f"""{CHILD}
for number in range(10_000_000):
    exporter.record(record(number))
    print(number, flush=True)
"""
    with subprocess.Popen(
        [sys.executable, "-c", code, str(output.artifact_dir)], stdout=subprocess.PIPE, text=True
    ) as child:
        announced = [int(child.stdout.readline()) for _ in range(kill_after)]
        child.send_signal(signal.SIGKILL)
        announced += [int(line) for line in child.stdout if line.endswith("\n")]
    assert child.returncode == -signal.SIGKILL
    data = (output.artifact_dir / "profile_export.jsonl").read_bytes()
    lines = [json.loads(line) for line in data.split(b"\n")[:-1]]
    assert [line["metadata"]["session_num"] for line in lines] == list(range(len(lines)))
    assert len(announced) <= len(lines) <= len(announced) + 1
    assert all(len(line["metrics"]["inter_chunk_latency"]["value"]) == 200 for line in lines)


@pytest.mark.skipif(sys.platform == "win32", reason="limits are those of POSIX")
def test_a_line_that_was_written_in_part_is_cut_off(output, fresh_python):
    """The disk is full in the middle of a line: the file has the whole lines before it."""
    printed = fresh_python(
        f"""{CHILD}
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
failures = []
for number in range(100):
    try:
        exporter.record(record(number))
    except ExportError as error:
        failures.append(number)
try:
    exporter.finish(None)
except ExportError as error:
    print(*failures, error.lines)
""",
        str(output.artifact_dir),
    )
    failed, lines = map(int, printed.split())
    assert failed == lines > 0
    assert [line["metadata"]["session_num"] for line in read(output)] == list(range(lines))
    assert (output.artifact_dir / "profile_export.jsonl").stat().st_size <= 50_000


@pytest.mark.skipif(sys.platform == "win32", reason="limits are those of POSIX")
def test_an_end_that_does_not_fit_leaves_whole_lines(output, fresh_python):
    """The disk is full when the run has ended: every record is there, and the failure is said."""
    printed = fresh_python(
        f"""{CHILD}
import resource, signal
from aiperf.common.models import ClockAnchor, RunResult
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
for number in range(5):
    exporter.record(record(number))
size = exporter._path.stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, size + 20))
result = RunResult(
    statistics=(), errors=(), anchor=ClockAnchor(1, 1), start_ns=1, end_ns=2, was_cancelled=False,
    config={{}}, provenance={{}}, client_health={{}},
)
try:
    exporter.finish(result)
except ExportError as error:
    print(error)
""",
        str(output.artifact_dir),
    )
    assert "File too large" in printed
    assert "It has all 5 requests, but not how the run ended" in printed
    assert [line["metadata"]["session_num"] for line in read(output)] == [0, 1, 2, 3, 4]
