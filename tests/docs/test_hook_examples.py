"""The example of each hook, saved as a module as its page says, takes part in a benchmark."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import hook_documentation
import hook_page
import pytest

if TYPE_CHECKING:
    from pathlib import Path

KIT = """
from acme import {part}
from aiperf.testing import {kit}, samples


class Test{part}({kit}):
    implementation = {part}
    {more}
"""
MORE = {
    "endpoint": (
        'good_response = b\'{"choices": [{"message": {"content": "Hello."}}]}\'; '
        "good_text = 'Hello.'"
    ),
    "exporter": "file_name = 'means.txt'",
    "metric": (
        "requires = ('time_to_first_token', 'request_latency'); examples = (("
        "samples.record(metrics={'time_to_first_token': 5.0, 'request_latency': 20.0}), 25.0),)"
    ),
}
PROFILE = """
import sys
from aiperf.cli.main import main

sys.argv = ["aiperf", "profile", "--request-count", "3", "--artifact-dir", "run", *sys.argv[1:]]
sys.exit(main())
"""


@dataclass(frozen=True)
class Run:
    """What a benchmark with an example printed and wrote."""

    said: str
    artifacts: Path
    results: dict[str, Any]


@pytest.fixture
def profile(request, fresh_python):
    """Run a benchmark with the example of the hook that the test is named for."""

    def profile(*options: str) -> Run:
        hook = request.node.name.removeprefix("test_")
        slot = hook_page.hooks()[hook]
        example = hook_documentation.read(hook_page.documentation_of(slot)).example
        (fresh_python.cwd / "acme.py").write_text(example + "\n", encoding="utf-8")
        environment = {"AIPERF_PLUGIN_MODULES": "acme", "PYTHONPATH": "."}
        said = fresh_python(
            PROFILE, *options, env=environment, warnings_are_errors=True, timeout=120
        )
        artifacts = fresh_python.cwd / "run"
        results = json.loads((artifacts / "profile_export_aiperf.json").read_text("utf-8"))
        used = [each["plugin"] for each in results["provenance"]["implementations"]]
        assert used.count("acme") == 1, "the run used it"
        assert results["request_count"]["avg"] == 3
        return Run(said, artifacts, results)

    return profile


@pytest.mark.parametrize("hook", hook_page.hooks())
def test_the_example_keeps_its_contract(hook, fresh_python):
    """It passes the kit that plugin authors are told to use; so it is worth to be pasted."""
    slot = hook_page.hooks()[hook]
    example = hook_documentation.read(hook_page.documentation_of(slot)).example
    part = re.search(r"^class (\w+)", example, flags=re.MULTILINE)[1]
    more = MORE.get(slot.name, "")
    kit = KIT.format(part=part, kit=hook_page.contract_of(slot), more=more)
    (fresh_python.cwd / "acme.py").write_text(example + "\n", encoding="utf-8")
    (fresh_python.cwd / "test_acme.py").write_text(kit, encoding="utf-8")
    code = "import pytest, sys; sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider']))"
    said = fresh_python(code, env={"PYTHONPATH": "."}, timeout=120)
    assert " passed" in said


def test_aiperf_register_endpoint(profile):
    """The payload is the example's, and its answers are understood."""
    run = profile()
    inputs = (run.artifacts / "inputs.json").read_text(encoding="utf-8")
    assert '"temperature": 0' in inputs
    assert run.results["output_sequence_length"]["min"] > 0


def test_aiperf_register_transport(profile):
    """Requests go by it, and are answered."""
    assert profile().results["output_sequence_length"]["min"] > 0


def test_aiperf_register_dataset(profile):
    """Its questions are what is asked."""
    run = profile()
    inputs = (run.artifacts / "inputs.json").read_text(encoding="utf-8")
    assert any(each in inputs for each in ("Moon", "Faust", "qubit"))


def test_aiperf_register_arrival(profile):
    """Requests start when it says."""
    profile("--concurrency", "2")


def test_aiperf_register_metric(profile):
    """Its value is in the results, under its tag."""
    run = profile("--streaming")
    assert 0 < run.results["waiting_share"]["avg"] < 100
    assert run.results["waiting_share"]["unit"] == "%"


def test_aiperf_register_exporter(profile):
    """Its file is beside the others."""
    run = profile()
    lines = (run.artifacts / "means.txt").read_text(encoding="utf-8").splitlines()
    assert "Request Count: 3.00 requests" in lines


def test_aiperf_register_ui(profile):
    """It shows the run, and prints nothing where there is no terminal."""
    profile("--ui-type", "title")


def test_aiperf_register_tokenizer(profile):
    """Prompts are made and counted with it."""
    run = profile("--tokenizer", "bytes", "--isl", "20")
    assert run.results["input_sequence_length"]["avg"] > 0


def test_aiperf_register_executor(profile):
    """The run is its own."""
    profile()
