from __future__ import annotations

import importlib.abc
import importlib.util
import sys
import zipfile
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from aiperf.plugins.sources import MissingModule, ModuleSource, Sources

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = {
    "acme_src/__init__.py": "raise SystemExit('imported')",
    "acme_src/part/__init__.py": "",
    "acme_src/part/impl.py": "class Chat: ...",
}


@pytest.fixture
def site(make_distribution: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the directory of a package that must not be imported."""
    site: Path = make_distribution("acme-src", files=PACKAGE)
    monkeypatch.syspath_prepend(site)
    return site


def test_a_module_is_found_and_none_of_its_parents_is_imported(site: Path) -> None:
    """The package would end the process; it stays out of ``sys.modules``."""
    found = Sources().find("acme_src.part.impl")
    assert isinstance(found, ModuleSource)
    assert found.path == str(site / "acme_src/part/impl.py")
    assert (found.text, found.locations, found.loaded) == (b"class Chat: ...", None, None)
    assert found.package == "acme_src.part"
    assert not [name for name in sys.modules if name.startswith("acme_src")]


def test_a_package_knows_where_its_modules_are(site: Path) -> None:
    """Its relative imports start from itself."""
    found = Sources().find("acme_src.part")
    assert isinstance(found, ModuleSource)
    assert found.locations == (str(site / "acme_src/part"),)
    assert found.package == "acme_src.part"


def test_what_is_missing_is_named_with_what_is_there(site: Path) -> None:
    """The first part that is missing, and its siblings."""
    missing = Sources().find("acme_src.prat.impl")
    assert isinstance(missing, MissingModule)
    assert (missing.name, missing.certain) == ("acme_src.prat", True)
    assert missing.siblings() == ["acme_src.part"]
    assert site.exists()


def test_at_the_top_there_are_no_siblings_to_guess_from() -> None:
    """Every installed module would be one."""
    missing = Sources().find("no_such_module_anywhere")
    assert isinstance(missing, MissingModule)
    assert (missing.certain, missing.siblings()) == (True, [])


def test_a_module_that_is_no_package_has_nothing_below_it(site: Path) -> None:
    """That is certain."""
    missing = Sources().find("acme_src.part.impl.more")
    assert isinstance(missing, MissingModule)
    assert missing.certain
    assert missing.parent is not None
    assert missing.parent.locations is None
    assert missing.siblings() == []
    assert site.exists()


def test_nested_namespace_packages_in_several_places(
    make_distribution: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Their parts are put together, although no parent is imported."""
    for name in ("one", "two"):
        files = {f"acme_ns/deep/{name}.py": ""}
        monkeypatch.syspath_prepend(
            make_distribution(f"acme-{name}", files=files, site=tmp_path / name)
        )
    sources = Sources()
    for name in ("one", "two"):
        found = sources.find(f"acme_ns.deep.{name}")
        assert isinstance(found, ModuleSource)
        assert found.path == str(tmp_path / name / "acme_ns/deep" / f"{name}.py")
    missing = sources.find("acme_ns.deep.three")
    assert isinstance(missing, MissingModule)
    assert missing.certain
    assert missing.siblings() == ["acme_ns.deep.two", "acme_ns.deep.one"]


def test_zip_files_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module in a zipped package has its source and a path into the file."""
    archive = tmp_path / "acme.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path, text in PACKAGE.items():
            file.writestr(path, text)
    monkeypatch.syspath_prepend(archive)
    found = Sources().find("acme_src.part.impl")
    assert isinstance(found, ModuleSource)
    assert found.text == b"class Chat: ..."
    assert found.path.startswith(str(archive))


@pytest.mark.parametrize(
    "source",
    [
        "from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)",
        "__path__.append('elsewhere')",
    ],
)
def test_a_package_that_changes_its_path_may_have_more(
    make_distribution: Any, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    """What is missing there is not missing for certain."""
    site = make_distribution("acme-ext", files={"acme_ext/__init__.py": source})
    monkeypatch.syspath_prepend(site)
    missing = Sources().find("acme_ext.impl")
    assert isinstance(missing, MissingModule)
    assert not missing.certain


def test_what_is_loaded_counts_as_it_is(monkeypatch: pytest.MonkeyPatch, site: Path) -> None:
    """A package that this process has imported has the search path that it gave itself."""
    package = ModuleType("acme_loaded")
    package.__path__ = [str(site / "acme_src")]
    monkeypatch.setitem(sys.modules, "acme_loaded", package)
    sources = Sources()
    found = sources.find("acme_loaded")
    assert isinstance(found, ModuleSource)
    assert found.loaded is not None
    assert (found.path, found.text) == ("", None)
    assert isinstance(sources.find("acme_loaded.part.impl"), ModuleSource)
    missing = sources.find("acme_loaded.other")
    assert isinstance(missing, MissingModule)
    assert missing.certain


def test_a_source_tree_comes_before_what_is_installed_or_loaded(
    make_distribution: Any, tmp_path: Path
) -> None:
    """A module of the tree is read there, even where this process has one of its name."""
    files = {"aiperf/__init__.py": "", "aiperf/plugins/__init__.py": "", "json.py": "x = 1"}
    tree = make_distribution("tree", files=files, site=tmp_path / "tree")
    sources = Sources([str(tree)])
    assert sources.find("json") == ModuleSource("json", str(tree / "json.py"), b"x = 1", None)
    found = sources.find("aiperf.plugins")
    assert isinstance(found, ModuleSource)
    assert found.path == str(tree / "aiperf/plugins/__init__.py")
    assert isinstance(sources.find("aiperf.plugins.entries"), MissingModule)
    assert isinstance(sources.find("xml.dom"), ModuleSource)


def test_a_path_that_no_hook_takes_is_passed_over() -> None:
    """As an import does."""
    assert isinstance(Sources(["/nowhere/at/all"]).find("json"), ModuleSource)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """A finder and loader of an application's own."""

    def __init__(self, text: str | None = None, *, fails: bool = False) -> None:
        self.text = text
        self.fails = fails

    def find_spec(self, fullname: str, *_: Any) -> ModuleSpec | None:
        """Find one module."""
        if self.fails:
            raise RuntimeError
        return ModuleSpec(fullname, self) if fullname == "acme_made" else None

    def get_source(self, fullname: str) -> str | None:
        """Give its source, or fail."""
        if self.text == "unreadable":
            raise ImportError(fullname)
        return self.text

    def is_package(self, fullname: str) -> bool:  # noqa: ARG002 - the abstract class's signature
        """Say that it is a package."""
        return False


@pytest.mark.parametrize(
    ("text", "expected"), [("x = 1", b"x = 1"), (None, None), ("unreadable", None)]
)
def test_other_finders_are_asked(
    monkeypatch: pytest.MonkeyPatch, text: str | None, expected: bytes | None
) -> None:
    """Their loaders give the source, if they have it."""
    monkeypatch.setattr(sys, "meta_path", [Finder(text), *sys.meta_path])
    found = Sources().find("acme_made")
    assert isinstance(found, ModuleSource)
    assert (found.path, found.text) == ("", expected)


def test_a_finder_that_fails_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next one is asked."""
    monkeypatch.setattr(sys, "meta_path", [Finder(fails=True), *sys.meta_path])
    assert isinstance(Sources().find("xml.sax.expatreader"), ModuleSource)


def test_the_finder_that_imports_setuptools_is_not_asked(fresh_python: Any) -> None:
    """It would import it to say where ``distutils`` is."""
    code = """
        import sys
        from aiperf.plugins.sources import Sources

        class Hack:
            def find_spec(self, name, path=None, target=None):
                raise SystemExit("asked")

        Hack.__module__ = "_distutils_hack"
        sys.meta_path.insert(0, Hack())
        Sources().find("distutils")
        print("setuptools" in sys.modules)
    """
    assert fresh_python(code) == "False\n"


def test_a_package_without_a_source_is_not_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may hold anything below itself."""

    class Packages(Finder):
        def find_spec(self, fullname: str, *_: Any) -> ModuleSpec | None:
            if fullname != "acme_made":
                return None
            spec = importlib.util.spec_from_loader(fullname, self, origin="x.so", is_package=True)
            assert spec is not None
            spec.has_location = True
            return spec

    monkeypatch.setattr(sys, "meta_path", [Packages(None), *sys.meta_path])
    missing = Sources().find("acme_made.part")
    assert isinstance(missing, MissingModule)
    assert not missing.certain
