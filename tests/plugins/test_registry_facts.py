"""What the registry keeps and hands on with every registration, and the data in its errors."""

from __future__ import annotations

import pickle
from types import ModuleType, SimpleNamespace

import pytest

from aiperf import LazyEntry
from aiperf.plugins.errors import (
    ImplementationLoadError,
    IncompatibleVersionError,
    RegistrationError,
    UnknownClassTypeError,
    UnknownImplementationError,
)
from aiperf.plugins.origins import Origin, OriginKind
from aiperf.plugins.registry import Registry
from aiperf.plugins.resolver import Rule
from aiperf.plugins.tracing import start

BUILTIN = Origin(OriginKind.BUILTIN, "My_App", "own", "My_App", "2.0", path="/own.py")
CALLED = Origin(OriginKind.RUNTIME, __name__, __name__, path=__file__)


@pytest.fixture
def builtins(registry, make):
    """The application's own ``fast``, in a module with a file, as ``My_App`` 2.0."""
    plugin = make.plugin([make.entry("fast", target="json:JSONDecoder")], "own")
    plugin.__file__ = "/own.py"
    registry.register_builtins(plugin, "My_App", "2.0")
    return plugin


@pytest.fixture
def slot(registry, endpoints):
    """What the registry keeps for the factory ``endpoint``."""
    assert endpoints
    return registry.slots["endpoint"]


class TestFactories:
    """A name that is taken is said so, with whose it is."""

    def test_what_a_factory_is_called_by(self, registry):
        """Its slot has the name, the class, the module and the hook, which has the doc."""
        slot = registry.define_factory("widget", "WidgetFactory", "acme.factories", "Widgets.")
        assert (slot.name, slot.title, slot.module, slot.hook) == (
            "widget",
            "WidgetFactory",
            "acme.factories",
            "aiperf_register_widget",
        )
        assert list(registry.every_slot) == [slot]
        hook = registry.manager.hook.aiperf_register_widget
        assert hook.spec.function.__doc__ == "Widgets."

    def test_a_prefix_is_a_name_without_underscores_around_it(self, registry):
        """A private package is called without them."""
        registry.define_factory("widget", "WidgetFactory", "acme.factories", "")
        for module, name in (
            ("_other.factories", "other_widget"),
            ("_other.X.more", "other_X_more_widget"),
        ):
            assert registry.define_factory("widget", "WidgetFactory", module, "").name == name

    def test_whose_the_name_is_and_what_to_do(self, registry):
        """The error's text has both factories and the way out."""
        for module in ("acme.factories", "other.one", "other.two"):
            registry.define_factory("widget", "WidgetFactory", module, "")
        with pytest.raises(RegistrationError) as caught:
            registry.define_factory("widget", "MoreFactory", "other_two", "")
        assert str(caught.value) == (
            "other_two.MoreFactory: factory 'other_two_widget' is other.two.WidgetFactory already. "
            "Give it a name of its own with factory_name=..."
        )
        assert list(registry.slots) == ["widget", "other_widget", "other_two_widget"]


class TestBuiltins:
    """What the application itself has comes from the application."""

    def test_where_they_are_from(self, endpoints, builtins):
        """Name, version, module and file of the object with the hooks."""
        assert builtins.__name__ == "own"
        (listed,) = endpoints.list_implementations("chat")
        assert listed.origin == BUILTIN

    def test_an_object_has_no_module_and_no_file(self, registry, endpoints, make):
        """It can hold builtins all the same; a version may be unknown."""
        hook = make.plugin([make.entry("fast")]).aiperf_register_endpoint
        registry.register_builtins(SimpleNamespace(aiperf_register_endpoint=hook), "app")
        (listed,) = endpoints.list_implementations("chat")
        assert listed.origin == Origin(OriginKind.BUILTIN, "app", "", "app")
        assert str(listed.origin) == "builtin (app)"

    def test_they_are_a_plugin_under_their_own_name(self, registry, endpoints, builtins):
        """Pluggy's own methods know them."""
        assert endpoints
        assert registry.manager.get_plugin("My_App") is builtins
        assert registry.builtins == {"My_App": (builtins, BUILTIN)}


