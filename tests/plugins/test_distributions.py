"""Finding entry points: once for each distribution, in an order that nothing random decides."""

from __future__ import annotations

import sys

import importlib_metadata
import pytest

from aiperf.plugins.distributions import DistributionFacade, find_entry_points

GROUP = "aiperf.plugins"


@pytest.fixture(params=["directories", "library"])
def find(request, monkeypatch, tmp_path):
    """A function that finds what is installed in some sites, in both ways that there are."""
    archive = tmp_path / "archive.zip"
    archive.write_bytes(b"")
    further = [str(archive)] if request.param == "library" else []
    # What the library imports on the way has to be found, too.
    further += [each for each in sys.path if "site-packages" not in each]

    def find(*sites):
        monkeypatch.setattr("sys.path", [*map(str, sites), *further])
        return find_entry_points(GROUP)

    return find


def test_everything_about_an_entry_point_is_told(find, make_distribution):
    """Nothing is imported for it; the module is without attribute and extras."""
    site = make_distribution(
        "Acme.Plugin", "2.1", entry_points={GROUP: {"fast": "acme.registry:plugin [grpc]"}}
    )
    (found,) = find(site)
    assert (found.name, found.module) == ("fast", "acme.registry")
    assert (found.distribution, found.version) == ("Acme.Plugin", "2.1")
    assert found.path.rstrip("/") == str(site)
    assert found.entry_point.value == "acme.registry:plugin [grpc]"
    assert found.error is None
    assert found.metadata.metadata["Name"] == "Acme.Plugin"


def test_the_librarys_view_is_there_for_whoever_asks(find, make_distribution):
    """The very entry point, whether the library has read it already or not."""
    points = {GROUP: {"slow": "acme.slow", "fast": "acme.fast:plugin"}, "other": {"fast": "x"}}
    fast, _ = find(make_distribution("acme", entry_points=points))
    library = fast.entry_point
    assert isinstance(library, importlib_metadata.EntryPoint)
    assert (library.name, library.value, library.group) == (fast.name, fast.value, fast.group)
    assert fast.entry_point is library
    assert isinstance(fast.metadata, importlib_metadata.Distribution)
    assert fast.metadata is fast.metadata


def test_the_order_is_that_of_normalised_names(find, make_distribution, tmp_path):
    """Neither directories nor their listing nor case matter; then entry points by name."""
    for name, site in [("Zeta", "a"), ("b_eta", "c"), ("B.alpha", "b")]:
        make_distribution(name, entry_points={GROUP: {"y": "m", "x": "m"}}, site=tmp_path / site)
    for order in ("acb", "bca"):
        found = find(*(tmp_path / site for site in order))
        assert [(each.distribution, each.name) for each in found] == [
            (name, point) for name in ("B.alpha", "b_eta", "Zeta") for point in "xy"
        ]


def test_one_distribution_twice_on_the_path_counts_once(find, make_distribution, tmp_path):
    """The place that an import would take it from."""
    points = {GROUP: {"fast": "acme"}}
    one = make_distribution("acme", "1.0", entry_points=points, site=tmp_path / "one")
    other = make_distribution("Acme", "2.0", entry_points=points, site=tmp_path / "other")
    assert [each.version for each in find(one, other)] == ["1.0"]
    assert [each.version for each in find(other, one, other)] == ["2.0"]


def test_of_two_versions_in_one_directory_the_higher_counts(find, make_distribution):
    """An interrupted upgrade leaves both, in any order."""
    for version in ("1.9", "1.10", "1.8"):
        site = make_distribution("acme", version, entry_points={GROUP: {"fast": f"m{version[2:]}"}})
    assert [(each.version, each.module) for each in find(site)] == [("1.10", "m10")]


def test_other_groups_are_none_of_ours(find, make_distribution):
    """Also where the group's name is mentioned in passing."""
    site = make_distribution("acme", entry_points={"other": {"x": "aiperf.plugins.default"}})
    make_distribution("bare")
    assert find(site) == []


