"""Reading the objects of a file."""

from __future__ import annotations

import gzip
import json

import pytest

from aiperf.common.errors import ConfigError
from aiperf.common.input_file import BadLineError, first_object, read_objects

ROWS = [{"a": 1}, {"a": "ü" * 3000}]
LINES = "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS).encode()


@pytest.mark.parametrize(
    "data",
    [
        LINES,
        LINES.replace(b"\n", b"\r\n\r\n"),
        b"\xef\xbb\xbf" + LINES,
        b"\n" + json.dumps(ROWS, indent=2).encode(),
    ],
    ids=["lines", "of Windows", "with a mark", "array"],
)
@pytest.mark.parametrize("name", ["input.jsonl", "input.jsonl.gz"])
def test_objects_are_read_in_order(tmp_path, data, name):
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    assert list(read_objects(path, dict)) == ROWS
    assert first_object(path) == ROWS[0]


def test_a_long_first_object_of_an_array_is_found(tmp_path):
    """Though it does not end in what is read at once."""
    row = {"a": "b" * 3_000_000}
    path = tmp_path / "input.json"
    path.write_text(json.dumps([row, row]), encoding="utf-8")
    assert first_object(path) == row


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("input.jsonl.gz", b"plain", "cannot be read: Not a gzipped file"),
        ("input.jsonl.gz", gzip.compress(LINES)[:-20], "cannot be read: "),
        ("input.json", b'[{"a": 1}, ', "begins like a JSON array and is none"),
        ("input.jsonl", b'{"a": "\xff"}', "cannot be sent: line 1: not JSON"),
        ("input.json", b'[{"a": 1}, 3]', "cannot be sent: entry 2: not a JSON object"),
    ],
    ids=["not packed", "cut off", "half an array", "no UTF-8", "no object"],
)
def test_what_cannot_be_read_is_told_in_one_line(tmp_path, name, data, reason):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ConfigError) as caught:
        list(read_objects(path, dict))
    assert caught.value.option == "--input-file"
    said = str(caught.value)
    assert said.startswith(f"{path} {reason}")
    assert "\n" not in said


def test_after_a_bad_line_nothing_more_is_given(tmp_path):
    """So that what will not be sent takes no memory; the rest is looked at for other bad lines."""
    path = tmp_path / "input.jsonl"
    path.write_bytes(b'{"a": 1}\n{"a": 2}\n{"a": 3}\n{"a": 2}\n')

    def read(row):
        if row["a"] == 2:
            raise BadLineError("it is two")
        return row["a"]

    found = read_objects(path, read)
    assert next(found) == 1
    with pytest.raises(ConfigError, match=r"line 2: it is two; line 4: it is two\. Correct"):
        next(found)
