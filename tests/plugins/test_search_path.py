"""Where on ``sys.path`` plugins could be, told without any library."""

from __future__ import annotations

import importlib_metadata
import pytest

from aiperf.plugins import search_path
from aiperf.plugins.search_path import newer, project_of

GROUP = "aiperf.plugins"


def places_with(text):
    """Return the places alone."""
    found = search_path.places_with(text)
    return None if found is None else [place for place, _ in found]


@pytest.fixture
def path(monkeypatch):
    """A function that makes some directories the whole search path."""
    return lambda *entries: monkeypatch.setattr("sys.path", [str(entry) for entry in entries])


@pytest.fixture
def install(make_distribution):
    """A function that installs a distribution with one plugin entry point and no code."""

    def install(name, version="1.0", site=None, target="acme"):
        entry_points = {GROUP: {name: target}} if target else None
        return make_distribution(name, version, entry_points=entry_points, site=site)

    return install


def test_only_distributions_with_the_group_are_found(path, install, make_distribution):
    """Others are not opened further than their entry points."""
    site = install("acme")
    make_distribution("tool", entry_points={"console_scripts": {"tool": "tool:main"}})
    make_distribution("library")
    path(site)
    assert places_with(GROUP) == [f"{site}/acme-1.0.dist-info"]


def test_the_first_place_on_the_path_counts(path, install, tmp_path):
    """Whatever it says: a copy without entry points hides one that has them."""
    one = install("Acme_Plugin", site=tmp_path / "one")
    other = install("acme.plugin", "2.0", site=tmp_path / "other")
    bare = install("acme-plugin", "3.0", site=tmp_path / "bare", target=None)
    path(one, other)
    assert places_with(GROUP) == [f"{one}/acme_plugin-1.0.dist-info"]
    path(bare, one, other)
    assert places_with(GROUP) == []


def test_an_empty_entry_is_the_current_directory(path, install, monkeypatch):
    """As it is for imports."""
    monkeypatch.chdir(install("acme"))
    path("")
    assert places_with(GROUP) == ["./acme-1.0.dist-info"]


def test_what_is_not_there_is_passed_over(path, install, tmp_path):
    """As an import passes it over."""
    site = install("acme")
    path(tmp_path / "missing", site)
    assert len(places_with(GROUP)) == 1


def test_damaged_metadata_is_left_to_the_library(path, install):
    """What cannot be read is found all the same, so that somebody says why."""
    site = install("acme")
    file = site / "acme-1.0.dist-info" / "entry_points.txt"
    file.unlink()
    file.mkdir()
    (site / "file-1.0.dist-info").write_text("not a directory")
    path(site)
    assert places_with(GROUP) == [str(file.parent)]


def test_a_zip_file_or_an_egg_needs_the_library(path, install, tmp_path):
    """Only a plain directory can be looked through this way."""
    site = install("acme")
    archive = tmp_path / "archive.zip"
    archive.write_bytes(b"")
    path(site, archive)
    assert places_with(GROUP) is None
    egg = tmp_path / "acme.egg"
    (egg / "EGG-INFO").mkdir(parents=True)
    path(site, egg)
    assert places_with(GROUP) is None


def test_a_finder_of_its_own_needs_the_library(path, install, monkeypatch):
    """importlib-metadata's finder and Python's are no such finders."""

    class Finder:
        def find_distributions(self, *_):
            return iter(())

    path(install("acme"))
    assert importlib_metadata.MetadataPathFinder
    assert len(places_with(GROUP)) == 1
    monkeypatch.setattr("sys.meta_path", [Finder()])
    assert places_with(GROUP) is None


