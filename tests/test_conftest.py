"""The shared fixtures themselves: what they install is what an installer would have left."""

from __future__ import annotations

import json

import pytest


def test_a_made_distribution_is_an_installed_one(fresh_python, make_distribution):
    """A fresh interpreter finds its metadata, its entry points, and every file as recorded."""
    site = make_distribution(
        "Acme.AIPerf-Plugin",
        "2.1",
        files={"acme/__init__.py": "", "acme/registry.py": "value = 'ü'\n"},
        entry_points={"aiperf.plugins": {"acme": "acme.registry"}, "other": {"a": "b:c"}},
        requires=["idna>=3"],
    )
    found = json.loads(
        fresh_python(
            """
            import base64, hashlib, importlib.metadata as metadata, json
            dist = metadata.distribution("acme-aiperf-plugin")
            wrong = [
                str(file)
                for file in dist.files
                if file.hash
                and file.hash.value
                != base64.urlsafe_b64encode(hashlib.sha256(file.read_binary()).digest())
                .rstrip(b"=").decode()
            ]
            (entry_point,) = metadata.entry_points(group="aiperf.plugins", name="acme")
            print(json.dumps({
                "name": dist.name, "version": dist.version, "requires": dist.requires,
                "files": sorted(map(str, dist.files)), "wrong": wrong,
                "installer": dist.read_text("INSTALLER"), "value": entry_point.load().value,
            }))
            """,
            path=[site],
        )
    )
    folder = "acme_aiperf_plugin-2.1.dist-info"
    assert found == {
        "name": "Acme.AIPerf-Plugin",
        "version": "2.1",
        "requires": ["idna>=3"],
        "files": [
            "acme/__init__.py",
            "acme/registry.py",
            *(
                f"{folder}/{name}"
                for name in ("INSTALLER", "METADATA", "RECORD", "WHEEL", "entry_points.txt")
            ),
        ],
        "wrong": [],
        "installer": "pip\n",
        "value": "ü",
    }


def test_several_distributions_share_a_directory(install_plugin, fresh_python):
    """Two plugins in one directory are two distributions with one entry point each."""
    site = install_plugin("acme-one", "")
    assert install_plugin("acme-two", "") == site
    names = fresh_python(
        """
        from importlib.metadata import entry_points
        for each in entry_points(group="aiperf.plugins"):
            print(each.dist.name, each.name, each.value)
        """,
        path=[site],
    )
    assert sorted(names.splitlines()) == [
        "acme-one acme-one acme_one",
        "acme-two acme-two acme_two",
    ]


def test_metadata_can_be_damaged(make_distribution):
    """A file of the dist-info directory can be replaced or left out."""
    site = make_distribution(
        "acme", dist_info={"METADATA": None, "RECORD": None, "entry_points.txt": "[broken"}
    )
    folder = site / "acme-1.0.dist-info"
    assert {path.name for path in folder.iterdir()} == {"INSTALLER", "WHEEL", "entry_points.txt"}
    assert (folder / "entry_points.txt").read_text() == "[broken"


def test_a_failing_interpreter_fails_the_test(fresh_python):
    """The error shows the exit status and the traceback; ``run`` gives the process instead."""
    with pytest.raises(AssertionError, match=r"(?s)exit status 1.*KeyError: 'lost'"):
        fresh_python("raise KeyError('lost')")
    assert fresh_python.run("raise SystemExit(3)").returncode == 3


def test_a_fresh_interpreter_sees_no_setting_of_ours(fresh_python, monkeypatch):
    """Variables of AIPerf and of Python stay behind; those given explicitly do not."""
    monkeypatch.setenv("AIPERF_PLUGINS_STRICT", "1")
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    code = "import os; print(sorted(n for n in os.environ if n.startswith(('AIPERF', 'PYTHON'))))"
    assert fresh_python(code) == "[]\n"
    assert fresh_python(code, env={"AIPERF_PLUGIN_AUTOLOAD": "0"}) == "['AIPERF_PLUGIN_AUTOLOAD']\n"
