"""Plugins that were installed in every way that Python knows, found and loaded; and what by."""

from __future__ import annotations

import json
import zipfile
from textwrap import dedent

import pytest

PLUGIN = """
from aiperf import LazyEntry, hookimpl


@hookimpl
def aiperf_register_endpoint():
    return [LazyEntry("acme", "acme_classes", "Acme")]
"""

SCRIPT = """
import json, sys
{before}
from aiperf.common.factories import EndpointFactory, PluginDiscovery
report = PluginDiscovery.discover_all()
imported = [name for name in ("importlib_metadata", "importlib.metadata") if name in sys.modules]
from aiperf.plugins.default import default_registry
print(json.dumps({{
    "plugins": [[each.name, each.status, each.distribution, each.version, each.error and
                 str(each.error)] for each in report],
    "entries": [each.identifier for each in EndpointFactory.list_implementations("acme")],
    "imported": imported,
    "distributions": [each.metadata["Name"] for _, each
                      in default_registry.manager.list_plugin_distributions()],
}}))
"""


@pytest.fixture
def found(fresh_python):
    """A function that returns what discovery finds with some directories or files on the path."""

    def found(*path, before=""):
        code = SCRIPT.format(before=dedent(before))
        return json.loads(fresh_python(code, path=path, warnings_are_errors=True))

    return found


def expected(imported=(), version="1.0"):
    """Return what is found where the plugin ``acme`` is installed, and nothing else."""
    return {
        "plugins": [["acme", "active", "acme", version, None]],
        "entries": ["Acme"],
        "imported": list(imported),
        "distributions": ["acme"],
    }


def metadata(directory, name="acme-1.0.dist-info", points="acme = acme"):
    """Write the metadata of a plugin, and nothing else, into ``directory``."""
    info = directory / name
    info.mkdir(parents=True)
    (info / "entry_points.txt").write_text(f"[aiperf.plugins]\n{points}\n")
    file = "PKG-INFO" if name.endswith(".egg-info") else "METADATA"
    (info / file).write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    return info


@pytest.fixture
def source(tmp_path):
    """A directory with a project's code."""
    directory = tmp_path / "project" / "src"
    directory.mkdir(parents=True)
    (directory / "acme.py").write_text(PLUGIN)
    return directory


def test_no_plugin(found, make_distribution):
    """Then no library that reads metadata is imported at all."""
    site = make_distribution("tool", entry_points={"console_scripts": {"tool": "tool:main"}})
    nothing = {"plugins": [], "entries": [], "imported": [], "distributions": []}
    assert found(site) == found() == nothing


def test_a_wheel(found, install_plugin):
    """The usual way needs no library either, until somebody asks for the distribution."""
    assert found(install_plugin("acme", PLUGIN)) == expected()


def test_a_zip_file(found, tmp_path):
    """The library reads what is in it."""
    archive = tmp_path / "acme.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("acme.py", PLUGIN)
        file.writestr("acme-1.0.dist-info/METADATA", "Name: acme\nVersion: 1.0\n")
        file.writestr("acme-1.0.dist-info/entry_points.txt", "[aiperf.plugins]\nacme = acme\n")
    assert found(archive) == expected(["importlib_metadata"])


def test_an_egg(found, source, tmp_path):
    """A directory whose metadata is in ``EGG-INFO`` is the library's, too."""
    egg = tmp_path / "acme-1.0-py3.11.egg"
    source.rename(egg)
    info = metadata(egg, "EGG-INFO")
    (info / "METADATA").rename(info / "PKG-INFO")
    assert found(egg) == expected(["importlib_metadata"])


def test_an_editable_install_with_a_path_file(found, source, tmp_path):
    """As most build backends do it: a ``.pth`` file with the directory of the code."""
    site = tmp_path / "site"
    metadata(site)
    (site / "_acme.pth").write_text(f"{source}\n")
    before = f"import site\nsite.addsitedir({str(site)!r})"
    assert found(before=before) == expected()


def test_an_editable_install_with_a_finder(found, source, tmp_path):
    """As setuptools does it: a ``.pth`` file that puts a finder of the code on the meta path."""
    site = tmp_path / "site"
    metadata(site)
    finder = f"""
        import sys
        from importlib.machinery import PathFinder
        from importlib.util import spec_from_file_location

        MAPPING = {{"acme": {str(source / "acme.py")!r}}}
        PATH = "__editable__.acme-1.0.finder.__path_hook__"

        class EditableFinder:
            @classmethod
            def find_spec(cls, fullname, path=None, target=None):
                location = MAPPING.get(fullname)
                return location and spec_from_file_location(fullname, location)

        class EditableNamespaceFinder:
            @classmethod
            def path_hook(cls, path):
                if path == PATH:
                    return cls
                raise ImportError

            @classmethod
            def find_spec(cls, fullname, target=None):
                return None

        def install():
            sys.meta_path.append(EditableFinder)
            sys.path_hooks.append(EditableNamespaceFinder.path_hook)
            sys.path.append(PATH)
    """
    (site / "__editable___acme_finder.py").write_text(dedent(finder))
    line = "import __editable___acme_finder; __editable___acme_finder.install()\n"
    (site / "__editable__.acme.pth").write_text(line)
    before = f"import site\nsite.addsitedir({str(site)!r})"
    assert found(before=before) == expected()


