"""The registry: what was registered is resolved, loaded, and taken back without a trace."""

from __future__ import annotations

import sys
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiperf import LazyEntry, hookimpl
from aiperf.common.factory import AIPerfFactory
from aiperf.plugins.discovery import Discovery
from aiperf.plugins.errors import (
    PluginLoadError,
    RegistrationError,
    UnknownClassTypeError,
    UnknownImplementationError,
)
from aiperf.plugins.loading import load_plugin
from aiperf.plugins.origins import Origin, OriginKind
from aiperf.plugins.registry import Registry
from aiperf.plugins.report import PluginStatus
from aiperf.plugins.resolver import Rule


@pytest.fixture
def builtins(registry, make):
    """An application's own implementations: ``fast`` and ``slow``, in this order."""
    plugin = make.plugin([make.entry("fast", target="json:JSONDecoder"), make.entry("slow")], "own")
    registry.register_builtins(plugin, "app", "1.0")


@pytest.fixture
def state(endpoints):
    """A function that returns all that can be asked of the class type ``chat``."""
    return lambda: (endpoints.list_implementations(), endpoints.explain("chat"))


class TestFactories:
    """Each factory has a name and a hook of its own."""

    def test_a_factory_is_defined_once_in_its_module(self, registry):
        """A second definition there, as after a reload, takes its place."""
        first = registry.define_factory("widget", "WidgetFactory", "acme.factories", "")
        second = registry.define_factory("widget", "WidgetFactory", "acme.factories", "")
        assert first.hook == second.hook == "aiperf_register_widget"
        assert registry.slots == {"widget": second}

    def test_two_applications_do_not_share_a_hook_by_accident(self, registry):
        """The newcomer's name is put after its package's."""
        registry.define_factory("widget", "WidgetFactory", "acme.factories", "")
        other = registry.define_factory("widget", "WidgetFactory", "other.deep.factories", "")
        assert (other.name, other.hook) == ("other_widget", "aiperf_register_other_widget")

    def test_a_package_may_have_two_of_one_name(self, registry):
        """The third is put after its module's name."""
        for module in ("acme.factories", "other.one"):
            registry.define_factory("widget", "WidgetFactory", module, "")
        third = registry.define_factory("widget", "WidgetFactory", "other.two", "")
        assert third.hook == "aiperf_register_other_two_widget"

    def test_one_that_is_like_all_others_has_to_name_itself(self, registry):
        """Nothing is replaced in silence."""
        for module in ("acme.factories", "other.one", "other.two"):
            registry.define_factory("widget", "WidgetFactory", module, "")
        with pytest.raises(
            RegistrationError, match=r"other_two_widget' is other\.two\.WidgetFactory already"
        ):
            registry.define_factory("widget", "WidgetFactory", "other_two", "")


