"""What a person may call the thing that is to be checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aiperf.devtools.named import UnknownSubjectError, everything, named
from aiperf.plugins.errors import PluginSettingError
from aiperf.plugins.sources import Sources

if TYPE_CHECKING:
    from pathlib import Path

HOOK = "from aiperf import hookimpl\n@hookimpl\ndef aiperf_register_ui(): return []\n"


def names_of(*names: str) -> list[tuple[str, list[str]]]:
    """Return the packages that names stand for, each with the modules of its plugins."""
    packages = named(names, Sources())
    return [(each.name, [subject.module for subject in each.subjects]) for each in packages]


@pytest.fixture
def acme(install_acme: Any) -> Path:
    """Install a distribution with two plugins."""
    points = "[aiperf.plugins]\none = acme.registry\ntwo = acme.other:plugin\n"
    site: Path = install_acme(HOOK, {"acme/other.py": HOOK}, entry_points=points, name="acme-plug")
    return site


@pytest.mark.usefixtures("acme")
def test_a_distribution_in_any_spelling() -> None:
    """All of its plugins."""
    for name in ("Acme.Plug", "acme-plug", "ACME_plug", "acme--plug"):
        assert names_of(name) == [("acme-plug", ["acme.registry", "acme.other"])]


@pytest.mark.usefixtures("acme")
def test_a_plugin_by_its_entry_point() -> None:
    """That one alone."""
    assert names_of("two") == [("two", ["acme.other"])]


@pytest.mark.usefixtures("acme")
def test_a_module_and_an_object_in_one() -> None:
    """As ``AIPERF_PLUGIN_MODULES`` names them."""
    (package,) = named(["acme.other:plugin"], Sources())
    (subject,) = package.subjects
    assert (subject.module, subject.attribute) == ("acme.other", "plugin")


@pytest.mark.parametrize("name", ["aiperf", "builtin", "AIPerf"])
def test_the_builtins(name: str) -> None:
    """By the application's name or the one of their origin."""
    assert names_of(name) == [("aiperf", ["aiperf.aiperf_registry"])]


def test_an_installed_distribution_without_plugins(found_in: Any) -> None:
    """It is known, and that it has none is the finding."""
    (finding,) = found_in("pluggy")
    assert finding.rule == "entry-point-group"


def test_an_installed_application_has_builtins_to_check(
    make_distribution: Any, monkeypatch: pytest.MonkeyPatch, found_in: Any
) -> None:
    """One that defines factories need not be a plugin."""
    files = {
        "whirl/factories.py": "from aiperf.common.factories import AIPerfFactory\n"
        "class SpinFactory(AIPerfFactory[str, object]): ...\n",
        "whirl/builtins.py": HOOK.replace("ui", "spin")
        .replace("hookimpl\n@", "hookimpl, LazyEntry\n@")
        .replace("[]", "[LazyEntry('round', 'whirl.round', 'Round')]"),
    }
    monkeypatch.syspath_prepend(make_distribution("whirl", files=files, requires=["aiperf"]))
    (finding,) = found_in("whirl")
    assert finding.rule == "missing-module"
    assert "whirl.round" in finding.message


def test_directories_and_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path with a separator, ``.``, a name that ends in ``.py``, or a directory's bare name."""
    (tmp_path / "local_dir").mkdir()
    (tmp_path / "local_dir/local_reg.py").write_text(HOOK)
    (tmp_path / "local_pkg").mkdir()
    (tmp_path / "local_pkg/__init__.py").write_text(HOOK)
    monkeypatch.chdir(tmp_path)
    assert names_of("local_dir")[0][1] == ["local_reg"]
    assert names_of("./local_dir")[0][1] == ["local_reg"]
    assert names_of("local_dir/local_reg.py")[0][1] == ["local_reg"]
    assert names_of("local_pkg")[0][1] == ["local_pkg"]
    assert names_of(".")[0][1] == ["local_dir.local_reg", "local_pkg"]


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("acme-plg", "acme"),
        ("acme.registri", "acme.registry"),
        ("./nosuch.py", "Name a directory"),
        ("qqqqqq", "Name a directory"),
    ],
)
def test_what_is_nothing_is_an_error_with_the_nearest_name(
    name: str, nearest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A typing error must not look like a plugin without findings."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnknownSubjectError) as raised:
        named([name], Sources())
    assert repr(name) in str(raised.value)
    assert nearest in str(raised.value)


def test_everything_is_what_is_installed_and_what_the_variable_names(
    install_acme: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what is switched off."""
    install_acme(HOOK)
    monkeypatch.setenv("AIPERF_PLUGIN_MODULES", "some.module,other:thing")
    monkeypatch.setenv("AIPERF_PLUGINS_DISABLED", "*")
    monkeypatch.setenv("AIPERF_PLUGIN_AUTOLOAD", "0")
    assert [each.name for each in everything()] == ["acme", "some.module", "other:thing"]


def test_a_variable_that_makes_no_sense_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """As everywhere."""
    monkeypatch.setenv("AIPERF_PLUGIN_MODULES", "a,,b")
    with pytest.raises(PluginSettingError):
        everything()


def test_damaged_metadata_is_a_finding(install_acme: Any, found_in: Any) -> None:
    """Whatever reading it raises."""
    install_acme(HOOK, entry_points="[aiperf.plugins]\nnonsense\n")
    (finding,) = found_in("acme")
    assert finding.rule == "unreadable-metadata"