class TestCalls:
    """Each way to register again, and what an error of it knows."""

    def test_a_call_counts_as_the_applications_own_unless_it_says_otherwise(self, slot, registry):
        """Without priority, after the builtins, from the module that made it."""
        registry.add(slot, LazyEntry("chat", "m", "A"), caller=__name__)
        (candidate,) = registry.candidates(slot, "chat")
        assert (candidate.is_plugin, candidate.priority, candidate.loaded) == (False, 0, None)
        assert candidate.origin == CALLED

    def test_of_two_calls_the_later_plugin_and_the_earlier_builtin_win(self, slot, registry):
        """Of two decorators the earlier."""
        for name in "ab":
            registry.add(slot, LazyEntry("chat", "m", name), caller=__name__)
        for name in "cd":
            registry.add(slot, LazyEntry("chat", "m", name), caller=__name__, is_plugin=True)
        for name in "ef":
            registry.add(slot, LazyEntry("chat", "m", name), caller=__name__, priority=1)
        listed = registry.implementations(slot, "chat")
        assert [(each.identifier, each.is_plugin) for each in listed] == [
            ("e", True),
            ("f", True),
            ("d", True),
            ("c", True),
            ("a", False),
            ("b", False),
        ]

    def test_a_contradiction_names_the_first_and_is_its_origins(self, endpoints, slot, registry):
        """Whoever catches it, in a worker's parent too, can see which module it was."""
        endpoints.register_lazy("chat", "app", "Chat", "x")
        with pytest.raises(RegistrationError) as caught:
            registry.add(slot, LazyEntry("chat", "app", "Other", "x"), caller="elsewhere")
        assert caught.value.origin == CALLED
        assert pickle.loads(pickle.dumps(caught.value)).origin == CALLED

    def test_a_higher_priority_moves_what_is_registered(self, slot, registry):
        """An equal or a lower one changes nothing; it stays one implementation throughout."""
        entry = LazyEntry("chat", "m", "A")
        kept = []
        for priority in (0, 0, 2, 1, 2, 3):
            registry.add(slot, entry, caller=__name__, priority=priority)
            (candidate,) = registry.candidates(slot, "chat")
            kept.append(candidate)
        assert [each.priority for each in kept] == [0, 0, 2, 2, 2, 3]
        assert [each.is_plugin for each in kept] == [False, False, True, True, True, True]
        first, again, second, *same, last = kept
        assert again is first
        assert same[0] is same[1] is second
        assert last is not second

    def test_what_a_plugin_registers_while_it_is_loaded_is_kept_as_it_is(
        self, slot, registry, make
    ):
        """Its module, its priority and its class, where it has one; it counts for nobody yet."""
        origin = make.installed("acme")
        made = type("Made", (), {"__module__": "acme.classes"})
        with registry.manager.here.loading_as(origin):
            registry.add(slot, make.entry("x"), caller="acme.deep", priority=4, loaded=made)
        (declared,) = registry.manager.declarations.by("acme")
        assert declared.factory == "endpoint"
        assert declared.entry.identifier == "x"
        assert (declared.module, declared.priority, declared.loaded) == ("acme.deep", 4, made)
        assert registry.candidates(slot, "chat") == ()
        make.load(registry, origin, make.plugin([]))
        (candidate,) = registry.candidates(slot, "chat")
        assert (candidate.priority, candidate.loaded, candidate.origin.plugin) == (4, made, "acme")


