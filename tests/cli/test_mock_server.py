from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from contextlib import closing, contextmanager
from dataclasses import fields
from http.client import HTTPConnection

import pytest
from click.testing import CliRunner

from aiperf.cli.mock_server import mock_server
from aiperf.server.settings import ServerSettings

COMMAND = [sys.executable, "-c", "from aiperf.cli.mock_server import mock_server; mock_server()"]


@contextmanager
def running(*options):
    """Run the command until the context ends; give its process and port."""
    with subprocess.Popen(
        [*COMMAND, "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            line = process.stdout.readline()
            assert line.startswith("AIPerf mock server on http://127.0.0.1:"), process.stderr.read()
            yield process, int(line.rpartition(":")[2])
        finally:
            process.kill()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_in_order(stop, tmp_path):
    """The one line says where it serves; Ctrl-C or SIGTERM is success, and the log is complete."""
    log = tmp_path / "truth.jsonl"
    body = json.dumps({"model": "m", "prompt": "Hello"}).encode()
    with running("--log", str(log), "--ttft", "0", "--itl", "0") as (process, port):
        with closing(HTTPConnection("127.0.0.1", port)) as connection:
            for _ in range(50):
                connection.request("POST", "/v1/completions", body)
                assert b"text_completion" in connection.getresponse().read()
        process.send_signal(stop)
        assert process.communicate(timeout=30) == ("", "")
        assert process.returncode == 0
    assert len(log.read_text().splitlines()) == 51


def test_options_reach_the_server(tmp_path):
    """What is set on the command line is what the log's header says was served."""
    log = tmp_path / "truth.jsonl"
    chosen = {
        "grpc_port": 0,
        "ttft": 1.5,
        "itl": 0.25,
        "output_tokens": 3,
        "jitter": 0.1,
        "error_rate": 0.5,
        "error_status": 503,
        "seed": 9,
        "embedding_dimensions": 8,
        "reasoning_tokens": 1,
        "log": str(log),
    }
    options = [
        text
        for name, value in chosen.items()
        for text in ("--" + name.replace("_", "-"), str(value))
    ]
    with running(*options):
        header = json.loads(log.read_text().splitlines()[0])
    assert header["settings"] == {"host": "127.0.0.1", "port": 0, **chosen}


def test_every_setting_is_an_option():
    """The help shows each setting with its default."""
    shown = CliRunner().invoke(mock_server, ["--help"])
    assert shown.exit_code == 0
    for each in fields(ServerSettings):
        assert "--" + each.name.replace("_", "-") in shown.output
    assert "[default: 20.0]" in shown.output


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--port", "70000"),
        ("--ttft", "-1"),
        ("--itl", "nan"),
        ("--output-tokens", "0"),
        ("--jitter", "1.5"),
        ("--error-rate", "2"),
        ("--error-status", "200"),
        ("--seed", "x"),
    ],
)
def test_a_wrong_value_is_a_usage_error(option, value):
    """The message names the option."""
    result = CliRunner().invoke(mock_server, [option, value])
    assert result.exit_code == 2
    assert option in result.output


def test_a_port_in_use_is_one_line():
    """It says what to do next, and the exit status is not zero."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [*COMMAND, "--port", port], capture_output=True, text=True, check=False
        )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"Error: cannot listen on 127.0.0.1:{port}: ")
    assert "--port" in done.stderr.removeprefix("Error: cannot listen on")


def test_a_log_that_cannot_be_written_is_one_line(tmp_path):
    """The message names the file and the option."""
    result = CliRunner().invoke(mock_server, ["--port", "0", "--log", str(tmp_path)])
    assert result.exit_code == 1
    assert result.output.count("\n") == 1
    assert str(tmp_path) in result.output
    assert "--log" in result.output


def test_the_command_imports_no_server_before_it_runs(fresh_python):
    """``aiperf --help`` does not pay for a web server."""
    code = """
        import sys
        import aiperf.cli.mock_server
        print({"uvicorn", "uvloop", "httptools", "orjson", "asyncio"} & set(sys.modules))
    """
    assert fresh_python(code) == "set()\n"
