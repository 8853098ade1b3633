"""The plugin manager does what pluggy documents, but validates first and keeps its own records."""

from __future__ import annotations

import inspect
import sys
from types import ModuleType, SimpleNamespace

import pluggy
import pytest

from aiperf import hookimpl
from aiperf.plugins.errors import PluginLoadError, PluginValidationError, RegistrationError
from aiperf.plugins.loading import load_plugin
from aiperf.plugins.manager import AIPerfPluginManager
from aiperf.plugins.origins import Origin, OriginKind
from aiperf.plugins.report import PluginStatus

HOOK = "aiperf_register_endpoint"


def no_entries():
    """Return a new hook implementation that returns nothing."""

    @hookimpl
    def implementation():
        return []

    return implementation


@pytest.fixture
def manager(registry, endpoints):
    """The manager behind a factory called ``endpoint``."""
    assert endpoints
    return registry.manager


@pytest.fixture
def identifiers(endpoints):
    """A function that lists identifiers, best first."""
    return lambda: [each.identifier for each in endpoints.list_implementations("chat")]


@pytest.fixture
def three(manager, make):
    """Plugins a, b and c with an entry of the same name each."""
    plugins = {name: make.plugin([make.entry(name)], name) for name in "abc"}
    for plugin in plugins.values():
        manager.register(plugin)
    return plugins


def test_it_is_a_pluggy_manager_with_pluggys_signatures():
    """Whoever knows pluggy's methods knows these."""
    assert issubclass(AIPerfPluginManager, pluggy.PluginManager)
    for name in (
        "register",
        "unregister",
        "unblock",
        "load_setuptools_entrypoints",
        "list_plugin_distinfo",
    ):
        ours, theirs = (
            [
                (p.name, p.kind, p.default)
                for p in inspect.signature(getattr(c, name)).parameters.values()
            ]
            for c in (AIPerfPluginManager, pluggy.PluginManager)
        )
        assert ours == theirs


class TestRegister:
    """Registering is all or nothing."""

    def test_it_returns_the_name(self, manager, make):
        """The given one, or the plugin's own."""
        assert manager.register(make.plugin([], "acme")) == "acme"
        assert manager.register(make.plugin([], "acme"), "other") == "other"
        assert manager.register(ModuleType("bare")) == "bare"

    def test_a_name_or_an_object_is_registered_once(self, manager, make):
        """As in pluggy."""
        plugin = make.plugin([], "acme")
        manager.register(plugin)
        with pytest.raises(ValueError, match="already registered"):
            manager.register(plugin, "again")
        with pytest.raises(ValueError, match="already registered"):
            manager.register(make.plugin([], "acme"))

    def test_what_is_wrong_changes_nothing(self, manager, make):
        """Of two hooks, of which one is wrong, neither is registered."""
        plugin = make.plugin([make.entry("x")])
        plugin.aiperf_register_endpoint2 = no_entries()
        before = manager.generation
        with pytest.raises(PluginValidationError, match="aiperf_register_endpoint2"):
            manager.register(plugin)
        assert manager.generation == before
        assert not manager.has_plugin("acme")
        assert not manager.is_registered(plugin)
        assert manager.hook.aiperf_register_endpoint.get_hookimpls() == []
        assert manager.origins == {}

    def test_an_origin_is_the_calls_place(self, manager, make):
        """A plugin that the application registers is ``runtime``, from its own module."""
        made = make.plugin([make.entry("x")], "made")
        manager.register(made)
        manager.register(sys.modules[__name__], "file")
        manager.register(TestRegister(), "instance")
        assert manager.book.of("made").kind is OriginKind.RUNTIME
        for name in ("file", "instance"):
            origin = manager.book.of(name)
            assert (origin.module, origin.path) == (__name__, __file__)
        unknown = manager.book.of("unknown")
        assert (unknown.kind, unknown.plugin) == (OriginKind.RUNTIME, "unknown")

    def test_a_plugin_that_is_blocked_while_it_is_looked_at_is_not_registered(self, manager):
        """By another thread, say, or as here by itself."""

        class Shy:
            def __dir__(self):
                manager.set_blocked("shy")
                return ["__doc__"]

        assert manager.register(Shy(), "shy") is None
        assert manager.origins == {}

    def test_without_a_registry_it_is_still_a_manager(self):
        """The registry only listens."""
        manager = AIPerfPluginManager()
        assert manager.register(ModuleType("acme")) == "acme"
        assert manager.has_plugin("acme")

    def test_the_later_of_two_at_runtime_wins(self, three, identifiers):
        """As pluggy calls the later one first."""
        assert list(three) == ["a", "b", "c"]
        assert identifiers() == ["c", "b", "a"]

    def test_hooks_may_be_registered_before_their_factory(self, registry, make):
        """They are checked when there is something to compare them with."""
        manager = registry.manager
        good = make.plugin([make.entry("x")], "good")
        bad = ModuleType("bad")
        bad.aiperf_register_endpiont = no_entries()
        manager.register(good)
        manager.register(bad)
        manager.register(gone := make.plugin([], "gone"))
        manager.unregister(gone)
        manager.add_factory_hook("endpoint", "Endpoints.")
        with pytest.raises(PluginValidationError, match="Did you mean 'aiperf_register_endpoint'"):
            manager.check_again()
        manager.check_again()
        assert [each.entry.identifier for each in manager.collect(HOOK)] == ["x"]

    def test_an_installed_plugin_found_wrong_later_is_disabled(self, registry, make, warned):
        """A factory that is defined after discovery does not take the application down."""
        bad = ModuleType("bad")
        bad.aiperf_register_endpiont = no_entries()
        make.load(registry, make.installed("bad"), bad)
        registry.manager.add_factory_hook("endpoint", "Endpoints.")
        registry.manager.check_again()
        assert not registry.manager.has_plugin("bad")
        assert registry.manager.records["bad"].status is PluginStatus.FAILED
        assert len(warned()) == 1