@pytest.mark.usefixtures("builtins")
class TestLayers:
    """override > plugin > builtin."""

    def test_builtins_come_last_and_in_their_own_order(self, endpoints):
        """They are not plugins."""
        listed = endpoints.list_implementations("chat")
        assert [(i.identifier, i.is_plugin, i.is_selected) for i in listed] == [
            ("fast", False, True),
            ("slow", False, False),
        ]
        assert listed[0].is_builtin
        assert str(listed[0].origin) == "builtin (app 1.0)"
        assert listed[0].metadata == {}

    def test_a_plugin_beats_a_builtin_and_an_override_beats_a_plugin(
        self, registry, endpoints, make, state
    ):
        """Taken away in any order, each uncovers exactly what stood before."""
        states = [state()]
        registry.manager.register(make.plugin([make.entry("plug")], "plug"))
        states.append(state())
        endpoints.use_implementation_by_id("chat", "slow")
        states.append(state())
        winners = [explanation.winner.identifier for _, explanation in states]
        assert winners == ["fast", "plug", "slow"]
        assert states[2][1].override == "slow"
        assert states[2][1].override_source == "EndpointFactory.use_implementation_by_id"
        assert {loss.rule for loss in states[2][1].losers} == {Rule.OVERRIDE}
        endpoints.clear_implementation("chat")
        assert state() == states[1]
        endpoints.use_implementation_by_id("chat", "slow")
        registry.manager.unregister(name="plug")
        assert state()[1].winner.identifier == "slow"
        endpoints.clear_implementation("chat")
        assert state() == states[0]

    def test_nothing_deletes_anything(self, registry, endpoints, make):
        """Everything that lost can still be listed and selected."""
        for name in ("one", "two"):
            registry.manager.register(make.plugin([make.entry("fast"), make.entry(name)], name))
        references = [each.reference for each in endpoints.list_implementations("chat")]
        assert references == ["fast", "two", "fast@one", "one", "fast@app", "slow"]
        for reference in references:
            with endpoints.using("chat", reference):
                selected, *rest = endpoints.list_implementations("chat")
                assert (selected.reference, selected.is_selected) == (reference, True)
                assert not any(each.is_selected for each in rest)
                assert sorted(each.reference for each in [selected, *rest]) == sorted(references)

    def test_a_plugin_shadows_a_builtin_with_its_identifier(self, registry, endpoints, make):
        """``identifier@plugin`` and ``@builtin`` reach both."""
        registry.manager.register(make.plugin([make.entry("fast")], "plug"))
        for reference, is_builtin in [
            ("fast", False),
            ("fast@plug", False),
            ("fast@app", True),
            ("fast@builtin", True),
        ]:
            with endpoints.using("chat", reference):
                assert endpoints.explain("chat").winner.is_builtin is is_builtin

    def test_an_override_by_call_beats_a_block_before_it_and_the_variable(
        self, endpoints, monkeypatch, registry
    ):
        """A call beats AIPERF_IMPLEMENTATIONS; the latest and innermost counts; all is undone."""

        def selected():
            return endpoints.explain("chat").winner.identifier

        assert selected() == "fast"
        monkeypatch.setenv("AIPERF_IMPLEMENTATIONS", "endpoint.chat=slow")
        assert selected() == "fast"
        registry.reread_environment()
        assert selected() == "slow"
        endpoints.use_implementation_by_id("chat", "fast")
        assert selected() == "fast"
        with endpoints.using("chat", "slow"):
            assert selected() == "slow"
            with endpoints.using("chat", "fast"):
                assert selected() == "fast"
                endpoints.clear_implementation("chat")
                assert selected() == "slow"
            assert selected() == "slow"
            endpoints.use_implementation_by_id("chat", "fast")
        assert selected() == "fast"
        endpoints.clear_implementation("chat")
        assert selected() == "slow"
        assert endpoints.explain("chat").override_source == "AIPERF_IMPLEMENTATIONS"
        monkeypatch.delenv("AIPERF_IMPLEMENTATIONS")
        registry.reread_environment()
        assert selected() == "fast"

    def test_a_block_is_left_as_it_was_entered(self, endpoints, state):
        """Also by an exception, and where it could not be entered at all."""
        before = state()

        def fail(reference):
            with endpoints.using("chat", reference):
                raise KeyError(reference)

        with pytest.raises(KeyError):
            fail("slow")
        assert state() == before
        with pytest.raises(UnknownImplementationError):
            fail("none")
        assert state() == before

    def test_an_override_whose_plugin_is_gone_is_an_error_until_it_is_cleared(
        self, registry, endpoints, make, state
    ):
        """Never a fallback in silence: nothing is selected, and the explanation says why."""
        before = state()
        registry.manager.register(make.plugin([make.entry("plug")], "plug"))
        endpoints.use_implementation_by_id("chat", "plug")
        registry.manager.unregister(name="plug")
        with pytest.raises(UnknownImplementationError) as caught:
            endpoints.create_instance("chat")
        assert "has no implementation 'plug' (EndpointFactory.use_implementation_by_id asks" in str(
            caught.value
        )
        listed, explanation = state()
        assert not any(each.is_selected for each in listed)
        assert explanation.winner is None
        assert len(explanation.losers) == 2
        endpoints.clear_implementation("chat")
        assert state() == before

    @pytest.mark.parametrize("reference", ["fats", "fast@none", "", "@app"])
    def test_an_unknown_identifier_cannot_be_selected(self, endpoints, state, reference):
        """The error names the nearest and nothing changes."""
        before = state()
        with pytest.raises(UnknownImplementationError) as caught:
            endpoints.use_implementation_by_id("chat", reference)
        assert (caught.value.class_type, caught.value.identifier) == ("chat", reference)
        assert state() == before

    def test_an_unknown_class_type_cannot_be_selected_or_explained(self, endpoints):
        """It has no implementations; that is no error where they are only listed."""
        with pytest.raises(UnknownClassTypeError, match="Did you mean 'chat'"):
            endpoints.use_implementation_by_id("caht", "fast")
        with pytest.raises(UnknownClassTypeError):
            endpoints.explain("caht")
        assert endpoints.list_implementations("caht") == []
        endpoints.clear_implementation("caht")

    def test_a_failed_plugin_is_mentioned_where_a_name_is_missing(self, registry, endpoints, make):
        """It may have had the name."""
        make.load(registry, make.installed("bad"), make.plugin("wrong", "bad"))
        with pytest.raises(
            UnknownImplementationError, match="Failed plugins, which may have it: bad"
        ):
            endpoints.use_implementation_by_id("chat", "plug")

    def test_the_class_that_was_loaded_is_kept_while_its_plugin_stays(
        self, registry, endpoints, make
    ):
        """Other plugins come and go; a class is imported once."""
        first = endpoints.get_class_from_type("chat")
        (candidate,) = [
            each
            for each in registry.candidates(registry.slots["endpoint"], "chat")
            if each.loaded is first
        ]
        registry.manager.register(make.plugin([make.entry("plug")], "plug"))
        registry.manager.unregister(name="plug")
        again = registry.candidates(registry.slots["endpoint"], "chat")
        assert candidate in again
        assert endpoints.get_class_from_type("chat") is first


