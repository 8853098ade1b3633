"""A fresh state for the length of a block, and then all of the old one (pluggy#52)."""

from __future__ import annotations

import os
import sys
import threading
from types import ModuleType
from typing import Any

import pytest

from aiperf.common.factory import AIPerfFactory
from aiperf.common.singleton import AIPerfSingletonFactory
from aiperf.plugins import hookimpl
from aiperf.plugins.discovery import Discovery
from aiperf.plugins.errors import InvalidStateError, PluginValidationError, UnknownClassTypeError
from aiperf.plugins.isolation import registering_modules
from aiperf.plugins.report import PluginStatus


class Own:
    """What the application itself registers."""


class Other:
    """Another."""


def listed(factory):
    """Return the identifiers of ``chat``, the selected first."""
    return [each.identifier for each in factory.list_implementations("chat")]


@pytest.fixture
def app(registry, endpoints, make):
    """An application: builtins, its own registrations by call and decorator, and a plugin."""
    registry.register_builtins(make.plugin([make.entry("builtin")], "app"), "app")
    endpoints.register_lazy("chat", __name__, "Own", "own")
    endpoints.register("chat")(Other)
    endpoints.register_lazy("chat", "acme", "Acme", "call", is_plugin=True)
    registry.manager.register(make.plugin([make.entry("runtime")], "runtime"))
    assert listed(endpoints) == ["runtime", "call", "builtin", "own", "Other"]
    return endpoints


def test_only_the_applications_own_is_there(app, registry):
    """Builtins, calls and decorators of the application stay; plugins of any kind do not."""
    with registry.isolated() as inside:
        assert inside is registry
        assert listed(app) == ["builtin", "own", "Other"]
        assert not registry.manager.has_plugin("runtime")
    assert listed(app) == ["runtime", "call", "builtin", "own", "Other"]


def test_the_modules_that_registered_something_are_known(app, registry, make):
    """Of builtins, factories, calls, decorators, and of plugins' modules that stay imported."""
    for plugin in ("json", "not_imported"):
        with registry.manager.here.loading_as(make.installed(plugin)):
            registry.add(registry.slots["endpoint"], make.entry("x"), caller=f"{plugin}.deep")
    own = {"app", app.__module__, __name__}
    assert registering_modules(registry) == {*own, "json.deep"}
    with registry.isolated():
        assert registering_modules(registry) == {*own, "json.deep"}


def test_temporary_registration_for_tests_pluggy_52(app, registry, make):
    """What a block registers, selects, blocks and defines is gone after it, in every layer."""
    registry.manager.set_blocked("blocked")
    app.use_implementation_by_id("chat", "own")
    loaded = app.get_class_from_type("chat")
    kept = {name: getattr(app._slot, name) for name in ("classes", "ranked", "runtime")}
    contents = {name: dict(value) for name, value in kept.items()}
    manager, selection, slots = registry.manager, registry.selection, dict(registry.slots)

    with registry.isolated():
        assert not registry.manager.is_blocked("blocked")
        assert [each.identifier for each in app.list_implementations("chat") if each.is_selected]
        assert listed(app)[0] == "builtin", "the override is gone"
        registry.manager.register(make.plugin([make.entry("inside")], "inside"))
        app.register_lazy("chat", __name__, "Own", "inside_call")
        app.register_lazy("image", __name__, "Own", "new_type")
        app.use_implementation_by_id("chat", "inside_call")
        registry.manager.set_blocked("inside_blocked")
        assert app.get_class_from_type("chat") is Own
        assert "image" in app.get_all_class_types()

    assert (registry.manager, registry.selection, registry.slots) == (manager, selection, slots)
    assert {name: getattr(app._slot, name) for name in kept} == contents
    assert all(getattr(app._slot, name) is value for name, value in kept.items())
    assert registry.manager.is_blocked("blocked")
    assert not registry.manager.is_blocked("inside_blocked")
    assert app.get_class_from_type("chat") is loaded is Own
    assert listed(app)[0] == "own"
    assert app.get_all_class_types() == ["chat"]


def test_an_exception_restores_it_too(app, registry):
    """It goes through the block, and everything is as it was."""
    before = listed(app)
    with pytest.raises(AttributeError, match="fails"), registry.isolated():
        app.register_lazy("chat", __name__, "Own", "inside").fails()
    assert listed(app) == before


