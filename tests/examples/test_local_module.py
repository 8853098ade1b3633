"""``plugins_examples/local-module``: two variables switch it on and off; nothing is installed."""

from __future__ import annotations

import json


def test_it_works_as_its_readme_says(read):
    """Its metric is in the artifacts beside the builtin ones, and its exporter writes its own."""
    reader = read("local-module")
    reader.follow("Install AIPerf")
    before = reader.run("aiperf plugins list --json")
    reader.follow("Switch the plugin on")
    reader.follow("See it work")

    artifacts = reader.checkout / "artifacts" / "local"
    summary = json.loads((artifacts / "profile_export_aiperf.json").read_bytes())
    used = {each["class_type"]: each for each in summary["provenance"]["implementations"]}
    for class_type in ("markdown", "normalized_latency"):
        assert used[class_type]["origin"] == "module"
        assert used[class_type]["plugin"] == "team_report.registry"

    records = [
        json.loads(line) for line in (artifacts / "profile_export.jsonl").read_bytes().splitlines()
    ]
    assert len(records) == 5
    for record in records:
        metrics = {tag: each["value"] for tag, each in record["metrics"].items()}
        quotient = metrics["request_latency"] / metrics["output_sequence_length"]
        assert metrics["normalized_latency"] == quotient

    # A client that was too busy adds a warning below the table.
    lines = (artifacts / "summary.md").read_text(encoding="utf-8").splitlines()
    rows = [line.split("|") for line in lines if line.startswith("| ")]
    shown = {row[1].strip(): row[3].strip() for row in rows}
    latency = summary["normalized_latency"]["avg"]
    assert shown["Normalized Latency"] == f"{latency:,.2f}"
    assert shown["Request Count"] == "5.00"

    reader.follow("Test it")
    reader.follow("Remove it")
    assert reader.run("aiperf plugins list --json") == before
    assert not reader.sections, "the whole README was followed"