class TestUnregister:
    """What stood before stands again."""

    def test_by_object_and_by_name(self, manager, three, identifiers):
        """It returns the plugin; an unknown name is ``None``, as in pluggy."""
        assert manager.unregister(three["c"]) is three["c"]
        assert identifiers() == ["b", "a"]
        assert manager.unregister(name="b") is three["b"]
        assert identifiers() == ["a"]
        assert manager.unregister(name="unknown") is None
        assert manager.unregister(stranger := object(), "unknown") in (None, stranger)
        assert identifiers() == ["a"]

    def test_it_restores_exactly_what_stood_before(self, manager, endpoints, make, three):
        """Listing and explanation are the same as if the plugin had never been there."""
        before = endpoints.list_implementations(), endpoints.explain("chat")
        manager.register(make.plugin([make.entry("c"), make.entry("new", "rank")], "d"))
        assert endpoints.list_implementations() != before[0]
        manager.unregister(name="d")
        assert (endpoints.list_implementations(), endpoints.explain("chat")) == before
        assert set(three) == {name for name, _ in manager.list_name_plugin()}

    def test_its_distribution_is_forgotten(self, manager, make, registry):
        """``list_plugin_distinfo`` is about the plugins that are there."""
        plugin = make.plugin([])
        make.load(registry, make.installed("acme"), plugin)
        distribution = SimpleNamespace(metadata={"Name": "acme-plugin"}, version="1.0")
        manager.note_distribution(plugin, SimpleNamespace(metadata=distribution))
        ((listed, facade),) = manager.list_plugin_distinfo()
        assert listed is plugin
        assert (facade.project_name, facade.version) == ("acme-plugin", "1.0")
        assert manager.list_plugin_distributions() == [(plugin, distribution)]
        manager.unregister(plugin)
        assert manager.list_plugin_distinfo() == manager.list_plugin_distributions() == []


class TestBlocking:
    """A blocked name is not registered, until it is unblocked."""

    def test_blocking_takes_out_what_is_registered(self, manager, three, identifiers):
        """As pluggy's ``set_blocked``."""
        manager.set_blocked("c")
        assert identifiers() == ["b", "a"]
        assert manager.is_blocked("c")
        assert manager.register(three["c"]) is None
        assert identifiers() == ["b", "a"]

    def test_unblocking_allows_it_again(self, manager, three, identifiers):
        """It says whether the name was blocked."""
        manager.set_blocked("c")
        assert manager.unblock("c") is True
        assert manager.unblock("c") is False
        assert manager.register(three["c"]) == "c"
        assert identifiers() == ["c", "b", "a"]

    def test_not_even_a_wrong_plugin_is_looked_at(self, manager):
        """Nothing of a blocked plugin matters."""
        bad = ModuleType("bad")
        bad.aiperf_register_endpiont = no_entries()
        manager.set_blocked("bad")
        assert manager.register(bad) is None


