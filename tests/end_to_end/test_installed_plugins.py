"""An installed plugin changes what a run does, without a line of AIPerf changing."""

from __future__ import annotations

import hashlib
import shutil

import pytest

CHAT = """
    from aiperf import LazyEntry, hookimpl
    from aiperf.endpoints.openai_chat import ChatEndpoint

    class TaggedChat(ChatEndpoint):
        def format_payload(self, turns):
            return super().format_payload(turns) | {"user": "acme"}

    @hookimpl
    def aiperf_register_endpoint():
        return [LazyEntry("chat", "acme", "TaggedChat", identifier="tagged")]
"""
METRIC = """
    from aiperf import LazyEntry, hookimpl

    class LatencyInSeconds:
        scope, tag, header, unit = "record", "latency_in_seconds", "Latency", "sec"
        def compute(self, record):
            return record.metrics["request_latency"] / 1000

    @hookimpl
    def aiperf_register_metric():
        metadata = {"scope": "record", "unit": "sec", "requires": ["request_latency"]}
        return [LazyEntry("latency_in_seconds", "bmce", "LatencyInSeconds", metadata=metadata)]
"""
BROKEN = "raise RuntimeError('bad day')"


def test_a_plugin_comes_and_goes(profile, install_plugin, mock_server):
    """What is sent, the provenance and the results are the plugins'; and then as before."""
    install_plugin("acme", CHAT, version="2.1")
    install_plugin("broken", BROKEN)
    site = install_plugin("bmce", METRIC)
    with mock_server("--ttft", "0", "--itl", "0") as server:
        options = ["--url", server.url, "--model", "m", "--request-count", "2"]
        with_plugins = profile(*options, path=(site,))
        digest = hashlib.sha256((site / "acme.py").read_bytes()).hexdigest()
        shutil.rmtree(site)
        without = profile(*options, path=(site,))
    assert with_plugins.code == 0
    assert "broken" in with_plugins.stderr  # one warning line
    assert "Traceback" not in with_plugins.stderr
    assert {each["user"] for each in with_plugins.payloads} == {"acme"}
    provenance = with_plugins.summary["provenance"]
    endpoint = provenance["implementations"][0]
    assert (endpoint["identifier"], endpoint["origin"]) == ("tagged", "entry-point")
    assert (endpoint["distribution"], endpoint["version"]) == ("acme", "2.1")
    assert endpoint["sha256"] == digest
    statuses = {each["name"]: each["status"] for each in provenance["plugins"]}
    assert statuses == {"acme": "active", "bmce": "active", "broken": "failed"}
    assert with_plugins.lines[0]["provenance"] == provenance
    latency = with_plugins.summary["request_latency"]["avg"]
    assert with_plugins.summary["latency_in_seconds"]["avg"] * 1000 == pytest.approx(latency)
    assert (without.code, without.stderr) == (0, "")
    assert not any("user" in each for each in without.payloads)
    assert without.summary["provenance"]["implementations"][0]["identifier"] == "openai_chat"
    assert without.summary["provenance"]["plugins"] == []
    assert "latency_in_seconds" not in without.summary


def test_a_choice_that_does_not_exist_is_no_silent_fallback(profile):
    """A benchmark never runs with something else than a person named."""
    run = profile(env={"AIPERF_IMPLEMENTATIONS": "endpoint.chat=tagged"})
    assert run.code == 1
    assert run.stderr.startswith("Error: AIPERF_IMPLEMENTATIONS has endpoint.chat=tagged, but ")
    assert run.stderr.count("\n") == 1
    assert not run.artifacts.exists()