class TestCalls:
    """What an application registers itself is ``runtime``."""

    def test_is_plugin_decides_the_layer(self, endpoints, builtins):
        """With it, before every installed plugin; without, after the builtins."""
        assert builtins is None
        endpoints.register_lazy("chat", "app", "Before", is_plugin=True)
        endpoints.register_lazy("chat", "app", "After")
        listed = endpoints.list_implementations("chat")
        assert [(each.identifier, each.is_plugin) for each in listed] == [
            ("Before", True),
            ("fast", False),
            ("slow", False),
            ("After", False),
        ]
        origin = listed[0].origin
        assert (origin.kind, origin.plugin, origin.path) == (OriginKind.RUNTIME, __name__, __file__)

    def test_the_same_registration_again_is_a_no_op(self, endpoints, state):
        """Even from another place in the code, nothing changes."""
        endpoints.register_lazy("chat", "app", "Chat", "x", description="first")
        before = state()
        endpoints.register_lazy("chat", "app", "Chat", "x", description="first")
        assert state() == before

    def test_another_target_under_the_same_identifier_and_origin_is_an_error(
        self, endpoints, state
    ):
        """Other class types and other origins are not concerned."""
        endpoints.register_lazy("chat", "app", "Chat", "x")
        before = state()
        with pytest.raises(RegistrationError) as caught:
            endpoints.register_lazy("chat", "app", "Other", "x")
        assert str(caught.value) == (
            "endpoint.chat: identifier 'x' is app:Chat already (runtime registration by "
            f"{__name__!r}) and cannot be app:Other too. Give it an identifier of its own."
        )
        assert state() == before
        endpoints.register_lazy("rank", "app", "Other", "x")

    def test_an_identifier_of_another_origin_is_free(self, endpoints, builtins, registry, make):
        """Of builtin, plugin and call each has its own."""
        assert builtins is None
        registry.manager.register(make.plugin([make.entry("fast")], "plug"))
        endpoints.register_lazy("chat", "app", "Other", "fast", is_plugin=True)
        references = [each.reference for each in endpoints.list_implementations("chat")]
        assert references == ["fast", "fast@plug", "fast@app", "slow"]

    def test_nothing_is_imported_by_registering(self, fresh_python):
        """Neither the module nor its package, also not by listing, explaining and selecting."""
        code = """
            import sys
            from aiperf.common.factories import EndpointFactory
            EndpointFactory.register_lazy("chat", "wave.sub", "Wave_read", "x", is_plugin=True)
            EndpointFactory.list_implementations()
            EndpointFactory.use_implementation_by_id("chat", "x")
            str(EndpointFactory.explain("chat"))
            EndpointFactory.get_all_class_types()
            print("wave" in sys.modules)
        """
        assert fresh_python(code).strip() == "False"

    def test_a_plugin_may_not_select(self, registry, endpoints, make):
        """Only a person or the application does."""
        endpoints.register_lazy("chat", "app", "Chat")
        with registry.manager.here.loading_as(make.installed("acme")):
            for select in (
                lambda: endpoints.use_implementation_by_id("chat", "Chat"),
                lambda: endpoints.clear_implementation("chat"),
                lambda: endpoints.using("chat", "Chat").__enter__(),
            ):
                with pytest.raises(RegistrationError, match="Only a person or the application"):
                    select()


