"""Records that go through files."""

from __future__ import annotations

from dataclasses import replace

from aiperf.common.models import ErrorDetails, RawRecord
from aiperf.executors import record_files
from aiperf.executors.record_files import Ended, RecordReader, RecordWriter, values_of


def ended(number, body=b"yes"):
    """Return a request that has ended."""
    raw = RawRecord(start_ns=number, parts=[body], error=ErrorDetails("E", "m"))
    raw.part_ns.append(number)
    return Ended(
        values_of(raw), number, "r", "c", "one", (), 0, "profiling", None, was_cancelled=False
    )


def test_what_was_written_is_read(tmp_path):
    """In order, as it was, and nothing before it is there."""
    reader = RecordReader(str(tmp_path), "0")
    assert reader.read() == []
    writer = RecordWriter(str(tmp_path), "0")
    assert reader.read() == []
    writer.write([ended(1), ended(2)])
    writer.write([ended(3)])
    assert [each.session_num for each in reader.read()] == [1, 2]
    (third,) = reader.read()
    assert third == ended(3)
    assert RawRecord(*third.raw) == replace(RawRecord(*ended(3).raw))
    assert reader.read() == []
    writer.close()
    reader.close()


def test_a_batch_that_is_there_in_part_waits(tmp_path):
    """As when a process was killed while it wrote."""
    writer = RecordWriter(str(tmp_path), "0")
    writer.write([ended(1)])
    writer.close()
    path = tmp_path / "0.0"
    whole = path.read_bytes()
    reader = RecordReader(str(tmp_path), "0")
    for size in (3, 8, len(whole) - 1):
        path.write_bytes(whole[:size])
        assert reader.read() == []
    path.write_bytes(whole)
    assert [each.session_num for each in reader.read()] == [1]
    reader.close()


def test_files_are_deleted_as_they_are_read(tmp_path, monkeypatch):
    """A long run needs no more space than what waits."""
    monkeypatch.setattr(record_files, "_FULL", 1000)
    writer, reader = RecordWriter(str(tmp_path), "0"), RecordReader(str(tmp_path), "0")
    seen = []
    for number in range(50):
        writer.write([ended(number, b"x" * 100)])
        if number % 10 == 9:
            while batch := reader.read():
                seen += [each.session_num for each in batch]
            assert len(list(tmp_path.iterdir())) == 1
    assert seen == list(range(50))
    writer.close()
    reader.close()