def test_blocks_may_be_nested(app, registry):
    """The inner one begins with what the application has in the outer one."""
    with registry.isolated():
        app.register_lazy("chat", __name__, "Own", "outer")
        app.register_lazy("chat", "acme", "Acme", "outer_plugin", is_plugin=True)
        with registry.isolated():
            assert listed(app) == ["builtin", "own", "Other", "outer"]
            app.register_lazy("chat", __name__, "Own", "inner")
        assert listed(app) == ["outer_plugin", "builtin", "own", "Other", "outer"]
    assert "outer" not in listed(app)


def test_a_later_registration_comes_after_those_that_stay(app, registry):
    """Numbers go on, so that of two decorators the earlier still wins."""
    with registry.isolated():
        app.register("chat")(Own)
        assert listed(app) == ["builtin", "own", "Other", "Own"]


def test_a_factory_of_a_block_ends_with_it(registry):
    """Its name is free again, and using it says what became of it."""
    with registry.isolated():

        class WidgetFactory(AIPerfFactory[str, Any], registry=registry):
            """Widgets."""

        WidgetFactory.register_lazy("round", __name__, "Own")
        assert WidgetFactory.create_instance("round").__class__ is Own
    assert "widget" not in registry.slots
    assert list(registry.every_slot) == []
    with pytest.raises(
        InvalidStateError, match=r"'aiperf_register_widget'.*Registry\.isolated\(\)"
    ):
        WidgetFactory.list_implementations("square")


def test_builtins_of_a_block_end_with_it(registry, endpoints, make):
    """An application that is first imported in a block is builtin there and nowhere else."""
    with registry.isolated():
        registry.register_builtins(make.plugin([make.entry("late")], "late"), "late")
        with registry.isolated():
            assert listed(endpoints) == ["late"]
    assert listed(endpoints) == []
    with registry.isolated():
        assert listed(endpoints) == []


def test_builtins_that_were_taken_out_are_back_inside(app, registry):
    """The block has every builtin, whatever the application did to it."""
    registry.manager.unregister(name="app")
    with registry.isolated():
        assert listed(app)[0] == "builtin"
    assert "builtin" not in listed(app)


def test_singletons_are_made_anew(registry):
    """A block has its own instances; those from before are back after it."""

    class ClockFactory(AIPerfSingletonFactory[str, Any], registry=registry):
        """Clocks."""

    ClockFactory.register_lazy("clock", __name__, "Own")
    before = ClockFactory.create_instance("clock")
    with registry.isolated():
        assert not ClockFactory.has_instance("clock")
        assert ClockFactory.create_instance("clock") is not before
    assert ClockFactory.get_instance("clock") is before
    assert ClockFactory.get_all_instances() == {"clock": before}


def test_a_factory_that_took_anothers_name_is_swapped_too(registry):
    """Both classes of one name keep their state, the forgotten one as well."""
    first, second = (
        type(AIPerfFactory)("PartFactory", (AIPerfFactory,), {}, registry=registry)
        for _ in range(2)
    )
    first.register_lazy("chat", __name__, "Own", "first", is_plugin=True)
    with registry.isolated():
        assert listed(first) == listed(second) == []
    assert listed(first) == ["first"]


def test_the_variables_are_gone_and_come_back(registry, monkeypatch):
    """Every one of the registry's, but for the one that leaves installed plugins alone."""
    monkeypatch.setenv("AIPERF_PLUGIN_MODULES", "acme")
    monkeypatch.setenv("AIPERF_IMPLEMENTATIONS", "endpoint.chat=own")
    monkeypatch.setenv("AIPERF_SOMETHING", "else")
    with registry.isolated():
        inside = {name: value for name, value in os.environ.items() if name.startswith("AIPERF_")}
        assert inside == {"AIPERF_SOMETHING": "else", "AIPERF_PLUGIN_AUTOLOAD": "0"}
        os.environ["AIPERF_PLUGINS_STRICT"] = "1"
        os.environ["AIPERF_PLUGIN_MODULES"] = "other"
    assert "AIPERF_PLUGINS_STRICT" not in os.environ
    assert "AIPERF_PLUGIN_AUTOLOAD" not in os.environ
    assert os.environ["AIPERF_PLUGIN_MODULES"] == "acme"
    assert os.environ["AIPERF_IMPLEMENTATIONS"] == "endpoint.chat=own"


def test_overrides_of_the_environment_are_gone_and_come_back(app, registry, monkeypatch):
    """``AIPERF_IMPLEMENTATIONS`` as it was read before does not count in the block."""
    monkeypatch.setenv("AIPERF_IMPLEMENTATIONS", "endpoint.chat=own")
    registry.reread_environment()
    assert listed(app)[0] == "own"
    with registry.isolated():
        assert listed(app)[0] == "builtin"
    assert listed(app)[0] == "own"


