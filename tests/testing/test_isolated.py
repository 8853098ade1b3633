"""The isolated registry: what a test may do to it, and that all of it is undone."""

from __future__ import annotations

import os
import sys
from enum import Enum
from types import ModuleType

import pytest

from aiperf import LazyEntry, hookimpl
from aiperf.common.factories import AIPerfFactory, EndpointFactory, PluginDiscovery, UIFactory
from aiperf.plugins.default import default_registry
from aiperf.plugins.errors import (
    DiscoveryError,
    PluginLoadError,
    PluginSettingError,
    PluginValidationError,
    RegistrationError,
    UnknownImplementationError,
)
from aiperf.plugins.registry import Registry
from aiperf.plugins.report import PluginStatus
from aiperf.testing import isolated_plugins


class Mine:
    """An endpoint of the test's own."""

    def __init__(self, **given: object) -> None:
        self.given = given


class Kind(Enum):
    CHAT = "chat"


HOOK = """
from aiperf import LazyEntry, hookimpl

@hookimpl
def aiperf_register_endpoint():
    return [LazyEntry("chat", "{name}", "Chat", identifier="{name}")]
"""
CALL = """
from aiperf.common.factories import EndpointFactory

EndpointFactory.register_lazy("chat", "{name}", "Chat", "{name}", is_plugin=True)
"""


def chat() -> list[str]:
    """Return the identifiers for ``chat``, the selected first."""
    return [each.identifier for each in EndpointFactory.list_implementations("chat")]


@pytest.fixture(autouse=True)
def _everything_is_undone(monkeypatch):
    """Every test here is a test that nothing of it stays."""
    before = dict(os.environ), list(sys.path), dict(sys.modules), default_registry.manager
    listed = EndpointFactory.list_implementations()
    yield
    monkeypatch.setenv("PYTEST_CURRENT_TEST", before[0]["PYTEST_CURRENT_TEST"])
    assert dict(os.environ) == before[0]
    monkeypatch.undo()
    assert sys.path == before[1]
    new = {name for name in sys.modules if name not in before[2]}
    assert not {name for name in new if name.startswith(("acme", "other"))}
    assert all(sys.modules[name] is module for name, module in before[2].items())
    assert default_registry.manager is before[3]
    assert EndpointFactory.list_implementations() == listed


def test_it_begins_with_the_builtins_alone():
    """The registry is the factories' own, so code under test sees what the test sees."""
    with isolated_plugins() as plugins:
        assert plugins.registry is default_registry
        assert chat() == ["openai_chat"]
        assert len(plugins.report()) == len(PluginDiscovery.discover_all()) == 0


def test_a_class_of_the_tests_own():
    """It needs no module that could be imported, and comes before every other."""

    class Local(Mine):
        """Defined here."""

    with isolated_plugins() as plugins:
        added = plugins.add(
            EndpointFactory, Kind.CHAT, Local, description="mine", metadata={"streaming": True}
        )
        assert isinstance(EndpointFactory.create_instance("chat", a=1), Local)
        (first, _) = EndpointFactory.list_implementations("chat")
        assert (first.identifier, first.is_plugin, first.origin.plugin) == ("Local", True, __name__)
        assert (first.description, dict(first.metadata)) == ("mine", {"streaming": True})
        assert added.identifier == "Local"


def test_a_target_by_name():
    """As in a lazy entry; the factory may be named, too."""
    with isolated_plugins() as plugins:
        plugins.add("ui", "mine", "acme.ui:Shown", identifier="shown")
        (entry,) = UIFactory.list_implementations("mine")
        assert (entry.module_path, entry.class_name) == ("acme.ui", "Shown")


def test_two_classes_of_one_name_are_told_apart():
    """The second is an error, not silently the first."""
    with isolated_plugins() as plugins:
        plugins.add("endpoint", "chat", Mine)
        plugins.add("endpoint", "chat", Mine)
        namesake = type("Mine", (), {"__module__": __name__})
        with pytest.raises(RegistrationError, match=r"endpoint.chat: identifier 'Mine' is another"):
            plugins.add("endpoint", "chat", namesake)
        plugins.add("endpoint", "chat", namesake, identifier="Second")
        assert chat() == ["Second", "Mine", "openai_chat"]