@pytest.mark.parametrize(
    ("directory", "project"),
    [
        ("acme_plugin-1.0.dist-info", "acme_plugin"),
        ("Acme-Plugin-1.0.dist-info", "Acme-Plugin"),
        ("acme.dist-info", "acme"),
        ("acme_plugin-1.0-py3.11.egg-info", "acme_plugin"),
        ("acme.plugin.egg-info", "acme.plugin"),
        ("EGG-INFO", ""),
    ],
)
def test_a_metadata_directory_states_its_project(directory, project):
    """Wheels end in ``-version.dist-info``; older installs end in ``.egg-info``."""
    assert project_of(directory) == project


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("acme-1.9.dist-info", "acme-1.10.dist-info"),
        ("acme-1.0.dist-info", "acme-1.0.1.dist-info"),
        ("acme-0.9.egg-info", "acme-1.0.dist-info"),
        ("acme-1.0.dist-info", "acme-1.0.egg-info"),
    ],
)
def test_of_two_in_one_directory_the_higher_version_counts(lower, higher):
    """However the file system lists them; numbers are compared as numbers."""
    assert newer(lower, higher) == newer(higher, lower) == higher
    assert newer(lower, lower) == lower


def test_an_upgrade_that_broke_off_leaves_one_plugin(path, install):
    """Of the two metadata directories it leaves, the newer one counts."""
    for version in ("1.9", "1.10", "1.2"):
        site = install("acme", version)
    path(site)
    assert places_with(GROUP) == [f"{site}/acme-1.10.dist-info"]


def test_a_distribution_costs_one_small_file(fresh_python, make_distribution):
    """Of hundreds that are no plugins nothing but ``entry_points.txt`` is opened, once each."""
    for number in range(30):
        points = {"console_scripts": {"tool": "tool:main"}} if number % 2 else None
        site = make_distribution(f"tool-{number}", entry_points=points)
    make_distribution("acme", entry_points={GROUP: {"acme": "acme"}}, files={"acme.py": ""})
    code = """
        import os, sys
        from aiperf.common.factories import PluginDiscovery
        from aiperf.plugins import loading, report
        site, opened = sys.argv[1], []

        def hook(event, arguments):
            if event == "open" and str(arguments[0]).startswith(site):
                opened.append(arguments[0])

        sys.addaudithook(hook)
        PluginDiscovery.discover_all()
        files = [os.path.relpath(path, site) for path in opened]
        print(*sorted(file for file in files if "pycache" not in file))
    """
    read = {f"tool_{number}-1.0.dist-info/entry_points.txt" for number in range(1, 30, 2)}
    tried = {f"tool_{number}-1.0.dist-info/entry_points.txt" for number in range(0, 30, 2)}
    plugin = {f"acme-1.0.dist-info/{name}" for name in ("entry_points.txt", "METADATA")}
    opened = fresh_python(code, str(site), path=[site, site]).split()
    assert opened == sorted(read | tried | plugin | {"acme.py"})


def test_names_that_begin_alike_are_told_apart(path, install, tmp_path):
    """A project is not hidden by one whose name goes on where its own ends."""
    site = install("acme")
    for name in ("acme-plugin", "acme.plugin.more", "acmes"):
        install(name, site=site)
        install(name, site=tmp_path / "other")
    path(site, tmp_path / "other")
    assert sorted(places_with(GROUP)) == sorted(
        f"{site}/{name}-1.0.dist-info"
        for name in ("acme", "acme_plugin", "acme_plugin_more", "acmes")
    )


def test_a_damaged_name_hides_nothing(path, install):
    """A directory's name may say that the project's ends in a separator, or that it has none."""
    site = install("acme")
    for name in ("acme_-1.0.dist-info", ".dist-info", "ACME.DIST-INFO"):
        (site / name).mkdir()
        (site / name / "entry_points.txt").write_text(f"[{GROUP}]\nx = y\n")
    path(site)
    assert {place.rpartition("/")[2] for place in places_with(GROUP)} >= {
        "acme_-1.0.dist-info",
        ".dist-info",
    }


def test_a_long_file_is_read_to_its_end(path, make_distribution):
    """However many scripts come before the plugin."""
    scripts = {f"script-{number}": "tool:main" for number in range(10_000)}
    points = {"console_scripts": scripts, GROUP: {"acme": "acme"}}
    path(make_distribution("acme", entry_points=points))
    assert len(places_with(GROUP)) == 1