def test_discovery_begins_anew_and_its_report_comes_back(
    registry, endpoints, monkeypatch, tmp_path
):
    """The block has a report of its own; the one from before is the same object after it."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "isolated_acme.py").write_text(
        "from aiperf import LazyEntry, hookimpl\n"
        "@hookimpl\n"
        "def aiperf_register_endpoint():\n"
        "    return [LazyEntry('chat', 'acme', 'Acme', 'acme')]\n"
    )
    monkeypatch.setenv("AIPERF_PLUGIN_AUTOLOAD", "0")
    monkeypatch.setenv("AIPERF_PLUGIN_MODULES", "isolated_acme")
    discovery = Discovery(registry)
    before = discovery.discover_all()
    assert listed(endpoints) == ["acme"]
    with registry.isolated():
        assert len(discovery.discover_all()) == 0
        assert discovery.discover_all() is not before
        assert listed(endpoints) == []
        os.environ["AIPERF_PLUGIN_MODULES"] = "isolated_acme"
        (record,) = discovery.discover_all()
        assert record.status is PluginStatus.ACTIVE
        assert listed(endpoints) == ["acme"]
    assert discovery.discover_all() is before


def test_what_an_imported_module_registered_counts_once_its_plugin_is_loaded(
    registry, endpoints, make, monkeypatch
):
    """Python imports a module once, so what its calls registered is kept for its plugin alone."""
    module = ModuleType("isolated_calls")
    monkeypatch.setitem(sys.modules, "isolated_calls", module)
    entry = make.entry("by_call")
    registry.add(endpoints._slot, entry, caller="isolated_calls", is_plugin=True)
    for _ in range(2):  # the second time from what the first block found
        with registry.isolated():
            assert listed(endpoints) == []
            with registry.isolated():
                os.environ["AIPERF_PLUGIN_MODULES"] = "isolated_calls"
                Discovery(registry).discover_all()
                assert listed(endpoints) == ["by_call"]
                with registry.isolated():
                    assert listed(endpoints) == []
                    os.environ["AIPERF_PLUGIN_MODULES"] = "isolated_calls"
                    Discovery(registry).discover_all()
                    assert listed(endpoints) == ["by_call"]
    assert listed(endpoints) == ["by_call"]


@pytest.mark.usefixtures("app")
def test_hooks_of_the_applications_own_stay(registry):
    """A misspelled hook is still told from a right one."""

    class Wrong:
        """A plugin."""

    def aiperf_register_endpiont():
        return []

    Wrong.aiperf_register_endpiont = staticmethod(hookimpl(aiperf_register_endpiont))
    with (
        registry.isolated(),
        pytest.raises(PluginValidationError, match="aiperf_register_endpoint"),
    ):
        registry.manager.register(Wrong())


def test_warnings_are_given_again(registry, warned):
    """A message that was logged before counts as new in a block, and as old after it."""
    registry.manager.notices.warn("once")
    with registry.isolated():
        registry.manager.notices.warn("once")
        registry.manager.notices.warn("once")
    registry.manager.notices.warn("once")
    assert warned() == ["once", "once"]


def test_another_thread_cannot_begin_a_block_meanwhile(registry):
    """Two blocks that overlap could not both be undone; the second is refused, and says why."""
    raised: list[BaseException] = []

    def enter() -> None:
        try:
            with registry.isolated():
                pass
        except InvalidStateError as error:
            raised.append(error)

    with registry.isolated():
        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
    (error,) = raised
    assert str(error) == (
        "Registry.isolated(): another thread is inside such a block, which counts for the whole "
        "process. Let it end first."
    )
    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert len(raised) == 1


def test_other_threads_see_the_block(app, registry):
    """It counts for the process, so code under test may use threads."""
    seen: list[list[str]] = []
    with registry.isolated():
        app.register_lazy("chat", "acme", "Acme", "inside", is_plugin=True)
        thread = threading.Thread(target=lambda: seen.append(listed(app)))
        thread.start()
        thread.join()
    assert seen[0][0] == "inside"


def test_an_unknown_class_type_is_unknown_inside(registry, endpoints):
    """What only plugins brought cannot be created in a block."""
    endpoints.register_lazy("image", __name__, "Own", is_plugin=True)
    with registry.isolated(), pytest.raises(UnknownClassTypeError):
        endpoints.create_instance("image")
    assert isinstance(endpoints.create_instance("image"), Own)
