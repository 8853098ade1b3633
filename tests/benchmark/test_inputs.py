"""``inputs.json``: every payload of a run."""

from __future__ import annotations

import json

import pytest

from aiperf.benchmark.inputs import write_inputs
from aiperf.benchmark.part_errors import PartError
from aiperf.common.errors import ExportError
from aiperf.common.models import Conversation, Turn


class Endpoint:
    """Formats turns as the list of their texts."""

    def format_payload(self, turns):
        return {"texts": [turn.texts[0] for turn in turns]}


class FailingEndpoint:
    def format_payload(self, turns):
        raise LookupError(turns[-1].texts[0])


CONVERSATIONS = [
    Conversation("one", (Turn(("a",)), Turn(("b",)))),
    Conversation("two", (Turn(("ü",)),)),
]


def test_each_turn_has_the_payload_with_its_history(tmp_path):
    """The provenance is in the file, too."""
    path = write_inputs(Endpoint(), CONVERSATIONS, {"command": ["aiperf"]}, tmp_path / "new")
    assert path == str(tmp_path / "new" / "inputs.json")
    assert json.loads((tmp_path / "new" / "inputs.json").read_bytes()) == {
        "data": [
            {"session_id": "one", "payloads": [{"texts": ["a"]}, {"texts": ["a", "b"]}]},
            {"session_id": "two", "payloads": [{"texts": ["ü"]}]},
        ],
        "provenance": {"command": ["aiperf"]},
    }


def test_times_of_a_trace_are_in_it(tmp_path):
    """Beside the payloads, in milliseconds; and think times."""
    turns = (Turn(("a",), timestamp_ms=5.0), Turn(("b",), delay_ms=7.0))
    write_inputs(Endpoint(), [Conversation("one", turns)], {}, tmp_path)
    ((session,), _) = json.loads((tmp_path / "inputs.json").read_bytes()).values()
    assert (session["timestamps_ms"], session["delays_ms"]) == ([5.0, None], [None, 7.0])


def test_what_there_is_no_room_for_is_left_out_and_counted(tmp_path):
    """Images could fill a disk."""
    many = [Conversation(str(number), (Turn(("a\n" * 100,)),)) for number in range(10)]
    write_inputs(Endpoint(), many, {}, tmp_path, most_bytes=1000)
    written = json.loads((tmp_path / "inputs.json").read_bytes())
    assert written["data"][0]["payloads"] == [{"texts": ["a\n" * 100]}]
    assert 0 < len(written["data"]) < 10
    assert written["conversations_left_out"] == 10 - len(written["data"])


def test_an_endpoint_that_raises_is_named(tmp_path):
    """Nothing is written then."""
    with pytest.raises(PartError, match="FailingEndpoint failed to format a payload: LookupError"):
        write_inputs(FailingEndpoint(), CONVERSATIONS, {}, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_cannot_be_made_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match=r"inputs\.json"):
        write_inputs(Endpoint(), CONVERSATIONS, {}, tmp_path / "file")
