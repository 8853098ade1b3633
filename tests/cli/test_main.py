"""The ``aiperf`` command: what it imports, and how every error ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import aiperf as package

HEAVY = ("httptools", "numpy", "orjson", "rich", "uvicorn", "uvloop")
SCRIPT = Path(sys.executable).with_name("aiperf")

FAIL = """
    import sys
    import click
    from aiperf.cli import main
    from aiperf.cli.lazy_group import LazyCommand
    from aiperf.common.errors import ConfigError
    from aiperf.plugins.errors import FactoryCreationError, PluginLoadError

    @click.command()
    def fail():
        {code}

    main.COMMANDS["fail"] = LazyCommand("__main__", "fail", "Fail.")
    sys.argv[1:] = ["fail"]
    main.main()
"""


def run_failing(fresh_python, code, **more):
    """Run a command whose body is ``code``."""
    return fresh_python.run(FAIL.format(code=code), **more)


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["--version"],
        ["profile", "--help"],
        ["plugins", "--help"],
        ["mock-server", "-h"],
    ],
)
def test_help_imports_nothing_heavy(fresh_python, words):
    """Nor any implementation, nor the registry's discovery: it is there at once."""
    code = f"""
        import sys
        from aiperf.cli.main import main
        try:
            main()
        except SystemExit as end:
            assert end.code == 0
        found = [name for name in {HEAVY!r} if name in sys.modules]
        parts = ("benchmark", "endpoints", "transports", "exporters", "metrics", "datasets")
        found += [name for name in parts if "aiperf." + name in sys.modules]
        print("imported:", found)
    """
    assert fresh_python(code, *words).endswith("imported: []\n")


def test_the_version_is_the_packages(aiperf):
    done = aiperf("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert package.__version__ in done.stdout


@pytest.mark.parametrize("command", [[sys.executable, "-m", "aiperf"], [str(SCRIPT)]])
def test_the_command_and_the_module_are_the_same(command, tmp_path):
    """Installed under both names."""
    done = subprocess.run(
        [*command, "--help"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "Benchmark generative-AI endpoints" in done.stdout
    for name in ("mock-server", "plugins", "profile"):
        assert name in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["prfile"], "No such command 'prfile'"),
        (["profile", "--modle", "m"], "No such option"),
        (["profile", "--concurrency", "many"], "'--concurrency'"),
        (["profile", "extra"], "unexpected extra argument"),
        (["plugins", "lits"], "No such command 'lits'"),
    ],
)
def test_wrong_words_end_with_2(aiperf, words, message):
    """The one line of standard error says which."""
    done = aiperf(*words)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: ")
    assert message in line


def test_no_words_show_the_help(aiperf):
    done = aiperf()
    assert done.returncode in (0, 2)  # versions of click differ
    assert "Usage: " in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("raise PluginLoadError('it broke')", "Error: it broke"),
        (
            "raise FactoryCreationError('creating it failed') from ConfigError('--x is wrong')",
            "Error: --x is wrong",
        ),
        (
            "raise FactoryCreationError('creating it failed') from ValueError('x')",
            "Error: creating it failed",
        ),
        (
            "raise ValueError('x')",
            (
                "Error: AIPerf, or a plugin of it, failed with ValueError: x. "
                "Set AIPERF_TRACEBACK=1 to see where, and report it."
            ),
        ),
    ],
)
def test_an_error_is_one_line_and_1(fresh_python, code, line):
    """Whatever it is; what is wrong with an option is said alone."""
    done = run_failing(fresh_python, code)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{line}\n")


def test_an_error_of_several_lines_is_one(fresh_python):
    done = run_failing(fresh_python, r"raise ValueError('x' + chr(10) + 'y')")
    assert done.stderr.count("\n") == 1
    assert "failed with ValueError: x y. Set" in done.stderr


def test_an_unexpected_error_shows_where_it_was_if_asked_to(fresh_python):
    done = run_failing(fresh_python, "raise ValueError('x')", env={"AIPERF_TRACEBACK": "1"})
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert done.stderr.endswith("ValueError: x\n")
    done = run_failing(fresh_python, "raise ValueError('x')", env={"AIPERF_TRACEBACK": "0"})
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("code", ["raise KeyboardInterrupt", "raise click.Abort"])
def test_an_interruption_is_130(fresh_python, code):
    done = run_failing(fresh_python, code)
    assert done.returncode == 130
    assert done.stderr.split() == ["Interrupted."]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("pass", 0),
        ("return 'text'", 0),
        ("click.get_current_context().exit(7)", 7),
        ("sys.exit(5)", 5),
        ("raise click.ClickException('no')", 1),
        ("raise click.UsageError('no')", 2),
    ],
)
def test_a_command_decides_its_exit_code(fresh_python, code, status):
    assert run_failing(fresh_python, code).returncode == status


@pytest.mark.skipif(os.name != "posix", reason="a pipe that is closed")
def test_a_reader_that_leaves_is_told_nothing(fresh_python):
    """As in ``aiperf plugins list | head -n 1``: no traceback, nor any other noise."""
    code = """
        import os, subprocess, sys
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run(
            [sys.executable, "-m", "aiperf", "plugins", "list"],
            stdout=write, stderr=subprocess.PIPE, text=True,
        )
        print(done.returncode, repr(done.stderr))
    """
    assert fresh_python(code) == "1 ''\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is full")
def test_a_full_disk_is_said_to_be_full(fresh_python):
    code = """
        import subprocess, sys
        done = subprocess.run(
            [sys.executable, "-m", "aiperf", "plugins", "list"],
            stdout=open("/dev/full", "w"), stderr=subprocess.PIPE, text=True,
        )
        print(done.returncode, done.stderr, end="")
    """
    line = "1 Error: cannot write to standard output: No space left on device\n"
    assert fresh_python(code) == line


@pytest.mark.once
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is full")
def test_results_that_cannot_be_shown_are_one_line(fresh_python, tmp_path):
    """The interpreter, at its end, adds nothing and changes no exit code."""
    code = f"""
        import subprocess, sys
        words = ["profile", "--request-count", "2", "--ui", "none", "--artifact-dir"]
        done = subprocess.run(
            [sys.executable, "-m", "aiperf", *words, {str(tmp_path)!r}],
            stdout=open("/dev/full", "w"), stderr=subprocess.PIPE, text=True,
        )
        print(done.returncode, done.stderr, end="")
    """
    (line,) = fresh_python(code).splitlines()
    assert line.startswith("1 Error: ")
    assert "No space left on device" in line


@pytest.mark.once
@pytest.mark.skipif(os.name != "posix", reason="files by number")
def test_a_run_without_standard_files_is_measured(fresh_python, tmp_path):
    """Neither does the event loop abort, nor does an artifact get what is meant for a terminal."""
    code = f"""
        import os, subprocess, sys
        words = ["profile", "--request-count", "2", "--artifact-dir", {str(tmp_path)!r}]
        print(subprocess.run(
            [sys.executable, "-m", "aiperf", *words],
            preexec_fn=lambda: [os.close(number) for number in range(3)], close_fds=False,
        ).returncode)
    """
    assert fresh_python(code) == "0\n"
    assert len((tmp_path / "profile_export.jsonl").read_text().splitlines()) == 2