class TestTracing:
    """Monitoring sees the call of a registration hook, and changes nothing."""

    def test_tracing_writes_each_call(self, manager, three, identifiers):
        """``enable_tracing`` shows the hook and its result, until it is undone."""
        assert identifiers() == list(reversed(three))
        written = []
        manager.trace.root.setwriter(written.append)
        undo = manager.enable_tracing()
        assert len(manager.collect(HOOK)) == 3
        undo()
        manager.collect(HOOK)
        text = "".join(written)
        assert text.count(f"{HOOK} [hook]") == 1
        assert f"finish {HOOK} -->" in text

    def test_monitoring_is_called_before_and_after(self, manager, three, identifiers):
        """With the implementations, in pluggy's order, each under its plugin's name."""
        assert identifiers() == list(reversed(three))
        calls = []
        undo = manager.add_hookcall_monitoring(
            before=lambda name, methods, _: calls.append((name, [m.plugin_name for m in methods])),
            after=lambda outcome, name, *_: calls.append((name, len(outcome.get_result()))),
        )
        manager.collect(HOOK)
        undo()
        manager.collect(HOOK)
        assert calls == [(HOOK, ["a", "b", "c"]), (HOOK, 3)]

    def test_a_subset_leaves_plugins_out(self, manager, three):
        """``subset_hook_caller`` calls the others, guarded all the same."""
        call = manager.subset_hook_caller(HOOK, [three["b"]])
        assert [[each.identifier for each in part] for part in call()] == [["c"], ["a"]]


class TestHooks:
    """Each factory has one hook."""

    def test_a_hook_is_specified_once(self, manager):
        """The first documentation stays."""
        assert manager.add_factory_hook("endpoint", "Other.") == HOOK
        assert manager.known_hooks() == [HOOK]

    def test_the_documentation_is_on_the_specification(self, manager):
        """The specification that pluggy has is the documented function."""
        manager.add_factory_hook("widget", "Makes widgets.")
        function = manager.hook.aiperf_register_widget.spec.function
        assert function.__doc__ == "Makes widgets."
        assert function.__name__ == "aiperf_register_widget"
        with pytest.raises(NotImplementedError):
            function()

    def test_hooks_that_plugins_registered_first_are_specified_later(self, registry, make):
        """An optional hook is called once its factory is there."""
        plugin = ModuleType("acme")
        plugin.aiperf_register_widget = hookimpl(lambda: [make.entry("x")], optionalhook=True)
        registry.manager.add_factory_hook("endpoint", "")
        registry.manager.register(plugin)
        assert registry.manager.known_hooks() == [HOOK]
        registry.manager.add_factory_hook("widget", "")
        (found,) = registry.manager.collect("aiperf_register_widget")
        assert found.entry.identifier == "x"

    def test_specname_names_the_hook(self, manager, endpoints, make):
        """The function may be called anything."""
        plugin = ModuleType("acme")
        plugin.my_endpoints = hookimpl(lambda: [make.entry("x")], specname=HOOK)
        manager.register(plugin)
        assert endpoints.explain("chat").winner.identifier == "x"

    def test_a_hook_of_the_applications_own_is_pluggys_alone(self, manager):
        """It takes arguments and may raise what it likes."""
        specification = ModuleType("specification")
        specification.started = pluggy.HookspecMarker("aiperf")(lambda config: config)
        manager.add_hookspecs(specification)
        plugin = ModuleType("acme")
        plugin.started = hookimpl(lambda config: 1 / config)
        manager.register(plugin)
        assert manager.hook.started(config=2) == [0.5]
        with pytest.raises(ZeroDivisionError):
            manager.hook.started(config=0)

    def test_a_hook_may_not_look_itself_up(self, manager, endpoints, make):
        """The error says what to do instead of going round for ever."""

        def hook():
            return endpoints.list_implementations()

        manager.register(make.plugin(hook, "mine"))
        with pytest.raises(PluginLoadError, match=r"asked for while it was running.*Return the"):
            endpoints.list_implementations()
        manager.unregister(name="mine")
        assert endpoints.list_implementations() == []


