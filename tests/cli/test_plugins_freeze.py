"""``aiperf plugins freeze`` and ``aiperf profile --plugins-locked``."""

from __future__ import annotations

import json

import pytest

PLUGIN = """
from aiperf import LazyEntry, hookimpl


@hookimpl
def aiperf_register_ui():
    return [LazyEntry("progress", "acme_ui", "Quiet", identifier="quiet")]
"""
CLASSES = "from aiperf.ui.none import NoUI as Quiet\n"


@pytest.fixture
def install(make_distribution):
    """Give a function that installs a plugin for ``ui.progress`` and returns its directory."""

    def run(version="1.0", classes=CLASSES):
        return make_distribution(
            "acme",
            version,
            files={"acme.py": PLUGIN, "acme_ui.py": classes},
            entry_points={"aiperf.plugins": {"acme": "acme"}},
        )

    return run


@pytest.fixture
def lock(aiperf, tmp_path):
    """Give a function that writes a lock of what is in ``path`` and returns its file."""

    def write(*path, **more):
        file = tmp_path / "lock.json"
        done = aiperf("plugins", "freeze", "-o", str(file), path=path, **more)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        return file

    return write


def test_a_lock_says_what_is_selected(aiperf, install, lock):
    """On standard output or in a file, the same each time; it holds where it was written."""
    site = install()
    file = lock(site)
    document = json.loads(file.read_text())
    assert document["implementations"]["ui.progress"]["distribution"] == "acme"
    assert document["implementations"]["endpoint.chat"]["distribution"] == "aiperf"
    printed = aiperf("plugins", "freeze", path=[site], env={"PYTHONHASHSEED": "7"})
    assert printed.stdout == file.read_text()
    done = aiperf("plugins", "freeze", "--check", str(file), path=[site])
    assert done.returncode == 0
    count = len(document["implementations"])
    assert done.stdout == f"{file} holds: {count} class types, {document['digest']}\n"
    as_json = aiperf("plugins", "freeze", "--check", str(file), "--json", path=[site])
    assert as_json.returncode == 0
    assert json.loads(as_json.stdout) == {
        "matches": True, "lock": str(file), "digest": document["digest"], "differences": [],
        "errors": [],
    }  # fmt: skip


def test_a_check_names_each_difference(aiperf, install, lock):
    """For people on standard error, for programs as JSON, and with exit code 1."""
    file = lock(install())
    done = aiperf("plugins", "freeze", "--check", str(file))
    line = "ui.progress: quiet from plugin 'acme' (acme 1.0) in the lock, progress from builtin (ai"
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: The plugins are not those of {file}:\n  {line}")
    done = aiperf("plugins", "freeze", "--check", str(file), "--json")
    assert (done.returncode, done.stderr) == (1, "")
    answer = json.loads(done.stdout)
    assert answer["matches"] is False
    (difference,) = answer["differences"]
    assert difference["text"].startswith(line)
    assert (difference["lock"]["reference"], difference["here"]["reference"]) == (
        "quiet",
        "progress",
    )
    assert "distribution" in difference["fields"]
    done = aiperf(
        "plugins", "freeze", "--check", str(file), "--json", env={"AIPERF_PLUGIN_MODULES": "gone"}
    )
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert (answer["matches"], answer["differences"]) == (False, [])
    assert "No module named 'gone'" in answer["errors"][0]


def test_a_class_type_that_is_gone_or_new_is_a_difference(aiperf, install, lock, make_distribution):
    """In JSON the side that does not have it is null."""
    make_distribution(
        "more",
        files={"more.py": PLUGIN.replace('"progress"', '"more"')},
        entry_points={"aiperf.plugins": {"more": "more"}},
    )
    site = install()
    file = lock()
    done = aiperf("plugins", "freeze", "--check", str(file), "--json", path=[site])
    sides = {each["class_type"]: each["lock"] for each in json.loads(done.stdout)["differences"]}
    assert sides["more"] is None
    assert sides["progress"]["reference"] == "progress"


def test_what_a_plugin_prints_is_not_in_the_lock(aiperf, install_plugin):
    """Standard output is the lock and nothing else."""
    site = install_plugin("talks", "print('hello')\n" + PLUGIN)
    done = aiperf("plugins", "freeze", path=[site])
    assert done.returncode == 0
    assert "hello" in done.stderr
    assert json.loads(done.stdout)["implementations"]["ui.progress"]["plugin"] == "talks"


