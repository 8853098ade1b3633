"""``plugins_examples/aiperf-override-chat``: what it changes, and that it changes back."""

from __future__ import annotations

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

USER = "aiperf-benchmark"
PROFILE = "aiperf profile --ui none --request-count 3 --conversation-num 3 --random-seed 1"
ARTIFACTS = (
    "inputs.json",
    "profile_export.jsonl",
    "profile_export_aiperf.csv",
    "profile_export_aiperf.json",
    "report.html",
)
LISTINGS = ("aiperf plugins list", "aiperf plugins list --json")


class RecordingServer(ThreadingHTTPServer):
    """Answers every request with one chat completion, and keeps the bodies that it received."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[dict[str, object]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(json.loads(body))
        message = {"role": "assistant", "content": "Hello"}
        answer = json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def server():
    with RecordingServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def measure(server):
    """Run one benchmark; return what was received, what it was made from, and the summary."""

    def measure(reader, name):
        server.received.clear()
        reader.run(f"{PROFILE} --model m --url {server.url} --artifact-dir artifacts/{name}")
        artifacts = reader.checkout / "artifacts" / name
        return (
            list(server.received),
            json.loads((artifacts / "inputs.json").read_bytes())["data"],
            json.loads((artifacts / "profile_export_aiperf.json").read_bytes()),
        )

    return measure


def test_it_changes_what_a_benchmark_sends_and_changes_it_back(read, measure):
    """Requests, inputs, listing and provenance say so while it is installed, and not after."""
    reader = read("aiperf-override-chat")
    reader.follow("Install AIPerf")
    listed_before = [reader.run(each) for each in LISTINGS]
    sent_before, inputs_before, summary_before = measure(reader, "before")

    reader.follow("Install the plugin")
    reader.follow("See it work")

    sent, inputs, summary = measure(reader, "with")
    assert len(sent) == len(sent_before) == 3
    assert [payload.get("user") for payload in sent_before] == [None] * 3
    assert sent == [{"user": USER, **payload} for payload in sent_before]
    assert [each["payloads"] for each in inputs] == [
        [{"user": USER, **payload} for payload in each["payloads"]] for each in inputs_before
    ]

    import_it = "import aiperf_override_chat.tagged_chat as module; print(module.__file__)"
    file = Path(reader.run(f"python -c '{import_it}'").strip())
    assert _endpoint(summary) == {
        "factory": "endpoint",
        "class_type": "chat",
        "identifier": "tagged_chat",
        "origin": "entry-point",
        "plugin": "override_chat",
        "distribution": "aiperf-override-chat",
        "version": "1.0.0",
        "module": "aiperf_override_chat.tagged_chat",
        "class": "TaggedChatEndpoint",
        "file": str(file),
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
    }
    assert summary["provenance"]["plugins"] == [
        {"name": "override_chat", "status": "active", "why": None}
    ]
    assert _endpoint(summary_before)["identifier"] == "openai_chat"
    assert summary_before["provenance"]["plugins"] == []

    table, document = [reader.run(each) for each in LISTINGS]
    assert _line(table, "tagged_chat") == (
        "endpoint.chat tagged_chat entry-point aiperf-override-chat 1.0.0 selected"
    )
    listed = {each["reference"]: each for each in json.loads(document)["implementations"]}
    assert listed["tagged_chat"]["is_selected"]
    assert listed["tagged_chat"]["distribution"] == "aiperf-override-chat"
    assert listed["plain_completions"]["class_type"] == "plain_completions"
    assert not listed["openai_chat"]["is_selected"]
    assert listed["openai_chat"]["not_selected_because"] == "a plugin comes before a builtin"

    named = {name: _artifacts_that_name_it(reader, name) for name in ("before", "with")}
    assert named == {"before": [], "with": list(ARTIFACTS)}, "each artifact has its provenance"

    reader.follow("Test it")
    reader.follow("Remove it")
    assert [reader.run(each) for each in LISTINGS] == listed_before
    sent_after, inputs_after, summary_after = measure(reader, "after")
    assert (sent_after, inputs_after) == (sent_before, inputs_before)
    assert (
        summary_after["provenance"]["implementations"]
        == summary_before["provenance"]["implementations"]
    )
    assert _artifacts_that_name_it(reader, "after") == []
    assert not reader.sections, "the whole README was followed"


def _endpoint(summary):
    return summary["provenance"]["implementations"][0]


def _artifacts_that_name_it(reader, run):
    directory = reader.checkout / "artifacts" / run
    return [name for name in ARTIFACTS if b"tagged_chat" in (directory / name).read_bytes()]


def _line(table, word):
    (line,) = (line for line in table.splitlines() if word in line.split())
    return " ".join(line.split())