class TestConflicts:
    """One plugin gives one identifier one target, in whichever ways it registers."""

    @pytest.fixture
    def twice(self, make):
        """A plugin with two implementations of the hook that contradict each other."""

        class Twice:
            @hookimpl
            def aiperf_register_endpoint(self):
                return [make.entry("x", target="a:A")]

            @hookimpl(specname="aiperf_register_endpoint")
            def more(self):
                return [make.entry("x", target="b:B")]

        return Twice()

    def test_the_application_hears_of_its_own(self, registry, endpoints, twice):
        """Each time, until it is corrected."""
        registry.manager.register(twice, "mine")
        for _ in range(2):
            with pytest.raises(RegistrationError) as caught:
                endpoints.list_implementations()
        assert "aiperf_register_endpoint or a call gives identifier 'x' of endpoint.chat twice" in (
            str(caught.value)
        )

    def test_any_number_of_installed_plugins_may_be_wrong(self, registry, endpoints, make):
        """All are taken out at once."""
        for number in range(40):
            entries = [make.entry("x", target="a:A"), make.entry("x", target="b:B")]
            make.load(registry, make.installed(f"bad{number}"), make.plugin(entries))
        make.load(registry, make.installed("good"), make.plugin([make.entry("x")]))
        assert [each.origin.plugin for each in endpoints.list_implementations()] == ["good"]

    def test_the_same_twice_counts_once(self, registry, endpoints, make):
        """By hook and by call."""
        plugin = make.plugin([make.entry("x"), make.entry("x")])
        origin = make.installed("acme")

        def load():
            endpoints.register_lazy("chat", "acme", "Acme", "x")
            return plugin

        assert load_plugin(registry.manager, origin, load)
        assert len(endpoints.list_implementations()) == 1


class TestDecorators:
    """Classes registered in a plugin, or during a hook."""

    def test_two_classes_of_one_name_in_a_plugin_are_both_kept(
        self, registry, endpoints, make, warned
    ):
        """As outside of it; a plugin is not warned of its own doing."""
        classes = [type("Chat", (), {"__module__": f"acme.{name}"}) for name in "ab"]

        def load():
            for each in [*classes, classes[0]]:
                endpoints.register("chat")(each)
            return make.plugin([])

        load_plugin(registry.manager, make.installed("acme"), load)
        assert [each.identifier for each in endpoints.list_implementations("chat")] == [
            "Chat",
            "acme.b.Chat",
        ]
        assert type(endpoints.create_instance("chat")) is classes[0]
        assert warned() == []

    def test_one_in_a_hook_is_the_plugins(self, registry, endpoints, make, warned):
        """It goes with the plugin, and nobody is warned."""
        rank = type("Rank", (), {})

        def hook():
            endpoints.register("rank")(rank)
            return [make.entry("x")]

        registry.manager.register(make.plugin(hook, "mine"))
        (listed,) = endpoints.list_implementations("rank")
        assert listed.origin.plugin == "mine"
        assert warned() == []