class TestDecorators:
    """What a decorator registers again, or has been brought from another process."""

    def test_the_class_that_a_snapshot_brought_by_name_is_taken_as_it(self, registry, endpoints):
        """The module is imported here after the registration came from the parent."""
        slot = registry.slots["endpoint"]
        registry.add(slot, LazyEntry("chat", __name__, "Brought"), caller=__name__)
        made = type("Brought", (), {"__module__": __name__})
        endpoints.register("chat")(made)
        (candidate,) = registry.candidates(slot, "chat")
        assert candidate.loaded is made
        assert type(endpoints.create_instance("chat")) is made

    @pytest.mark.parametrize(
        ("target", "priority", "identifiers"),
        [
            ("Brought", 0, ["Brought"]),
            ("Brought", 3, ["Brought", f"{__name__}.Brought"]),
            ("Elsewhere", 0, ["Brought", f"{__name__}.Brought"]),
        ],
    )
    def test_only_the_same_target_and_priority_is_the_same(
        self, registry, endpoints, target, priority, identifiers
    ):
        """Anything else is another implementation, and both are there."""
        slot = registry.slots["endpoint"]
        entry = LazyEntry("chat", __name__, target, "Brought")
        registry.add(slot, entry, caller=__name__, priority=priority)
        made = type("Brought", (), {"__module__": __name__})
        endpoints.register("chat")(made)
        assert [c.entry.identifier for c in registry.candidates(slot, "chat")] == identifiers

    def test_a_second_of_that_name_waits_under_its_longer_one(self, registry, endpoints):
        """As a decorator gave it in the other process: each class finds its own entry."""
        slot = registry.slots["endpoint"]
        long = f"{__name__}.Brought"
        registry.add(slot, LazyEntry("chat", "json", "JSONDecoder", "Brought"), caller=__name__)
        registry.add(slot, LazyEntry("chat", __name__, "Brought", long), caller=__name__)
        made = type("Brought", (), {"__module__": __name__})
        endpoints.register("chat")(made)
        assert [(c.entry.identifier, c.loaded) for c in registry.candidates(slot, "chat")] == [
            ("Brought", None),
            (long, made),
        ]

    def test_one_that_has_its_class_waits_for_no_other(self, registry, endpoints):
        """Two classes of one name are two, also of one module."""
        first, second = (type("Same", (), {"__module__": __name__}) for _ in range(2))
        for each in (first, second, first, second):
            endpoints.register("chat")(each)
        slot = registry.slots["endpoint"]
        assert [c.loaded for c in registry.candidates(slot, "chat")] == [first, second]

    def test_another_class_type_is_another_matter(self, registry, endpoints, warned):
        """The same class under two class types keeps its name under both, without a warning."""
        made = type("Both", (), {"__module__": __name__})
        endpoints.register_all("chat", "rank")(made)
        assert [each.reference for each in endpoints.list_implementations()] == ["Both", "Both"]
        assert warned() == []
        assert registry.manager.here.loading is None

    def test_inside_a_plugin_each_factory_and_class_type_has_its_own(
        self, registry, endpoints, make
    ):
        """What the same plugin registers elsewhere takes no name away."""
        registry.define_factory("other", "OtherFactory", __name__, "")
        made, other = (type("Made", (), {"__module__": f"acme.{name}"}) for name in "ab")
        with registry.manager.here.loading_as(make.installed("acme")):
            registry.add_class(registry.slots["other"], "chat", other, priority=0)
            endpoints.register("rank")(other)
            endpoints.register("chat", override_priority=1)(made)
            endpoints.register("chat", override_priority=2)(made)
        assert [
            (each.factory, each.entry.class_type, each.entry.identifier, each.priority)
            for each in registry.manager.declarations.by("acme")
        ] == [
            ("other", "chat", "Made", 0),
            ("endpoint", "rank", "Made", 0),
            ("endpoint", "chat", "Made", 2),
        ]

    def test_a_class_of_another_plugins_module_is_that_plugins(self, registry, endpoints, make):
        """Names are free or taken within the plugin whose module it is."""
        made, other = (type("Made", (), {"__module__": "two"}) for _ in range(2))
        registry.manager.plugin_modules.add("two")
        with registry.manager.here.loading_as(make.installed("one")):
            for each in (made, made, other):
                endpoints.register("chat")(each)
        assert registry.manager.declarations.by("one") == []
        declared = registry.manager.declarations.by("two")
        assert [(each.entry.identifier, each.loaded) for each in declared] == [
            ("Made", made),
            ("two.Made", other),
        ]

    def test_one_that_has_lost_is_not_told_of_again(self, endpoints, warned):
        """A module that is executed twice warns as often as one that is executed once."""
        first, second = (type(name, (), {"__module__": __name__}) for name in ("First", "Second"))
        for each in (first, second, second, first):
            endpoints.register("chat")(each)
        assert len(warned()) == 1

    def test_who_is_overridden_is_named_with_both_priorities(self, endpoints, warned):
        """The one that was in force, and not one that had lost already."""
        names = ("First", "Second", "Third")
        classes = [type(name, (), {"__module__": __name__}) for name in names]
        for priority, each in zip((2, 1, 3), classes, strict=True):
            endpoints.register("chat", override_priority=priority)(each)
        first, second = warned()
        assert first == (
            "EndpointFactory: 'chat' is already registered to First (override_priority 2). Second "
            "(override_priority 1) is kept but not selected; it needs a higher override_priority."
        )
        assert second == (
            "EndpointFactory: Third (override_priority 3) overrides First (override_priority 2) "
            "for 'chat'."
        )
        with endpoints.using("chat", "Second"):
            assert endpoints.get_class_from_type("chat") is classes[1]