def test_an_unknown_factory():
    """The nearest name is in the message."""
    with isolated_plugins() as plugins, pytest.raises(LookupError, match="'endpoint'"):
        plugins.add("endpiont", "chat", Mine)


def test_a_throwaway_hook_implementation():
    """The decorated function is a plugin by itself, with pluggy's options."""
    with isolated_plugins() as plugins:

        @plugins.hookimpl
        def aiperf_register_endpoint() -> list[LazyEntry]:
            return [LazyEntry("chat", "acme", "Plain")]

        @plugins.hookimpl(tryfirst=True)
        def aiperf_register_endpoint() -> list[LazyEntry]:  # noqa: F811 - two plugins, one hook
            return [LazyEntry("chat", "acme", "First")]

        assert chat() == ["First", "Plain", "openai_chat"]
        (first, *_) = EndpointFactory.list_implementations("chat")
        assert (first.origin.module, first.origin.path) == (__name__, __file__)


def test_an_object_and_a_module():
    """Whatever pluggy takes for a plugin; it can be taken out again."""

    class Plugin:
        """Has a hook."""

        @hookimpl
        def aiperf_register_endpoint(self) -> list[LazyEntry]:
            return [LazyEntry("chat", "acme", "Object")]

    module = ModuleType("acme_module")
    module.aiperf_register_endpoint = hookimpl(lambda: [LazyEntry("chat", "acme", "Module")])
    with isolated_plugins() as plugins:
        name = plugins.register(Plugin())
        assert plugins.register(module) == "acme_module"
        assert sorted(chat()) == ["Module", "Object", "openai_chat"]
        plugins.unregister(name)
        plugins.unregister("acme_module")
        assert chat() == ["openai_chat"]


@pytest.mark.parametrize(
    ("hook", "error"),
    [
        (lambda: 1 / 0, PluginLoadError),
        (lambda: [None], PluginValidationError),
        (lambda: sys.exit(3), PluginLoadError),
    ],
)
def test_what_is_wrong_fails_at_once_and_is_not_added(hook, error):
    """The call that adds it raises, and the test can go on without it."""
    module = ModuleType("acme_broken")
    module.aiperf_register_endpoint = hookimpl(hook)
    with isolated_plugins() as plugins:
        with pytest.raises(error, match="acme_broken"):
            plugins.register(module)
        assert chat() == ["openai_chat"]


def test_a_misspelled_hook_fails_at_once():
    """As with any plugin."""
    with isolated_plugins() as plugins, pytest.raises(PluginValidationError, match="_endpoint"):

        @plugins.hookimpl
        def aiperf_register_endpiont() -> list[LazyEntry]:
            return []


def test_a_blocked_name():
    """Pluggy would ignore it in silence."""
    with isolated_plugins() as plugins:
        plugins.registry.manager.set_blocked("acme")
        with pytest.raises(ValueError, match="'acme' is blocked"):
            plugins.register(Mine(), "acme")


@pytest.mark.parametrize("source", [HOOK, CALL], ids=["hook", "call"])
@pytest.mark.parametrize("attempt", [1, 2])
def test_a_module_is_loaded_as_the_variable_does_it(tmp_path, source, attempt):
    """From a directory, each time anew, whether it has hooks or makes calls."""
    (tmp_path / "acme_loaded.py").write_text(source.format(name="acme_loaded"))
    with isolated_plugins() as plugins:
        record = plugins.load_module("acme_loaded", path=tmp_path)
        assert (record.status, record.origin) == (PluginStatus.ACTIVE, "module")
        assert chat() == ["acme_loaded", "openai_chat"], attempt
        assert os.environ["AIPERF_PLUGIN_MODULES"] == "acme_loaded"
        assert plugins.refresh().get("acme_loaded").entries == record.entries
        assert chat() == ["acme_loaded", "openai_chat"]


@pytest.mark.parametrize("source", [HOOK, CALL], ids=["hook", "call"])
def test_a_module_that_the_test_has_imported(tmp_path, monkeypatch, source):
    """It is not run again, and what it registered then counts now."""
    (tmp_path / "acme_known.py").write_text(source.format(name="acme_known"))
    monkeypatch.syspath_prepend(tmp_path)
    with isolated_plugins():
        import acme_known  # noqa: PLC0415 - as a test module does at its top

        for _ in range(2):
            with isolated_plugins() as plugins:
                assert chat() == ["openai_chat"]
                plugins.load_module("acme_known")
                assert chat() == ["acme_known", "openai_chat"]
                assert sys.modules["acme_known"] is acme_known
    sys.modules.pop("acme_known", None)  # one that has hooks alone needs not run again