class TestAdoption:
    """What a plugin's module registered before it was known as a plugin becomes the plugin's."""

    def test_a_conflict_with_what_it_declares_fails_the_plugin(self, registry, endpoints, make):
        """Nothing of either stays."""
        registry.add(
            registry.slots["endpoint"], make.entry("x", target="a:A"), caller="acme", is_plugin=True
        )
        assert len(endpoints.list_implementations()) == 1

        def load():
            endpoints.register_lazy("chat", "b", "B", "x")
            return make.plugin([])

        assert not load_plugin(registry.manager, make.installed("acme"), load)
        assert registry.manager.records["acme"].status is PluginStatus.FAILED
        assert endpoints.list_implementations() == []
        assert endpoints.get_all_class_types() == []

    def test_if_the_plugin_is_wrong_they_go_too(self, registry, endpoints, make):
        """A failed plugin leaves nothing, cached or not."""
        registry.add(registry.slots["endpoint"], make.entry("x"), caller="acme")
        endpoints.explain("chat")
        plugin = make.plugin(lambda config: config)
        assert not make.load(registry, make.installed("acme"), plugin)
        with pytest.raises(UnknownClassTypeError):
            endpoints.explain("chat")


class TestDiscoveryInProcess:
    """What only shows with a registry of its own."""

    def test_a_plugin_of_the_applications_own_that_fails_raises(self, registry, endpoints, make):
        """Discovery is not the place to switch it off."""
        assert endpoints

        def hook():
            raise RuntimeError("mine")

        registry.manager.register(make.plugin(hook, "mine"))
        with pytest.raises(PluginLoadError, match="mine"):
            Discovery(registry).discover_all()
        registry.manager.unregister(name="mine")
        assert len(Discovery(registry).discover_all()) == 0

    def test_a_plugin_registered_before_any_factory_is_checked(self, registry, make, monkeypatch):
        """The application's own raises; one that is named or installed is a record."""
        monkeypatch.setenv("AIPERF_PLUGIN_AUTOLOAD", "0")

        class Wrong:
            @hookimpl
            def aiperf_register_x(self):
                return []

        origin = Origin(OriginKind.MODULE, "named", "named")
        make.load(registry, origin, Wrong())
        make.load(registry, make.installed("installed"), Wrong())
        registry.define_factory("endpoint", "EndpointFactory", "acme", "")
        with pytest.raises(Exception, match="there is no hook 'aiperf_register_x'") as caught:
            Discovery(registry).discover_all()
        assert [failure.origin for failure in caught.value.failures] == [origin]
        assert {name: record.status for name, record in registry.manager.records.items()} == {
            "installed": PluginStatus.FAILED,
            "named": PluginStatus.FAILED,
        }

    def test_a_plugin_that_was_never_finished_is_forgotten_by_a_refresh(self, registry):
        """As long as one is half imported, each call looks again."""
        discovery = Discovery(registry, "acme.plugins")
        registry.manager.unfinished.add("uninstalled since")
        assert discovery.discover_all() is not discovery.discover_all()
        discovery.refresh()
        assert discovery.discover_all() is discovery.discover_all()

    def test_a_plugin_that_the_application_took_out_stays_out(self, registry, endpoints, make):
        """Its record says that it has nothing."""
        assert endpoints
        make.load(registry, make.installed("acme"), make.plugin([make.entry("x")]))
        registry.manager.unregister(name="acme")
        (record,) = Discovery(registry).discover_all()
        assert (record.status, record.hooks, record.entries) == (PluginStatus.EMPTY, (), ())


