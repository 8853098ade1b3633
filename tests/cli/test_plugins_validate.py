"""``aiperf plugins validate`` as a command."""

from __future__ import annotations

import json

import pytest

GOOD = """
    from aiperf import hookimpl

    @hookimpl
    def aiperf_register_ui():
        return []
"""
BAD = """
    from aiperf import hookimpl

    raise SystemExit("imported")

    @hookimpl
    def aiperf_register_iu():
        return []
"""
METADATA = "Name: {name}\nVersion: 1.0\nSummary: text\nRequires-Dist: aiperf\n"


@pytest.fixture
def install(make_distribution):
    """Give a function that installs a plugin with nothing missing in its metadata."""

    def write(name, source):
        return make_distribution(
            name,
            files={f"{name}.py": source},
            entry_points={"aiperf.plugins": {name: name}},
            dist_info={"METADATA": METADATA.format(name=name)},
        )

    return write


def test_nothing_found(aiperf, install):
    """Exit code 0, nothing on standard output, and what was checked on standard error."""
    site = install("good", GOOD)
    done = aiperf("plugins", "validate", path=[site])
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "Nothing found. Checked: good.\n"


def test_no_plugin(aiperf):
    """That is said, and is no failure."""
    done = aiperf("plugins", "validate")
    assert (done.returncode, done.stdout) == (0, "")
    assert "no plugin is installed" in done.stderr


def test_a_finding_is_one_line_and_exit_code_1(aiperf, install):
    """File, line, rule, what is wrong, what to do; and nothing was imported."""
    install("good", GOOD)
    site = install("bad", BAD)
    done = aiperf("plugins", "validate", path=[site])
    assert done.returncode == 1
    (line,) = done.stdout.splitlines()
    assert line.startswith(f"{site / 'bad.py'}:7: unknown-hook: ")
    assert "Did you mean 'aiperf_register_ui'?" in line
    assert done.stderr == "1 finding. Checked: bad, good.\n"


@pytest.mark.parametrize(
    "env",
    [
        {"AIPERF_PLUGIN_AUTOLOAD": "0"},
        {"AIPERF_PLUGINS_DISABLED": "*"},
        {"AIPERF_PLUGINS_STRICT": "1"},
        {"AIPERF_PLUGIN_MODULES": "bad"},
    ],
)
def test_switches_change_nothing(aiperf, install, env):
    """What is switched off may be checked before it is switched on."""
    site = install("bad", BAD)
    done = aiperf("plugins", "validate", path=[site], env=env)
    assert done.returncode == 1
    assert "unknown-hook" in done.stdout


def test_an_unknown_target_is_a_usage_error(aiperf, install):
    """Exit code 2, with the nearest name: NVIDIA AIPerf's own exits with 0."""
    site = install("good", GOOD)
    done = aiperf("plugins", "validate", "goood", path=[site])
    assert (done.returncode, done.stdout) == (2, "")
    assert "'goood'" in done.stderr
    assert "Did you mean 'good'?" in done.stderr


def test_json(aiperf, install):
    """For programs: what was checked, and each finding with its parts."""
    install("good", GOOD)
    site = install("bad", BAD)
    done = aiperf("plugins", "validate", "--json", "bad", "good", path=[site])
    assert (done.returncode, done.stderr) == (1, "")
    document = json.loads(done.stdout)
    assert document["checked"] == [
        {"name": "bad", "plugins": ["bad"]},
        {"name": "good", "plugins": ["good"]},
    ]
    (finding,) = document["findings"]
    assert set(finding) == {"rule", "message", "advice", "path", "line", "subject"}
    assert (finding["rule"], finding["line"]) == ("unknown-hook", 7)


def test_rules_can_be_left_out(aiperf, install):
    """One that does not exist is a usage error."""
    site = install("bad", BAD)
    done = aiperf("plugins", "validate", "--ignore", "unknown-hook", path=[site])
    assert (done.returncode, done.stdout) == (0, "")
    done = aiperf("plugins", "validate", "--ignore", "unknown-hok", path=[site])
    assert done.returncode == 2
    assert "Did you mean 'unknown-hook'?" in done.stderr


@pytest.mark.parametrize(
    ("module", "words"),
    [("nowhere", "no module 'nowhere'"), ("json", "json defines no factory")],
)
def test_factories_that_are_none_are_a_usage_error(aiperf, module, words):
    """What a person names has to be there."""
    done = aiperf("plugins", "validate", "builtin", "--factories", module)
    assert done.returncode == 2
    assert words in done.stderr


def test_importing_finds_what_reading_cannot(aiperf, install):
    """With ``--import``, in processes of their own."""
    install("bad", BAD.replace("iu", "ui"))
    site = install("good", GOOD)
    assert aiperf("plugins", "validate", path=[site]).returncode == 0
    done = aiperf("plugins", "validate", "--import", path=[site])
    assert done.returncode == 1
    (line,) = done.stdout.splitlines()
    assert line.startswith(f"{site / 'bad.py'}: import-failed: ")
    assert "SystemExit" in line


def test_a_plugin_that_hangs_is_given_up(aiperf, install):
    """After ``--timeout`` seconds."""
    site = install("bad", "import time; time.sleep(600)\n" + GOOD.replace("\n    ", "\n"))
    done = aiperf("plugins", "validate", "--import", "--timeout", "1", "bad", path=[site])
    assert done.returncode == 1
    assert "import-hangs" in done.stdout


def test_builtins_pass(aiperf):
    """Read and loaded."""
    done = aiperf("plugins", "validate", "--import", "builtin")
    assert (done.returncode, done.stdout) == (0, "")