@pytest.mark.parametrize("name", ["acme.egg-info", "acme-1.0-py3.11.egg-info"])
def test_old_metadata(found, source, name):
    """What setuptools writes beside the code, and what installed it before wheels."""
    metadata(source, name)
    assert found(source) == expected()


def test_a_link_to_old_metadata(found, source, tmp_path):
    """``setup.py develop``: a link that nothing reads, and a path file beside it."""
    site = tmp_path / "site"
    site.mkdir()
    metadata(source, "acme.egg-info")
    (site / "acme.egg-link").write_text(f"{source}\n.")
    (site / "easy-install.pth").write_text(f"{source}\n")
    before = f"import site\nsite.addsitedir({str(site)!r})"
    assert found(before=before) == expected()


def test_old_metadata_that_is_a_file(found, install_plugin):
    """It has no entry points, and is nobody's hindrance."""
    site = install_plugin("acme", PLUGIN)
    (site / "old-1.0.egg-info").write_text("Metadata-Version: 1.0\nName: old\nVersion: 1.0\n")
    assert found(site) == expected()


@pytest.mark.parametrize("base", ["object", "importlib_metadata.DistributionFinder"])
def test_a_finder_of_its_own(found, source, tmp_path, base):
    """A finder that gives distributions is asked through the library, and so is everything else."""
    hidden = tmp_path / "hidden"
    metadata(hidden)
    before = f"""
        import sys
        import importlib_metadata

        class Finder({base}):
            @classmethod
            def find_spec(cls, *_):
                return None

            @classmethod
            def find_distributions(cls, *_):
                import pathlib
                return [importlib_metadata.PathDistribution(pathlib.Path(
                    {str(hidden / "acme-1.0.dist-info")!r}))]

        sys.meta_path.append(Finder)
    """
    assert found(source, before=before) == expected(["importlib_metadata"])


def test_a_namespace_package(found, make_distribution):
    """A plugin may be a part of a package that several distributions share."""
    make_distribution("other", files={"shared/other.py": ""})
    site = make_distribution(
        "acme",
        files={"shared/acme/registry.py": PLUGIN},
        entry_points={"aiperf.plugins": {"acme": "shared.acme.registry"}},
    )
    assert found(site) == expected()


def test_an_object_in_a_module(found, make_distribution):
    """Also one that is an attribute of an attribute."""
    code = "import sys\nclass Holder:\n    plugin = sys.modules[__name__]\n" + PLUGIN
    site = make_distribution(
        "acme",
        files={"acme.py": code},
        entry_points={"aiperf.plugins": {"acme": "acme:Holder.plugin"}},
    )
    assert found(site) == expected()


@pytest.mark.parametrize("points", ["acme = acme [fast]", "acme = acme:plugin [fast]", "ä = acme"])
def test_unusual_entry_points(found, make_distribution, points):
    """Extras, blanks and other scripts than Latin: the library reads them, of that one alone."""
    code = "import sys\nplugin = sys.modules[__name__]\n" + PLUGIN
    site = make_distribution(
        "acme",
        files={"acme.py": code},
        dist_info={"entry_points.txt": f"[aiperf.plugins]\n{points}\n"},
    )
    with_library = expected(["importlib_metadata"])
    with_library["plugins"][0][0] = points.partition(" ")[0]
    assert found(site) == with_library


def test_what_the_library_must_read_is_in_its_place(found, make_distribution, install_plugin):
    """The order is that of the names, whoever read them."""
    for name, points in (("aaa", "z = acme"), ("bbb", "y = aaa_code [x]"), ("ccc", "x = bbb_code")):
        site = make_distribution(
            name,
            files={"acme.py": PLUGIN, "aaa_code.py": PLUGIN, "bbb_code.py": PLUGIN},
            dist_info={"entry_points.txt": f"[aiperf.plugins]\n{points}\n"},
        )
    install_plugin("bbb-more", PLUGIN)
    plugins = found(site)["plugins"]
    assert [(name, status) for name, status, *_ in plugins] == [
        (name, "active") for name in ("z", "y", "bbb-more", "x")
    ]


def test_damaged_metadata_is_told_as_the_library_tells_it(found, install_plugin):
    """In ``METADATA`` as in ``entry_points.txt``; the rest goes on."""
    site = install_plugin("acme", PLUGIN)
    install_plugin("bad", PLUGIN)
    (site / "bad-1.0.dist-info" / "METADATA").write_bytes(b"Name: bad\nVersion: 1.0\n\n\xff")
    _, (name, status, *_, error) = found(site)["plugins"]
    assert (name, status) == ("bad", "failed")
    assert "cannot be read: UnicodeDecodeError" in error