def test_a_refresh_half_way_does_not_shorten_another_threads_report(
    registry, endpoints, make_distribution, monkeypatch
):
    """Who discovers while another refreshes goes on until everything is loaded again."""
    assert endpoints
    events = type("Events", (), {"calls": 0, "imports": 0})
    for name in ("in_hook", "leave_hook", "again", "in_import", "leave_import"):
        setattr(events, name, threading.Event())
    monkeypatch.setitem(sys.modules, "acme_events", events)
    called = """
        import acme_events as events
        from aiperf import hookimpl

        @hookimpl
        def aiperf_register_endpoint():
            events.calls += 1
            if events.calls == 1:
                events.in_hook.set()
                events.leave_hook.wait(10)
            else:
                events.again.set()
            return []
        """
    imported = """
        import acme_events as events

        events.imports += 1
        if events.imports == 2:
            events.in_import.set()
            events.leave_import.wait(10)
        """
    for name, source in (("acme_called", called), ("acme_imported", imported)):
        site = make_distribution(
            name, files={f"{name}.py": source}, entry_points={"acme.plugins": {name: name}}
        )
    monkeypatch.syspath_prepend(site)
    discovery = Discovery(registry, "acme.plugins")
    reports = []
    threads = [
        threading.Thread(target=lambda call=call: reports.append(call()))
        for call in (discovery.discover_all, discovery.refresh)
    ]
    threads[0].start()
    assert events.in_hook.wait(10)
    del sys.modules["acme_imported"]
    threads[1].start()
    assert events.in_import.wait(10)
    events.leave_hook.set()
    assert events.again.wait(10)
    threads[0].join(0.1)  # time to return too early
    events.leave_import.set()
    for thread in threads:
        thread.join()
    whole = [("acme_called", PluginStatus.ACTIVE), ("acme_imported", PluginStatus.EMPTY)]
    assert [[(each.name, each.status) for each in report] for report in reports] == [whole] * 2
    for name, _ in whole:
        del sys.modules[name]


def test_a_plugin_that_another_thread_disables_meanwhile_is_left_out(registry, endpoints, make):
    """The collection that it was part of is made again."""
    inside, gone = threading.Event(), threading.Event()

    def hook():
        inside.set()
        gone.wait(10)
        return [make.entry("late")]

    make.load(registry, make.installed("slow"), make.plugin(hook, "slow"))
    results = []
    thread = threading.Thread(target=lambda: results.append(endpoints.list_implementations()))
    thread.start()
    assert inside.wait(10)
    registry.manager.unregister(name="slow")
    gone.set()
    thread.join()
    assert results == [[]]


def test_a_plugin_that_keeps_changing_the_plugins_does_not_hang(registry, endpoints, make):
    """After some rounds the last answer is given, and nothing is cached."""
    calls = []

    def hook():
        calls.append(True)
        registry.manager.unblock("nobody")
        return [make.entry("x")]

    registry.manager.register(make.plugin(hook, "restless"))
    assert [each.identifier for each in endpoints.list_implementations("chat")] == ["x"]
    assert 1 < len(calls) < 100


# -- any order of registration -----------------------------------------------------------------

ORDERS = st.sampled_from([{}, {"tryfirst": True}, {"trylast": True}])
PLUGINS = st.lists(
    st.tuples(
        st.sampled_from(["entry-point", "module"]),
        st.sampled_from("abcd"),
        st.sampled_from(["aaa", "B.b-b", "ccc"]),
        ORDERS,
        st.lists(st.sampled_from(["fast", "slow", "other"]), min_size=1, max_size=3, unique=True),
        st.booleans(),
    ),
    unique_by=lambda each: (each[0], each[1]) if each[0] == "module" else each[1:3],
    max_size=6,
)


def resolution(steps: list[tuple[Any, ...]]) -> list[Any]:
    """Register builtins and plugins in the given order and return all that can be asked."""
    registry = Registry()

    class EndpointFactory(AIPerfFactory[str, Any], registry=registry):
        """Endpoints."""

    for kind, name, distribution, options, identifiers, by_call in steps:
        entries = [LazyEntry("chat", f"classes_{name}", each.title(), each) for each in identifiers]
        plugin = type(name, (), {})()
        if not by_call:
            function = hookimpl(lambda entries=entries: entries, **options)
            plugin.aiperf_register_endpoint = function
        if kind == "builtin":
            registry.register_builtins(plugin, "app", "1.0")
            continue
        origin = (
            Origin(OriginKind.MODULE, name, f"module_{name}", position=ord(name))
            if kind == "module"
            else Origin(
                OriginKind.ENTRY_POINT,
                f"{distribution}:{name}",
                f"{distribution}_{name}",
                distribution,
                "1.0",
                name,
            )
        )

        def load(plugin=plugin, entries=entries, by_call=by_call):
            for each in entries if by_call else ():
                EndpointFactory.register_lazy(
                    each.class_type, each.module_path, each.class_name, each.identifier
                )
            return plugin

        assert load_plugin(registry.manager, origin, load)
    listed = EndpointFactory.list_implementations()
    return [listed, EndpointFactory.explain("chat"), registry.manager.notices.told]


