"""One ``aiperf profile``: discovery, the embedded server, the run and its log."""

from __future__ import annotations

import re

import pytest

RUN = """
    import sys
    from pathlib import Path
    from aiperf.benchmark.session import run_session
    from aiperf.common.config import (
        BenchmarkConfig, ComponentTypes, DatasetConfig, LoadConfig, OutputConfig, TransportConfig
    )
    from aiperf.plugins.errors import AIPerfError

    (url,) = sys.argv[1:]
    config = BenchmarkConfig(
        "m", TransportConfig(url), DatasetConfig(entries=2, input_tokens_mean=3),
        LoadConfig(request_count=2), OutputConfig(Path("artifacts")), ComponentTypes(ui="none"),
    )
    try:
        outcome = run_session(config)
    except AIPerfError as error:
        sys.exit(f"{type(error).__name__}: {error}")
    print(outcome.has_results, outcome.failures)
"""


def test_an_empty_url_stands_for_the_embedded_server(fresh_python):
    """It is measured with every exporter that is installed, and the log tells the run."""
    done = fresh_python.run(RUN, "", warnings_are_errors=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("True ()\n")
    assert "Request Latency" in done.stdout
    directory = fresh_python.cwd / "artifacts"
    assert {each.name for each in directory.iterdir()} == {
        "inputs.json",
        "profile_export.jsonl",
        "profile_export_aiperf.csv",
        "profile_export_aiperf.json",
        "report.html",
        "run.log",
    }
    first, *_, last = (directory / "run.log").read_text().splitlines()
    assert re.search(r"INFO aiperf\.benchmark: measuring http://127\.0\.0\.1:\d+$", first)
    assert "the run ended; artifacts: artifacts/inputs.json, " in last


def test_installed_plugins_take_part(fresh_python, install_plugin, server_url):
    """One that fails is in the log with the reason, and costs nothing."""
    exporter = """
        from aiperf import LazyEntry, hookimpl
        class Exporter:
            wants_records = False
            def __init__(self, *, config):
                self.path = config.artifact_dir / "acme.txt"
            def start(self, context): pass
            def record(self, record): pass
            def finish(self, result):
                self.path.write_text("Hi")
                return str(self.path)
        @hookimpl
        def aiperf_register_exporter():
            return [LazyEntry("acme", "acme", "Exporter")]
    """
    install_plugin("acme", exporter)
    site = install_plugin("broken", "raise ImportError('no such thing')")
    done = fresh_python.run(RUN, server_url, path=[site])
    assert done.returncode == 0
    assert (fresh_python.cwd / "artifacts" / "acme.txt").read_text() == "Hi"
    log = (fresh_python.cwd / "artifacts" / "run.log").read_text()
    assert "plugin acme: active" in log
    assert "plugin broken: failed" in log
    assert "no such thing" in log
    assert "artifacts/acme.txt" in log


def test_what_a_person_named_and_does_not_load_ends_it_at_once(fresh_python):
    """Before anything is written."""
    done = fresh_python.run(RUN, "", env={"AIPERF_PLUGIN_MODULES": "no_such_module"})
    assert done.returncode == 1
    assert "no_such_module" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(fresh_python.cwd.iterdir()) == []


def test_credentials_in_a_url_are_not_logged(fresh_python):
    """Although such a URL is refused by the transport at hand."""
    done = fresh_python.run(RUN, "http://me:s3cr3t@host")
    assert done.returncode == 1
    assert "user name or password" in done.stderr
    log = (fresh_python.cwd / "artifacts" / "run.log").read_text()
    assert "measuring http://***@host" in log
    assert "s3cr3t" not in log + done.stderr + done.stdout


def test_errors_and_warnings_are_logged(fresh_python, server_url):
    """Each kind of error with its count."""
    done = fresh_python.run(RUN, f"{server_url}/nowhere")
    assert done.stdout.endswith("False ()\n")
    log = (fresh_python.cwd / "artifacts" / "run.log").read_text()
    assert "WARNING aiperf.benchmark: 2 requests ended with HTTPStatusError: " in log


@pytest.mark.parametrize(
    ("files", "shown"),
    [({}, "uvloop"), ({"uvloop.py": "raise ImportError('not here')"}, "None")],
)
def test_uvloop_is_used_where_it_is_installed(fresh_python, tmp_path, files, shown):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    code = """
        from aiperf.benchmark.session import event_loop_factory
        factory = event_loop_factory()
        print(factory and factory.__module__)
    """
    assert fresh_python(code, path=[tmp_path]) == f"{shown}\n"
