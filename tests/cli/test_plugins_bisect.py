"""``aiperf plugins bisect``: which plugin makes a command fail."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

MAIN = "from aiperf.cli.main import main; main()"
AIPERF = (sys.executable, "-c", MAIN)
HEALTHY = """
from aiperf import LazyEntry, hookimpl

@hookimpl
def aiperf_register_endpoint():
    return [LazyEntry("{0}", "{0}", "Endpoint")]
"""


@pytest.fixture
def site(install_plugin):
    """Five installed plugins; one ends the process that imports it."""
    for name in ("plug-a", "plug-b", "plug-d", "plug-e"):
        install_plugin(name, HEALTHY.format(name.replace("-", "_")))
    source = "import os, sys\nsys.stderr.write('goodbye\\n')\nsys.stderr.flush()\nos._exit(9)\n"
    return install_plugin("plug-c", source, version="2.5", entry_point="cee")


@pytest.fixture
def bisect(aiperf, site):
    """Run ``aiperf plugins bisect`` with the plugins of ``site`` installed."""

    def bisect(*words, env=None, **more):
        return aiperf("plugins", "bisect", *words, path=[site], env=env, **more)

    return bisect


def test_it_names_the_plugin_and_the_line_that_switches_it_off(bisect, aiperf, site):
    """Also its distribution and version, and the number of runs; the line does what it says."""
    done = bisect("--", *AIPERF, "plugins", "list")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Plugin 'cee' makes the command fail. Found in ")
    assert lines[3].split() == ["cee", "entry-point", "plug-c", "2.5", "plug_c"]
    assert "  AIPERF_PLUGINS_DISABLED=cee" in lines
    assert lines[-1] == "  goodbye"
    runs = done.stderr.splitlines()
    assert f"Found in {len(runs)} runs." in lines[0]
    assert runs[0].startswith("run 1, all plugins: fails with exit status 9 (")
    assert runs[1].startswith("run 2, no plugin: passes (")
    assert runs[-1].startswith(f"run {len(runs)}, all plugins but cee: passes (")
    listed = aiperf("plugins", "list", path=[site], env={"AIPERF_PLUGINS_DISABLED": "cee"})
    assert listed.returncode == 0


def test_json_says_the_same_to_programs(bisect, tmp_path):
    """Standard output holds the document alone."""
    logs = tmp_path / "new" / "logs"
    done = bisect("--json", "--logs", str(logs), *AIPERF, "plugins", "list")
    found = json.loads(done.stdout)
    assert (done.returncode, found["outcome"], found["is_enough"]) == (0, "found", True)
    assert found["command"] == [*AIPERF, "plugins", "list"]
    assert found["plugins"] == [
        {
            "name": "cee",
            "origin": "entry-point",
            "distribution": "plug-c",
            "version": "2.5",
            "module": "plug_c",
            "setting": "AIPERF_PLUGINS_DISABLED=cee",
            "is_enough": True,
        }
    ]
    assert found["settings"] == ["AIPERF_PLUGINS_DISABLED=cee"]
    assert found["last_lines"] == ["goodbye"]
    assert (found["failure"]["ending"], found["failure"]["status"]) == ("exited", 9)
    assert found["without_plugins"]["status"] == 0
    assert found["run_count"] == len(found["runs"]) == len(done.stderr.splitlines())
    for run in found["runs"]:
        names = {"plug-a", "plug-b", "cee", "plug-d", "plug-e"}
        assert {*run["plugins"], *run["disabled"]} == names
        assert run["status"] == (9 if "cee" in run["plugins"] else 0)
        assert ("goodbye" in Path(run["log"]).read_text()) == ("cee" in run["plugins"])


def test_without_logs_nothing_is_left(bisect, tmp_path):
    """The outputs are gone, and JSON names no file."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    done = bisect("--json", *AIPERF, "plugins", "list", env={"TMPDIR": str(temporary)})
    assert {run["log"] for run in json.loads(done.stdout)["runs"]} == {None}
    assert list(temporary.iterdir()) == []


def test_verbose_shows_what_each_run_prints(bisect):
    done = bisect("--verbose", "--", "sh", "-c", "echo said this; false")
    assert done.stderr.count("  | said this\n") == 2


def test_plugins_that_fail_together(bisect):
    """Any of their lines is enough, and is added to what is off already."""
    script = 'case "$AIPERF_PLUGINS_DISABLED" in *plug-a*|*plug-e*) ;; *) exit 1;; esac'
    done = bisect("--", "sh", "-c", script, env={"AIPERF_PLUGINS_DISABLED": "plug_c"})
    assert done.stdout.startswith("Plugins 'plug-a' and 'plug-e' together make the command fail.")
    assert "Switch one of them off, with any of these:" in done.stdout
    for name in ("plug-a", "plug-e"):
        assert f"\n  AIPERF_PLUGINS_DISABLED=plug_c,{name}\n" in f"{done.stdout}\n"


