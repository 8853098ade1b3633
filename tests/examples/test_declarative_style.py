"""``plugins_examples/aiperf-declarative-style``: calls in a module do what hooks do."""

from __future__ import annotations

import json


def test_it_works_as_its_readme_says(read):
    """What it registers by calls is the plugin's own, and leaves with it."""
    reader = read("aiperf-declarative-style")
    reader.follow("Install AIPerf")
    before = reader.run("aiperf plugins list --json")

    reader.follow("Install the plugin")
    listed = json.loads(reader.run("aiperf plugins list --json"))
    (plugin,) = listed["plugins"]
    assert (plugin["name"], plugin["status"]) == ("declarative_style", "active")
    assert plugin["entries"] == ["endpoint.embeddings=short_embeddings", "tokenizer.utf8=utf8"]

    reader.follow("See it work")
    short = _payloads(reader, "short")
    assert len(short) > 1
    assert {payload["dimensions"] for payload in short} == {256}
    utf8 = _payloads(reader, "utf8")
    assert {len(payload["messages"][-1]["content"].encode()) for payload in utf8} == {20}

    reader.follow("Test it")
    reader.follow("Remove it")
    assert reader.run("aiperf plugins list --json") == before
    assert not reader.sections, "the whole README was followed"


def _payloads(reader, name):
    inputs = json.loads((reader.checkout / "artifacts" / name / "inputs.json").read_bytes())
    return [payload for each in inputs["data"] for payload in each["payloads"]]
