"""What was sent and received, one line a request, only when it is asked for."""

from __future__ import annotations

import json
from array import array
from dataclasses import replace
from pathlib import Path

import pytest

from aiperf.common.errors import ExportError
from aiperf.common.models import WARMUP, ErrorDetails, Exchange, RawRecord
from aiperf.exporters.raw_file import RawExporter

NAME = "profile_export_raw.jsonl"


@pytest.fixture
def export(output, context, make_record, make_result):
    """Give the function that exports an exchange and returns its line."""

    def run(exchange, **changes):
        exporter = RawExporter(config=replace(output, export_level="raw"))
        exporter.start(context)
        exporter.record(make_record(exchange=exchange, **changes))
        assert exporter.finish(make_result()) == str(output.artifact_dir / NAME)
        (line,) = (output.artifact_dir / NAME).read_text(encoding="utf-8").splitlines()
        return json.loads(line)

    return run


def test_a_stream_is_its_events(export, context):
    """Each with the time at which it was whole, however the body was cut."""
    raw = RawRecord(
        status=200,
        content_type="text/event-stream; charset=utf-8",
        parts=[b'data: {"a":', b"1}\n\ndata: [DO", b"NE]\n\n"],
        part_ns=array("q", [11, 12, 13]),
    )
    line = export(Exchange({"model": "m"}, raw))
    assert line["payload"] == {"model": "m"}
    assert line["status"] == 200
    assert line["responses"] == [
        {"perf_ns": 12, "packets": [{"name": "data", "value": '{"a":1}'}]},
        {"perf_ns": 13, "packets": [{"name": "data", "value": "[DONE]"}]},
    ]
    assert line["metadata"]["x_request_id"] == "request-3"
    assert line["start_perf_ns"] == 5_000_000_100
    assert line["error"] is None
    assert line["provenance"] == context.provenance


def test_a_body_is_one_response(export):
    """Also that of a failure, and one that is no text."""
    raw = RawRecord(
        status=500,
        content_type="text/plain",
        parts=[b"n", b"o\xff"],
        part_ns=array("q", [11, 12]),
    )
    line = export(Exchange({}, raw), error=ErrorDetails("HTTPStatusError", "500", 500))
    assert line["responses"] == [
        {"perf_ns": 12, "content_type": "text/plain", "text": "no\N{REPLACEMENT CHARACTER}"}
    ]
    assert line["error"]["code"] == 500


def test_a_request_without_an_answer(export):
    """Nobody was there."""
    line = export(Exchange({"model": "m"}, RawRecord()))
    assert (line["status"], line["responses"], line["payload"]) == (None, [], {"model": "m"})


def test_warm_up_has_no_line(output, context, make_record, make_result):
    exporter = RawExporter(config=replace(output, export_level="raw"))
    exporter.start(context)
    exporter.record(make_record(phase=WARMUP))
    exporter.finish(make_result())
    assert (output.artifact_dir / NAME).read_bytes() == b""


def test_unless_it_is_asked_for_there_is_no_file(output, context, make_record, make_result):
    """Also not that of an earlier run."""
    output.artifact_dir.mkdir(parents=True)
    (output.artifact_dir / NAME).touch()
    exporter = RawExporter(config=output)
    exporter.start(context)
    exporter.record(make_record())
    assert exporter.finish(make_result()) is None
    assert list(output.artifact_dir.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_is_raised_once(output, context, make_record, make_result):
    """The run can go on without it."""
    output.artifact_dir.mkdir(parents=True)
    (output.artifact_dir / NAME).symlink_to("/dev/full")
    exporter = RawExporter(config=replace(output, export_level="raw"))
    exporter.start(context)
    with pytest.raises(ExportError, match="No space left on device"):
        exporter.record(make_record())
    exporter.record(make_record())
    exporter.finish(make_result())