def test_old_metadata_counts_too(find, tmp_path):
    """An ``egg-info`` directory has PKG-INFO in place of METADATA."""
    folder = tmp_path / "site" / "acme.egg-info"
    folder.mkdir(parents=True)
    (folder / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 3.0\n\nText: x\n")
    (folder / "entry_points.txt").write_text(f"[{GROUP}]\nfast = acme\n")
    (found,) = find(tmp_path / "site")
    assert (found.distribution, found.version) == ("acme", "3.0")


def test_metadata_that_is_missing_is_replaced_by_the_directorys_name(find, make_distribution):
    """The entry point may still work."""
    site = make_distribution(
        "acme", "1.0", entry_points={GROUP: {"fast": "acme"}}, dist_info={"METADATA": None}
    )
    (found,) = find(site)
    assert (found.distribution, found.version) == ("acme", None)


def test_headers_end_at_the_first_line_that_is_none(find, make_distribution):
    """A description that talks of names and versions is not read."""
    site = make_distribution(
        "acme",
        entry_points={GROUP: {"fast": "acme"}},
        dist_info={"METADATA": "Metadata-Version: 2.1\n\nName: wrong\nVersion: 9\n"},
    )
    (found,) = find(site)
    assert (found.distribution, found.version) == ("acme", None)


@pytest.mark.parametrize("text", [f"[{GROUP}]\nno equals sign\n", f"[{GROUP}]\n\udc80 = x\n"])
def test_entry_points_that_cannot_be_read_are_told(find, make_distribution, text):
    """The distribution is in the list, with the error; others are not affected."""
    site = make_distribution("acme", entry_points={GROUP: {"fine": "acme"}})
    make_distribution("bad", "1.0", entry_points={GROUP: {"x": "y"}})
    file = site / "bad-1.0.dist-info" / "entry_points.txt"
    file.write_bytes(text.encode(errors="surrogateescape"))
    fine, bad = find(site)
    assert (fine.name, fine.error) == ("fine", None)
    assert (bad.name, bad.distribution, bad.version, bad.entry_point) == ("bad", "bad", None, None)
    assert bad.path.rstrip("/") == str(site)
    assert isinstance(bad.error, Exception)


class Strange(importlib_metadata.Distribution):
    """A distribution from a finder of its own, which has no directory."""

    def __init__(self, texts):
        self.texts = texts

    def read_text(self, filename):
        if isinstance(text := self.texts.get(filename), Exception):
            raise text
        return text

    def locate_file(self, path):
        return f"nowhere/{path}"


@pytest.mark.parametrize(
    ("metadata", "name"),
    [("Name: strange\nVersion: 1.0\n", "strange"), (OSError("gone"), "Strange")],
)
def test_a_finder_of_its_own_is_asked_through_the_library(monkeypatch, metadata, name):
    """It may give distributions without directories, and fail at any question."""
    texts = {"METADATA": metadata, "entry_points.txt": f"[{GROUP}]\nfast = acme\n"}

    class Finder(importlib_metadata.DistributionFinder):
        def find_spec(self, *_):
            return None

        def find_distributions(self, *_):
            return iter([Strange(texts), Strange(texts)])

    monkeypatch.setattr("sys.path", [])
    monkeypatch.setattr("sys.meta_path", [Finder()])
    (found,) = find_entry_points(GROUP)
    assert found.distribution == name
    assert (found.error is None) == isinstance(metadata, str)


def test_a_facade_adds_the_project_name(make_distribution):
    """The callers of pluggy expect it; everything else is the distribution's own."""
    site = make_distribution("Acme", "2.0")
    facade = DistributionFacade(importlib_metadata.Distribution.at(site / "acme-2.0.dist-info"))
    assert (facade.project_name, facade.version) == ("Acme", "2.0")