def test_a_package_of_two_directories(tmp_path):
    """The later directory wins, and what the earlier one had under the name is put aside."""
    for number in ("one", "two"):
        package = tmp_path / number / "acme_twice"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("")
        (package / "registry.py").write_text(HOOK.format(name=number))
    with isolated_plugins() as outer:
        outer.load_module("acme_twice.registry", path=tmp_path / "one")
        first = sys.modules["acme_twice.registry"]
        with isolated_plugins() as inner:
            inner.load_module("acme_twice.registry", path=tmp_path / "two")
            assert chat() == ["two", "openai_chat"]
            assert sys.modules["acme_twice"].registry is not first
        assert sys.modules["acme_twice.registry"] is first
        assert sys.modules["acme_twice"].registry is first
        assert chat() == ["one", "openai_chat"]


def test_a_library_that_a_plugin_imports_stays(tmp_path):
    """What is not the plugin's own is imported once in a process, as numpy has to be."""
    sys.modules.pop("this_is_no_module", None)
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "library_of_acme.py").write_text("")
    (tmp_path / "acme_user.py").write_text("import library_of_acme\n" + HOOK.format(name="x"))
    sys.path.append(str(tmp_path / "lib"))
    try:
        with isolated_plugins() as plugins:
            plugins.load_module("acme_user", path=tmp_path / ".")
            library = sys.modules["library_of_acme"]
    finally:
        sys.path.remove(str(tmp_path / "lib"))
    assert "acme_user" not in sys.modules
    if library.__file__.startswith(str(tmp_path)):
        sys.modules.pop("library_of_acme", None)


def test_a_module_that_does_not_load(tmp_path):
    """It is raised, with the reason, and those that were loaded stay loaded."""
    (tmp_path / "acme_good.py").write_text(HOOK.format(name="good"))
    (tmp_path / "acme_bad.py").write_text("1 / 0")
    with isolated_plugins() as plugins:
        plugins.load_module("acme_good", path=tmp_path)
        for _ in range(2):
            with pytest.raises(DiscoveryError, match=r"acme_bad.*ZeroDivisionError"):
                plugins.load_module("acme_bad")
        assert chat() == ["good", "openai_chat"]
        (tmp_path / "acme_third.py").write_text(HOOK.format(name="third"))
        plugins.load_module("acme_third")
        assert chat() == ["third", "good", "openai_chat"]
        assert [each.name for each in plugins.report()] == ["acme_good", "acme_third"]


def test_a_first_module_that_does_not_load(tmp_path):
    """The variable is unset again."""
    with isolated_plugins() as plugins:
        with pytest.raises(DiscoveryError, match="acme_missing"):
            plugins.load_module("acme_missing", path=tmp_path)
        assert "AIPERF_PLUGIN_MODULES" not in os.environ


def test_no_directory(tmp_path):
    """A path that cannot hold the module is an error by itself."""
    with isolated_plugins() as plugins, pytest.raises(NotADirectoryError, match="no_such"):
        plugins.load_module("acme", path=tmp_path / "no_such")


@pytest.fixture
def installed(install_plugin, monkeypatch):
    """Two good plugins and a broken one, each really installed."""
    for name in ("acme-one", "acme-two"):
        site = install_plugin(name, HOOK.format(name=name.replace("-", "_")))
    install_plugin("acme-broken", "1 / 0")
    monkeypatch.syspath_prepend(site)
    return site


@pytest.mark.usefixtures("installed")
def test_installed_plugins_by_name():
    """By plugin, distribution or module, one after another; the rest is not imported."""
    with isolated_plugins() as plugins:
        assert len(PluginDiscovery.discover_all()) == 0
        report = plugins.load_installed("acme_one")
        assert [each.name for each in report] == ["acme-one"]
        assert chat() == ["acme_one", "openai_chat"]
        plugins.load_installed("Acme.Two")
        assert chat() == ["acme_one", "acme_two", "openai_chat"]
        assert "acme_broken" not in sys.modules
        with pytest.raises(PluginSettingError, match=r"'acme-tow'.*'acme-two'"):
            plugins.load_installed("acme-tow")