class TestFailure:
    """Who is merely installed is disabled; who was named, raises."""

    def test_only_a_registered_plugin_can_fail(self, manager, make, warned):
        """One that is gone already is not reported again."""
        manager.disable_or_raise(PluginLoadError("late", origin=make.installed("gone")))
        assert manager.records == {}
        assert warned() == []

    @pytest.mark.parametrize("kind", [None, OriginKind.RUNTIME, OriginKind.MODULE])
    def test_what_was_named_raises(self, manager, kind):
        """So does what nobody can be held responsible for."""
        origin = kind and Origin(kind, "acme")
        with pytest.raises(PluginLoadError, match="broken"):
            manager.disable_or_raise(PluginLoadError("broken", origin=origin))

    def test_where_strict_an_installed_plugin_raises_too(self, manager, make, registry):
        """It stays registered, so that it raises each time."""
        make.load(registry, make.installed("acme"), make.plugin([]))
        manager.strict = True
        with pytest.raises(PluginLoadError, match="broken"):
            manager.disable_or_raise(PluginLoadError("broken", origin=make.installed("acme")))
        assert manager.has_plugin("acme")

    def test_a_failure_is_settled_for_the_round(self, manager, make, warned):
        """Whichever thread comes second changes nothing."""
        manager.settled = set()
        manager.fail(make.installed("acme"), PluginLoadError("first"))
        manager.fail(make.installed("acme"), PluginLoadError("second"))
        assert str(manager.records["acme"].error) == "first"
        assert warned() == ["first The rest goes on without it."]

    def test_what_fails_later_leaves_no_path_either(self, manager, make, monkeypatch):
        """What its import added to ``sys.path`` goes with the plugin, and nothing else does."""
        monkeypatch.setattr(sys, "path", [*sys.path])
        before = [*sys.path]

        def imported():
            sys.path.insert(0, "/added/by/acme")
            return make.plugin([])

        assert load_plugin(manager, make.installed("acme"), imported)
        assert sys.path == ["/added/by/acme", *before]
        sys.path.append("/added/by/the/application")
        manager.fail(make.installed("acme"), PluginLoadError("broken"))
        assert sys.path == [*before, "/added/by/the/application"]

    def test_a_module_that_was_named_is_not_warned_of(self, manager, warned):
        """Its failure is an error, and that is enough."""
        manager.fail(Origin(OriginKind.MODULE, "acme", "acme"), PluginLoadError("broken"))
        assert manager.records["acme"].status is PluginStatus.FAILED
        assert warned() == []

    def test_a_warning_is_one_line_and_is_given_once(self, manager, warned):
        """However often the same thing is found out."""
        manager.notices.warn("two\n  lines")
        manager.notices.warn("two lines")
        manager.notices.log("again")
        manager.notices.log("again")
        assert warned() == ["two lines", "again", "again"]


class TestDeclaring:
    """Calls in a plugin's module are the plugin's."""

    def test_outside_of_any_plugin_nobody_declares(self, manager):
        """The call is the application's."""
        assert manager.here.loading is None
        assert manager.declarer("acme") is None

    def test_a_call_is_the_plugins_that_is_loaded(self, manager, make):
        """Also where a helper module makes it; the innermost plugin counts."""
        one, other = make.installed("one"), Origin(OriginKind.RUNTIME, "mine", "tests")
        with manager.here.loading_as(one):
            assert (manager.here.loading, manager.declarer("one.helper")) == (one, "one")
            with manager.here.loading_as(other):
                assert (manager.here.loading, manager.declarer("tests")) == (other, "mine")
            assert manager.here.loading == one

    def test_a_plugin_imported_by_another_keeps_its_own(self, manager, make):
        """What a known plugin's module registers is its own, whoever imported it."""
        manager.plugin_modules.add("two")
        with manager.here.loading_as(make.installed("one")):
            assert manager.declarer("two") == "two"

    def test_a_conflict_names_the_plugin(self, manager, endpoints, make):
        """And nothing is changed by it."""
        with manager.here.loading_as(make.installed("acme")):
            endpoints.register_lazy("chat", "acme", "Acme", "x")
            generation = manager.generation
            endpoints.register_lazy("chat", "acme", "Acme", "x")
            with pytest.raises(RegistrationError, match="plugin 'acme'"):
                endpoints.register_lazy("chat", "acme", "Other", "x")
        assert manager.generation == generation

    def test_the_origin_of_a_caller_is_always_the_same(self, manager):
        """One value for each module, with its file where it has one."""
        origin = manager.book.of_caller(__name__)
        assert manager.book.of_caller(__name__) is origin
        assert (origin.plugin, origin.path) == (__name__, __file__)
        assert manager.book.of_caller("?").path is None

    def test_the_program_is_one_caller_in_workers_too(self, manager):
        """``multiprocessing`` imports it under another name in its children."""
        assert manager.book.of_caller("__mp_main__") is manager.book.of_caller("__main__")
        assert manager.book.of_caller("__main__").plugin == "__main__"