class TestTies:
    """A choice that nobody made is told once, when it first matters."""

    @pytest.fixture
    def tied(self, registry, endpoints, make):
        """Two installed plugins with one implementation each."""
        for name in ("aaa", "bbb"):
            plugin = make.plugin([make.entry(name, target="json:JSONDecoder")], name)
            make.load(registry, make.installed(name), plugin)
        return endpoints

    def test_it_names_winner_and_loser_and_both_ways_out(self, tied, warned):
        """However often it is made."""
        tied.list_implementations("chat")
        assert warned() == []
        for _ in range(2):
            tied.create_instance("chat")
        (warning,) = warned()
        assert warning == (
            "endpoint.chat: plugin 'aaa' (aaa 1.0) is selected before plugin 'bbb' (bbb 1.0) only "
            "because of the alphabetical order of their names. To keep it: "
            'AIPERF_IMPLEMENTATIONS="endpoint.chat=aaa". To change it: '
            'AIPERF_IMPLEMENTATIONS="endpoint.chat=bbb".'
        )

    def test_what_a_person_selected_is_no_tie(self, tied, registry, warned):
        """Whichever it is; and where it is cleared, it is one again."""
        slot = registry.slots["endpoint"]
        tied.use_implementation_by_id("chat", "aaa")
        tied.create_instance("chat")
        registry.warn_of_tie(slot, "chat")
        assert warned() == []
        tied.clear_implementation("chat")
        registry.warn_of_tie(slot, "chat")
        assert len(warned()) == 1

    def test_an_unusable_winner_is_no_choice(self, registry, endpoints, make, warned):
        """Where both need what is not here, nothing was chosen."""
        for name in ("aaa", "bbb"):
            entry = LazyEntry("chat", "json", "JSONDecoder", name, requires="nowhere-at-all>=1")
            make.load(registry, make.installed(name), make.plugin([entry], name))
        registry.warn_of_tie(registry.slots["endpoint"], "chat")
        assert warned() == []
        with pytest.raises(IncompatibleVersionError):
            endpoints.create_instance("chat")