@settings(deadline=None, derandomize=True, max_examples=60)
@given(PLUGINS, st.randoms(use_true_random=False))
def test_any_order_of_registering_gives_the_same_resolution(plugins, random):
    """The same plugins, loaded in any order, rank, explain and refer in the same way."""
    builtin = ("builtin", "app", "app", {"trylast": True}, ["fast", "slow"], False)
    steps = [builtin, *plugins]
    expected = resolution(steps)
    random.shuffle(steps)
    assert resolution(steps) == expected


def test_importing_a_class_holds_no_lock(registry, endpoints, tmp_path, monkeypatch):
    """While one thread imports a class, another can register, resolve and load."""
    (tmp_path / "acme_slow_class.py").write_text(
        "import sys\nheld = sys.modules['__acme_events__']\n"
        "held.inside.set()\nassert held.go_on.wait(10)\nclass Slow: pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    events = type("Events", (), {"inside": threading.Event(), "go_on": threading.Event()})
    monkeypatch.setitem(sys.modules, "__acme_events__", events)
    monkeypatch.delitem(sys.modules, "acme_slow_class", raising=False)
    endpoints.register_lazy("slow", "acme_slow_class", "Slow")
    endpoints.register_lazy("chat", "json", "JSONDecoder")
    made = []
    thread = threading.Thread(target=lambda: made.append(endpoints.create_instance("slow")))
    thread.start()
    assert events.inside.wait(10)
    assert endpoints.create_instance("chat")
    endpoints.register_lazy("chat", "json", "JSONEncoder", is_plugin=True)
    assert type(endpoints.create_instance("chat")).__name__ == "JSONEncoder"
    acquired = registry.manager.lock.acquire(blocking=False)
    registry.manager.lock.release()
    events.go_on.set()
    thread.join()
    del sys.modules["acme_slow_class"]
    assert acquired
    assert type(made[0]).__name__ == "Slow"


def test_the_applications_own_class_types_come_first():
    """A plugin's new class type is listed, shown and computed after those that were there."""

    class Builtins:
        @hookimpl(trylast=True)
        def aiperf_register_gear(self):
            return [LazyEntry("second", "m", "A"), LazyEntry("first", "m", "B")]

    class Plugin:
        @hookimpl
        def aiperf_register_gear(self):
            return [LazyEntry("another", "m", "C"), LazyEntry("first", "m", "D")]

    registry = Registry()
    slot = registry.define_factory("gear", "GearFactory", __name__, "")
    registry.register_builtins(Builtins(), "gears")
    registry.manager.register(Plugin())
    assert registry.class_types(slot) == ["second", "first", "another"]


def test_to_register_a_builtin_again_is_a_no_op():
    """The same implementation under the same identifier is there already, and once."""

    class Builtins:
        @hookimpl(trylast=True)
        def aiperf_register_cog(self):
            return [LazyEntry("c", "m", "A", "a")]

    registry = Registry()
    slot = registry.define_factory("cog", "CogFactory", __name__, "")
    registry.register_builtins(Builtins(), "cogs")
    before = registry.implementations(slot, "c")
    registry.add(slot, LazyEntry("c", "m", "A", "a"), caller=__name__)
    assert registry.implementations(slot, "c") == before
    registry.add(slot, LazyEntry("c", "m", "Other", "b"), caller=__name__)
    assert [each.reference for each in registry.implementations(slot, "c")] == ["a", "b"]