@pytest.mark.usefixtures("installed")
def test_an_installed_plugin_that_fails():
    """It is an error unless the test wants what a user gets, and then a record and a warning."""
    with isolated_plugins() as plugins:
        plugins.load_installed("acme-one")
        with pytest.raises(DiscoveryError, match="acme-broken"):
            plugins.load_installed()
        assert chat() == ["acme_one", "openai_chat"], "as before"
    with isolated_plugins(strict=False) as plugins:
        report = plugins.load_installed()
        assert [each.name for each in report.failed] == ["acme-broken"]
        assert {"acme-one", "acme-two"} <= {each.name for each in report.active}
        plugins.load_installed("acme-one")
        assert "acme_two" in chat(), "all stays all"


@pytest.mark.usefixtures("installed")
def test_the_variable_asks_for_installed_plugins_too():
    """A test of the variable itself needs nothing else."""
    with isolated_plugins() as plugins:
        plugins.setenv("AIPERF_PLUGIN_AUTOLOAD", "1")
        plugins.setenv("AIPERF_PLUGINS_DISABLED", "acme-broken")
        plugins.refresh()
        assert {"acme_one", "acme_two"} <= set(chat())


def test_overrides_and_variables():
    """They count at once, and are undone with the rest; other variables, too."""
    os.environ["ACME_BEFORE"] = "before"
    with isolated_plugins() as plugins:
        plugins.add("endpoint", Kind.CHAT, Mine)
        plugins.use(EndpointFactory, Kind.CHAT, "openai_chat")
        assert chat()[0] == "openai_chat"
        with pytest.raises(UnknownImplementationError):
            plugins.use("endpoint", "chat", "nothing")
        EndpointFactory.clear_implementation("chat")
        assert chat()[0] == "Mine"
        plugins.setenv("AIPERF_IMPLEMENTATIONS", "endpoint.chat=openai_chat")
        assert chat()[0] == "openai_chat"
        plugins.delenv("AIPERF_IMPLEMENTATIONS")
        assert chat()[0] == "Mine"
        plugins.setenv("ACME_BEFORE", "inside")
        plugins.setenv("ACME_BEFORE", "inside again")
        plugins.setenv("ACME_NEW", "inside")
        plugins.delenv("ACME_NEVER")
    assert os.environ.pop("ACME_BEFORE") == "before"
    assert "ACME_NEW" not in os.environ


def test_a_module_imported_inside_registers_again_after_it(tmp_path, monkeypatch):
    """An application's module that registers or defines a factory is forgotten with the block."""
    (tmp_path / "acme_app.py").write_text(
        "from aiperf.common.factories import AIPerfFactory, EndpointFactory\n"
        "class AcmeFactory(AIPerfFactory[str, object]): pass\n"
        "@EndpointFactory.register('acme')\n"
        "class Registered: pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    for _ in range(2):
        with isolated_plugins():
            import acme_app  # noqa: PLC0415 - inside, as a careless test does

            assert "acme" in default_registry.slots
            assert acme_app.AcmeFactory.list_implementations() == []
            assert EndpointFactory.get_class_from_type("acme") is acme_app.Registered
    assert "acme" not in default_registry.slots


def test_a_registry_of_an_applications_own(make_distribution, monkeypatch):
    """Its group is the one that is looked at."""
    registry = Registry()

    class WidgetFactory(AIPerfFactory[str, object], registry=registry):
        """Widgets."""

    source = HOOK.replace("endpoint", "widget").format(name="acme_widget")
    site = make_distribution(
        "acme-widget",
        files={"acme_widget.py": source},
        entry_points={"widgets.plugins": {"acme-widget": "acme_widget"}},
    )
    monkeypatch.syspath_prepend(site)
    with isolated_plugins(registry=registry, group="widgets.plugins") as plugins:
        plugins.load_installed("acme-widget")
        assert [each.identifier for each in WidgetFactory.list_implementations()] == ["acme_widget"]
    assert WidgetFactory.list_implementations() == []