class TestSelecting:
    """Names that mean nothing, versions that are not here, and who asked."""

    @pytest.fixture
    def gated(self, registry, endpoints, make, builtins):
        """A plugin's implementation that needs a later version of the application."""
        assert builtins
        entry = LazyEntry("chat", "m", "Gated", "gated", requires="my.app>=9")
        make.load(registry, make.installed("acme"), make.plugin([entry], "acme"))
        return endpoints

    def test_an_unknown_class_type_is_data_too(self, endpoints, builtins, registry, make):
        """The error has factory and class type; its text what there is and who failed."""
        assert builtins
        make.load(registry, make.installed("bad"), make.plugin("wrong", "bad"))
        for ask in (endpoints.explain, endpoints.create_instance, endpoints.get_class_from_type):
            with pytest.raises(UnknownClassTypeError) as caught:
                ask("chatt")
            error = caught.value
            assert (error.factory, error.class_type, error.identifier) == ("endpoint", "chatt", "")
            assert str(error) == (
                "No implementation registered for 'chatt' in EndpointFactory. Did you mean 'chat'? "
                "Failed plugins, which may have it: bad (see: aiperf plugins list)."
            )

    def test_an_unknown_implementation_says_who_asked_for_it(
        self, endpoints, builtins, registry, monkeypatch
    ):
        """A call's mistake is the caller's; a variable's is the variable's."""
        assert builtins
        with pytest.raises(UnknownImplementationError) as caught:
            endpoints.use_implementation_by_id("chat", "fats")
        error = caught.value
        assert (error.factory, error.class_type, error.identifier) == ("endpoint", "chat", "fats")
        assert str(error) == (
            "EndpointFactory: 'chat' has no implementation 'fats'. Did you mean 'fast'?"
        )
        monkeypatch.setenv("AIPERF_IMPLEMENTATIONS", "endpoint.chat=fats")
        registry.reread_environment()
        with pytest.raises(UnknownImplementationError) as caught:
            endpoints.create_instance("chat")
        assert str(caught.value) == (
            "EndpointFactory: 'chat' has no implementation 'fats' (AIPERF_IMPLEMENTATIONS asks for "
            "it). Did you mean 'fast'?"
        )

    def test_what_needs_another_version_cannot_be_selected(self, gated):
        """The error has the origin, the implementation and what it needs."""
        with pytest.raises(IncompatibleVersionError) as caught:
            gated.use_implementation_by_id("chat", "gated")
        error = caught.value
        assert (error.factory, error.class_type, error.identifier) == ("endpoint", "chat", "gated")
        assert error.origin is not None
        assert error.origin.plugin == "acme"
        assert error.unmet.startswith("needs my.app>=9, this is 2.0")
        assert str(error) == (
            "EndpointFactory: 'chat' implementation 'gated' from plugin 'acme' (acme 1.0) "
            f"{error.unmet}."
        )

    def test_what_a_variable_asks_for_and_cannot_be_used_says_so(
        self, gated, registry, monkeypatch
    ):
        """Nothing else is taken in its place, and the explanation has no winner."""
        monkeypatch.setenv("AIPERF_IMPLEMENTATIONS", "endpoint.chat=gated")
        registry.reread_environment()
        with pytest.raises(
            IncompatibleVersionError, match=r"\(AIPERF_IMPLEMENTATIONS asks for it\) needs my\.app"
        ):
            gated.create_instance("chat")
        explained = gated.explain("chat")
        assert explained.winner is None
        assert (explained.override, explained.override_source) == (
            "gated",
            "AIPERF_IMPLEMENTATIONS",
        )

    def test_a_plugin_that_selects_while_it_is_loaded_is_told_off_by_name(
        self, registry, endpoints, make, builtins
    ):
        """The error is that plugin's, and says what it may do instead."""
        assert builtins
        origin = make.installed("acme")
        with registry.manager.here.loading_as(origin), pytest.raises(RegistrationError) as caught:
            endpoints.use_implementation_by_id("chat", "fast")
        assert caught.value.origin is origin
        assert str(caught.value) == (
            "plugin 'acme' (acme 1.0) tries to select an implementation of endpoint.chat while it "
            "is loaded. Only a person or the application selects; mark the hook with tryfirst to "
            "come before other plugins."
        )
        with (
            registry.manager.here.loading_as(origin),
            pytest.raises(
                RegistrationError, match=r"an implementation of endpoint\.chat while it is loaded"
            ),
        ):
            endpoints.clear_implementation("chat")

    def test_an_explanation_has_the_line_for_each_that_lost(
        self, registry, endpoints, make, builtins, monkeypatch
    ):
        """With what the variable selects otherwise, so that the line can be pasted."""
        assert builtins
        registry.manager.register(make.plugin([make.entry("plug")], "plug"))
        monkeypatch.setenv("AIPERF_IMPLEMENTATIONS", "endpoint.chat=plug,other.x=y")
        registry.reread_environment()
        explained = endpoints.explain("chat")
        assert (explained.override, explained.override_source) == ("plug", "AIPERF_IMPLEMENTATIONS")
        (loss,) = explained.losers
        assert (loss.implementation.identifier, loss.rule) == ("fast", Rule.OVERRIDE)
        outcome = registry.outcome(registry.slots["endpoint"], "chat")
        assert (outcome.winner, outcome.override) == (explained.winner, explained.override)
        line = 'AIPERF_IMPLEMENTATIONS="endpoint.chat=fast,other.x=y"'
        assert [outcome.losers[0].to_select, loss.to_select] == [line, line]


