"""``aiperf plugins new``: what it makes works in a fresh environment with nothing edited."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest


@pytest.fixture
def newcomer(read):
    """Somebody with a checkout, and an environment in which AIPerf has been installed."""
    newcomer = read("local-module")
    newcomer.run("pip install --quiet '.[new,testing]'\nmkdir newcomer\ncd newcomer")
    return newcomer


def test_a_project_works_as_the_closing_message_says(newcomer):
    """Install, test, validate and measure, with every factory, in the commands as printed."""
    printed = newcomer.run("aiperf plugins new my-plugin --factory all")
    commands = [line.strip() for line in printed.splitlines() if line.startswith("  ")]
    assert [command.split()[0] for command in commands] == ["pip", "pytest", "aiperf", "aiperf"]
    for command in commands:
        newcomer.run(command)

    directory = newcomer.checkout / "newcomer"
    (artifacts,) = (directory / "artifacts").iterdir()
    summary = json.loads((artifacts / "profile_export_aiperf.json").read_bytes())
    used = {
        each["factory"]
        for each in summary["provenance"]["implementations"]
        if each["distribution"] == "my-plugin"
    }
    assert used == {
        *("endpoint", "transport", "dataset", "arrival", "metric", "exporter", "ui"),
        *("tokenizer", "executor"),
    }
    assert summary["request_count"]["avg"] == 10
    assert (artifacts / "my_plugin.txt").is_file()

    python = newcomer.run("command -v python").strip()
    for check in (
        ("ruff", "check"),
        ("ruff", "format", "--check"),
        ("mypy", "--python-executable", python),
    ):
        done = subprocess.run(
            [sys.executable, "-m", *check],
            cwd=directory / "my-plugin",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("options", ["", "--local"])
def test_a_project_works_as_its_readme_says(newcomer, options):
    """Use it, test it, and switch it off, installed or not."""
    newcomer.run(f"aiperf plugins new my-plugin {options}")
    directory = newcomer.checkout / "newcomer"
    reader = replace(newcomer, readme=directory / "my-plugin" / "README.md")
    reader.run(f"cd {directory}")
    assert "endpoint.my_plugin" in reader.follow("Use it")
    reader.follow("Test it")
    reader.follow("Switch it off")
    assert not reader.sections
    assert "my_plugin" not in reader.run("aiperf plugins list")