def test_a_second_culprit_is_foretold(bisect):
    """What is found does not suffice, so the line to go on with is said."""
    script = 'case "$AIPERF_PLUGINS_DISABLED" in *plug-a*plug-e*) ;; *) exit 1;; esac'
    done = bisect("--", "sh", "-c", script, env={"AIPERF_PLUGINS_DISABLED": "plug_c"})
    assert done.returncode == 0
    assert "another plugin is to blame as well" in done.stdout


def test_modules_that_are_named_are_looked_into(aiperf, tmp_path):
    """A named module is a plugin like the others."""
    (tmp_path / "good.py").write_text(HEALTHY.format("good"))
    (tmp_path / "bad.py").write_text("raise ValueError('no')")
    done = aiperf(
        *("plugins", "bisect", "--", *AIPERF, "plugins", "list"),
        path=[tmp_path],
        env={"AIPERF_PLUGIN_MODULES": "good,bad"},
    )
    assert done.returncode == 0
    assert done.stdout.startswith("Plugin 'bad' makes the command fail. Found in ")
    assert "\n  AIPERF_PLUGINS_DISABLED=bad\n" in done.stdout
    assert "ValueError: no" in done.stdout


def test_a_plugin_that_the_command_needs_is_kept(bisect):
    """Without that, a command that cannot do without one cannot be looked into."""
    script = (
        'case "$AIPERF_PLUGINS_DISABLED" in *plug-b*) exit 1;; esac; '
        'case "$AIPERF_PLUGINS_DISABLED" in *cee*) ;; *) exit 1;; esac'
    )
    done = bisect("--", "sh", "-c", script)
    assert done.returncode == 1
    assert "No plugin is to blame: without plugins, too, the command fails" in done.stderr
    assert "--keep" in done.stderr
    done = bisect("--keep", "plug_b", "--", "sh", "-c", script)
    assert done.stdout.startswith("Plugin 'cee' makes the command fail.")


@pytest.mark.parametrize(
    ("words", "outcome", "said"),
    [
        (("--", "true"), "passes", "passes with all plugins (1 run)"),
        (("--repeat", "2", "true"), "passes", "passes with all plugins (2 runs)"),
        (("--", "false"), "fails-without", "without plugins, too, the command fails with exit s"),
    ],
)
def test_plugins_are_not_to_blame(bisect, words, outcome, said):
    """The exit code is 1, and one line says why and what to try."""
    done = bisect(*words)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr.splitlines()[-1]
    done = bisect("--json", *words)
    assert (done.returncode, json.loads(done.stdout)["outcome"]) == (1, outcome)


def test_there_are_no_plugins(aiperf):
    done = aiperf("plugins", "bisect", "--", "false")
    assert done.returncode == 1
    assert "no plugin that could be switched off" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Missing argument 'COMMAND...'"),
        (("--", "no-such-command"), "There is no command 'no-such-command'"),
        (("--keep", "plug-x", "true"), "called 'plug-x'. Did you mean 'plug-"),
        (("--timeout", "0", "true"), "--timeout"),
        (("--repeat", "0", "true"), "--repeat"),
        (("--logs", "/dev/null/logs", "true"), "cannot be made: Not a directory"),
    ],
)
def test_wrong_words_are_an_exit_code_of_2(bisect, words, said):
    done = bisect(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_program_that_the_system_cannot_run(bisect, tmp_path):
    """It is found, but is none."""
    program = tmp_path / "program"
    program.write_bytes(b"\x7fELF nonsense")
    program.chmod(0o755)
    done = bisect("--", str(program))
    assert done.returncode == 2
    assert "cannot be run: Exec format error" in done.stderr


def test_a_wrong_deny_list_is_one_message(bisect):
    done = bisect("true", env={"AIPERF_PLUGINS_DISABLED": "nobody"})
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "names 'nobody'" in done.stderr


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 128 + signal.SIGTERM)]
)
def test_an_interrupt_ends_the_run_too(site, tmp_path, number, code):
    """Nothing is left behind: no process, no output."""
    pipe, temporary = tmp_path / "pipe", tmp_path / "temporary"
    os.mkfifo(pipe)
    temporary.mkdir()
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    # The run holds the pipe open until its end.
    script = f"exec 3>{pipe}; echo begun >&3; exec sleep 60"
    # A test run in the background of a shell ignores SIGINT, and would hand that on.
    heeding = f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler); {MAIN}"
    waiting = subprocess.Popen(
        [sys.executable, "-c", heeding, "plugins", "bisect", "--", "sh", "-c", script],
        env=os.environ | {"PYTHONPATH": str(site), "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert select.select([reader], [], [], 30)[0]
    assert os.read(reader, 100) == b"begun\n"
    waiting.send_signal(number)
    _, error = waiting.communicate(timeout=30)
    assert os.read(reader, 100) == b"", "the run has ended"
    os.close(reader)
    assert waiting.returncode == code
    assert b"Traceback" not in error
    assert list(temporary.iterdir()) == []