def test_a_selection_is_locked(aiperf, install, lock):
    """What ``--use`` selects is what the lock says, and without it the lock does not hold."""
    site = install()
    file = lock()
    done = aiperf("plugins", "freeze", "--use", "ui.progress=progress", path=[site])
    assert done.stdout == file.read_text()
    assert aiperf("plugins", "freeze", "--check", str(file), path=[site]).returncode == 1


@pytest.mark.parametrize(
    ("words", "env", "status"),
    [
        (["--use", "ui.progress=quite"], {}, 2),
        (["--use", "nonsense"], {}, 2),
        ([], {"AIPERF_PLUGIN_MODULES": "absent_module"}, 1),
    ],
    ids=["unknown", "malformed", "module"],
)
def test_nothing_is_locked_that_a_person_got_wrong(
    aiperf, install, tmp_path, *, words, env, status
):
    """The message says what is wrong, and no file is written."""
    file = tmp_path / "lock.json"
    done = aiperf("plugins", "freeze", "-o", str(file), *words, path=[install()], env=env)
    assert (done.returncode, done.stdout) == (status, "")
    assert "Error: " in done.stderr
    assert not file.exists()


def test_a_check_that_writes_is_a_contradiction(aiperf, tmp_path):
    """It is a wrong use, which has exit status 2."""
    done = aiperf("plugins", "freeze", "--check", "a", "-o", str(tmp_path / "b"))
    assert done.returncode == 2
    assert "--check writes nothing" in done.stderr
    assert not (tmp_path / "b").exists()


@pytest.fixture
def measure(aiperf, noting_server, tmp_path):
    """Give a function that measures with a lock; it returns the process and the requests' count."""

    def run(file, **more):
        with noting_server() as server:
            options = ["--url", server.url, "-m", "m", "--request-count", "2"]
            options += ["--artifact-dir", str(tmp_path / "run"), "--plugins-locked", str(file)]
            done = aiperf("profile", *options, **more)
            return done, len(server.requests)

    return run


def test_a_run_with_the_locked_plugins_says_so(measure, install, lock, tmp_path):
    """Its provenance has the lock's digest, and so has that of a run without a lock."""
    site = install()
    file = lock(site)
    done, requests = measure(file, path=[site])
    assert (done.returncode, requests) == (0, 2), done.stderr
    summary = json.loads((tmp_path / "run" / "profile_export_aiperf.json").read_text())
    assert summary["provenance"]["plugins_digest"] == json.loads(file.read_text())["digest"]
    assert summary["provenance"]["plugins_locked"] is True
    assert summary["input_config"]["plugins_locked"] == str(file)


CHANGES = {
    "plugin 'acme' (acme 1.0) in the lock, plugin 'acme' (acme 1.1) here": {"version": "1.1"},
    "but the file of acme_ui:Quiet is another one": {"classes": f"{CLASSES}# edited\n"},
}


@pytest.mark.parametrize("change", CHANGES.items(), ids=["version", "file"])
def test_another_version_or_file_is_not_measured(measure, install, lock, tmp_path, change):
    """Nothing is sent and no artifact is begun; each difference is named."""
    file = lock(install())
    for each in (tmp_path / "site").glob("acme-*.dist-info/*"):
        each.unlink()
    words, changed = change
    site = install(**changed)
    done, requests = measure(file, path=[site])
    assert (done.returncode, requests) == (1, 0)
    assert words in done.stderr
    assert "aiperf plugins freeze -o" in done.stderr
    assert not (tmp_path / "run").exists()


def test_an_override_is_another_resolution(measure, install, lock):
    """Who selects something else than the lock says is told who selected it."""
    site = install()
    file = lock(site)
    env = {"AIPERF_IMPLEMENTATIONS": "ui.progress=progress"}
    done, requests = measure(file, path=[site], env=env)
    assert (done.returncode, requests) == (1, 0)
    assert "here (AIPERF_IMPLEMENTATIONS selects it)" in done.stderr


def test_a_file_that_is_no_lock_ends_the_run_in_one_line(measure, tmp_path):
    """Before anything is sent."""
    done, requests = measure(tmp_path / "absent")
    assert (done.returncode, requests) == (1, 0)
    assert done.stderr.startswith(f"Error: Lock {tmp_path / 'absent'} cannot be read: No such file")
    assert len(done.stderr.splitlines()) == 1