@pytest.mark.parametrize("is_traced", [False, True])
def test_a_class_that_cannot_be_loaded_is_an_error_of_its_factory(registry, endpoints, is_traced):
    """Whether somebody watches or not."""
    lines = []
    if is_traced:
        start(registry.manager, lines.append)
    endpoints.register_lazy("chat", "nowhere_at_all", "Chat", "x")
    with pytest.raises(ImplementationLoadError) as caught:
        endpoints.create_instance("chat")
    error = caught.value
    assert (error.factory, error.class_type, error.identifier) == ("endpoint", "chat", "x")
    assert error.origin == CALLED
    assert any("nowhere_at_all" in line for line in lines) is is_traced


def test_what_is_refused_answers_nothing_until_it_is_taken_back(registry, endpoints, builtins):
    """The same error each time, cached answers included; the state is what it was."""
    assert builtins
    before = endpoints.list_implementations()
    endpoints.create_instance("chat")
    refusal = RegistrationError("not like the parent")
    registry.refuse(refusal)
    for ask in (
        endpoints.list_implementations,
        endpoints.get_all_class_types,
        lambda: endpoints.create_instance("chat"),
        lambda: endpoints.explain("chat"),
    ):
        with pytest.raises(RegistrationError) as caught:
            ask()
        assert caught.value is refusal
    registry.refuse(None)
    assert endpoints.list_implementations() == before
    assert endpoints.create_instance("chat")


def test_class_types_that_can_be_used_are_those_with_a_fitting_version():
    """One implementation that fits is enough; whose do not fit are listed all the same."""
    registry = Registry()
    slot = registry.define_factory("gear", "GearFactory", __name__, "")
    for class_type, name, requires in (
        ("both", "a", "nowhere-at-all>=1"),
        ("both", "b", ()),
        ("none", "a", "nowhere-at-all>=1"),
        ("plain", "a", ()),
    ):
        entry = LazyEntry(class_type, "m", name, requires=requires)
        registry.add(slot, entry, caller=__name__)
    assert registry.class_types(slot) == ["both", "none", "plain"]
    assert registry.usable_class_types(slot) == ["both", "plain"]


def test_a_module_that_becomes_a_plugin_takes_its_registrations_along(registry, endpoints, make):
    """With priority and class; another module's stay the application's."""
    slot = registry.slots["endpoint"]
    made = type("Made", (), {"__module__": "acme"})
    registry.add(slot, make.entry("x"), caller="acme", priority=3, loaded=made)
    registry.add(slot, make.entry("y"), caller="acme")
    registry.add(slot, make.entry("z"), caller="other")
    make.load(registry, make.installed("acme"), ModuleType("acme"))
    assert [
        (c.entry.identifier, c.origin.plugin, c.is_plugin, c.priority, c.loaded)
        for c in registry.candidates(slot, "chat")
    ] == [
        ("x", "acme", True, 3, made),
        ("y", "acme", True, 0, None),
        ("z", "other", False, 0, None),
    ]
    assert endpoints.get_class_from_type("chat") is made
