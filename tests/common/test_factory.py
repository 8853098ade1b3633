"""The base of every factory: each call of the contract, with every kind of class type."""

from __future__ import annotations

import json
import logging
from enum import Enum, StrEnum
from functools import partial
from typing import Any

import pytest

from aiperf import LazyEntry, hookimpl
from aiperf.common.factory import AIPerfFactory
from aiperf.plugins.errors import (
    FactoryCreationError,
    ImplementationLoadError,
    PluginValidationError,
    UnknownClassTypeError,
)
from aiperf.plugins.registry import Registry


class Text(StrEnum):
    CHAT = "chat"
    OTHER = "other"


class Mixed(str, Enum):  # noqa: UP042 - the older kind, which is not StrEnum
    CHAT = "chat"
    OTHER = "other"


class Plain(Enum):
    CHAT = "chat"
    OTHER = "other"


CLASS_TYPES = pytest.mark.parametrize("chat", ["chat", Text.CHAT, Mixed.CHAT, Plain.CHAT], ids=repr)


class Widget:
    """What the factories here make."""

    def __init__(self, **given: Any) -> None:
        self.given = given


class Other(Widget):
    """Another one."""


class Broken:
    """Its constructor raises what it is given."""

    def __init__(self, error: BaseException) -> None:
        raise error


@pytest.fixture
def registry():
    return Registry()


@pytest.fixture
def widgets(registry):
    """A factory called ``widget`` on a registry of its own."""

    class WidgetFactory(AIPerfFactory[str, Any], registry=registry):
        """Makes widgets."""

    return WidgetFactory


@pytest.fixture
def warned(caplog):
    """A function that returns what ``aiperf.plugins`` has warned of since the last call."""
    caplog.set_level(logging.DEBUG, "aiperf.plugins")

    def take():
        messages = [each.getMessage() for each in caplog.records if each.name == "aiperf.plugins"]
        levels = {each.levelname for each in caplog.records}
        assert levels <= {"WARNING"}
        caplog.clear()
        return messages

    return take


def lazily(factory, class_type="chat", cls=Widget, identifier=None, **keywords):
    """Register one of this module's classes by name."""
    factory.register_lazy(class_type, __name__, cls.__name__, identifier, **keywords)


class TestDefining:
    """A subclass is a factory, and gets its hook, by being defined."""

    @pytest.mark.parametrize(
        ("title", "name"),
        [
            ("EndpointFactory", "endpoint"),
            ("HTTPProxyPoolFactory", "http_proxy_pool"),
            ("UIFactory", "ui"),
            ("Mp3Factory", "mp3"),
            ("GPUMetricV2Factory", "gpu_metric_v2"),
            ("Widgets", "widgets"),
            ("Factory", "factory"),
        ],
    )
    def test_its_name_is_the_classes_in_snake_case(self, registry, title, name):
        """Without ``Factory``; the hook is ``aiperf_register_`` and the name."""
        factory = type(AIPerfFactory)(title, (AIPerfFactory,), {}, registry=registry)
        assert list(registry.slots) == [name]
        assert hasattr(registry.manager.hook, f"aiperf_register_{name}")
        assert factory.get_all_class_types() == []

    def test_another_name_can_be_given(self, registry):
        """For a class that is called otherwise."""

        class Factory(AIPerfFactory, registry=registry, factory_name="gadget"):
            """Makes gadgets."""

        assert list(registry.slots) == ["gadget"]
        assert Factory.explain is not None

    def test_an_abstract_base_is_no_factory(self, registry):
        """What derives from it is, on the same registry."""

        class Base(AIPerfFactory, registry=registry, abstract=True):
            """Not a factory."""

        assert registry.slots == {}

        class GadgetFactory(Base):
            """Makes gadgets."""

        assert list(registry.slots) == ["gadget"]
        assert GadgetFactory.plugin_registry is registry

    def test_other_class_keywords_are_passed_on(self, registry):
        """To a mixin that wants them."""

        class Mixin:
            def __init_subclass__(cls, *, colour, **keywords):
                super().__init_subclass__(**keywords)
                cls.colour = colour

        class GadgetFactory(AIPerfFactory, Mixin, registry=registry, colour="red"):
            """Makes gadgets."""

        assert GadgetFactory.colour == "red"

    @pytest.mark.usefixtures("widgets")
    def test_the_hook_says_what_to_provide_and_shows_a_whole_implementation(self, registry):
        """The example in the documentation works as it is written."""
        documentation = registry.manager.hook.aiperf_register_widget.spec.function.__doc__
        assert documentation.startswith("Makes widgets.")
        example = documentation.partition("Example::")[2]
        content: dict[str, Any] = {}
        exec("if True:\n" + example, content)  # noqa: S102 - that is what a reader does with it
        plugin = type("Plugin", (), {})()
        plugin.aiperf_register_widget = content["aiperf_register_widget"]
        registry.manager.register(plugin)
        assert registry.manager.hook.aiperf_register_widget() == [
            [LazyEntry("my_type", "my_plugin.module", "MyClass", identifier="my_id")]
        ]

    def test_an_example_of_the_factorys_own_is_shown_in_place_of_the_general_one(self, registry):
        """It is written for that factory, so it says more."""

        class GadgetFactory(AIPerfFactory, registry=registry):
            """Makes gadgets.

            Example::

                print("a whole one")
            """

        documentation = registry.manager.hook.aiperf_register_gadget.spec.function.__doc__
        assert documentation == (
            "Makes gadgets.\n\nReturns:\n"
            "    An iterable of ``aiperf.LazyEntry``, one for each implementation.\n\n"
            'Example::\n\n    print("a whole one")'
        )
        assert GadgetFactory.get_all_classes() == []

    def test_without_documentation_there_is_still_the_example(self, registry):
        """The name has to do."""

        class BareFactory(AIPerfFactory, registry=registry):
            pass

        documentation = registry.manager.hook.aiperf_register_bare.spec.function.__doc__
        assert documentation.startswith("Implementations of bare.")
        assert BareFactory.get_all_classes() == []


@CLASS_TYPES
class TestEveryClassType:
    """``class_type`` is a string or a string-valued enum member in every call."""

    def test_in_lazy_registration_selection_and_creation(self, widgets, chat):
        """Registered by any spelling, it is found by every other."""
        lazily(widgets, chat, Widget, "one")
        lazily(widgets, "chat", Other, "two")
        assert type(widgets.create_instance(chat)) is Widget
        assert widgets.get_class_from_type(chat) is Widget
        widgets.use_implementation_by_id(chat, "two")
        assert widgets.get_class_from_type("chat") is Other
        assert type(widgets.create_instance(chat)) is Other
        widgets.clear_implementation(chat)
        assert widgets.get_class_from_type(chat) is Widget
        with widgets.using(chat, "two"):
            assert widgets.explain(chat).winner.identifier == "two"
        assert [each.identifier for each in widgets.list_implementations(chat)] == ["one", "two"]
        assert {each.class_type for each in widgets.list_implementations()} == {"chat"}

    def test_in_decorators(self, widgets, chat):
        """Both of them."""
        widgets.register(chat)(Widget)
        widgets.register_all(chat, "other", override_priority=1)(Other)
        assert widgets.get_class_from_type("chat") is Other
        assert widgets.get_class_from_type(Plain.OTHER) is Other

    def test_in_entries_of_hooks(self, registry, widgets, chat):
        """A plugin may have the application's enum at hand."""
        plugin = type("Plugin", (), {})()
        entries = [LazyEntry(chat, __name__, "Widget")]
        plugin.aiperf_register_widget = hookimpl(lambda: entries)
        registry.manager.register(plugin)
        assert type(widgets.create_instance(chat)) is Widget

    def test_it_comes_back_as_it_was_registered(self, widgets, chat):
        """Whoever asks for it in another spelling changes nothing."""
        lazily(widgets, chat)
        widgets.create_instance("chat")
        widgets.list_implementations(Plain.CHAT)
        assert widgets.get_all_class_types() == [chat]
        assert type(widgets.get_all_class_types()[0]) is type(chat)
        assert widgets.get_all_classes_and_types() == [(Widget, chat)]


def test_a_factory_with_an_enum_gives_its_members(registry):
    """Also for what a hook registered by a plain string; others stay strings."""

    class WidgetFactory(AIPerfFactory[Plain, Widget], registry=registry):
        """Makes widgets."""

    lazily(WidgetFactory, "chat")
    lazily(WidgetFactory, "further")
    assert WidgetFactory.get_all_class_types() == [Plain.CHAT, "further"]


def test_an_enum_without_strings_is_refused(registry):
    """When the factory is defined, and not at its first use."""

    class Number(Enum):
        ONE = 1

    with pytest.raises(UnknownClassTypeError, match="an enum member with a string value, not"):

        class BadFactory(AIPerfFactory[Number, Widget], registry=registry):
            """Cannot be."""


class TestRegisterLazy:
    """Adds one entry; strings and plain data only."""

    def test_all_that_is_said_of_it_can_be_listed(self, widgets):
        """Without loading it; the identifier defaults to the class name."""
        widgets.register_lazy(
            "chat", "no.such", "Module", is_plugin=True, description="none", metadata={"extra": "x"}
        )
        (listed,) = widgets.list_implementations()
        assert (
            listed.factory,
            listed.class_type,
            listed.identifier,
            listed.module_path,
            listed.class_name,
            listed.is_plugin,
            listed.is_selected,
            listed.description,
            listed.metadata,
        ) == ("widget", "chat", "Module", "no.such", "Module", True, True, "none", {"extra": "x"})
        assert listed.origin.module == __name__

    def test_arguments_may_be_given_by_position(self, widgets):
        """As in the source text: identifier and is_plugin are the fourth and fifth."""
        widgets.register_lazy("chat", "a", "A", "x", True)  # noqa: FBT003 - that is the point
        (listed,) = widgets.list_implementations("chat")
        assert (listed.identifier, listed.is_plugin) == ("x", True)

    def test_a_name_that_cannot_be_right_is_refused(self, widgets):
        """At once, with the call in the message."""
        with pytest.raises(PluginValidationError, match="module_path 'a b' is not a dotted"):
            widgets.register_lazy("chat", "a b", "A")
        with pytest.raises(UnknownClassTypeError):
            widgets.register_lazy(3, "a", "A")
        assert widgets.list_implementations() == []


class TestCreateInstance:
    """Loads the selected class on first use and calls it."""

    def test_keywords_reach_the_constructor(self, widgets):
        """Each call makes a new instance."""
        lazily(widgets)
        first, second = (widgets.create_instance("chat", size=size) for size in (1, 2))
        assert (first.given, second.given) == ({"size": 1}, {"size": 2})

    @pytest.mark.parametrize("class_type", ["caht", Text.CHAT, None, 3, ["chat"], {}])
    def test_an_unknown_class_type_is_an_error_of_both_kinds(self, widgets, class_type):
        """From ``create_instance`` and ``get_class_from_type``."""
        for call in (widgets.create_instance, widgets.get_class_from_type):
            for kind in (FactoryCreationError, TypeError):
                with pytest.raises(kind) as caught:
                    call(class_type)
                assert caught.value.factory == "widget"

    def test_a_class_that_cannot_be_loaded_is_an_error(self, widgets):
        """Chained, and not remembered."""
        widgets.register_lazy("chat", "acme_missing", "A")
        for call in (widgets.create_instance, widgets.get_class_from_type) * 2:
            with pytest.raises(ImplementationLoadError) as caught:
                call("chat")
            assert isinstance(caught.value, FactoryCreationError)
            assert isinstance(caught.value.__cause__, ModuleNotFoundError)

    @pytest.mark.parametrize("error", [ValueError("too\nbig"), SystemExit(2), BaseException()])
    def test_a_constructor_that_raises_is_an_error(self, widgets, error):
        """Chained, in one line, with all that says which implementation it was."""
        lazily(widgets, cls=Broken, identifier="bad")
        with pytest.raises(FactoryCreationError) as caught:
            widgets.create_instance("chat", error=error)
        assert caught.value.__cause__ is error
        text = str(caught.value)
        assert text.startswith("Error creating 'chat' instance for WidgetFactory: ")
        assert f" ({__name__}:Broken, runtime " in text
        assert "\n" not in text
        assert type(error).__name__ in text
        assert text.endswith("Correct its arguments, or select another implementation.")
        assert (caught.value.factory, caught.value.class_type, caught.value.identifier) == (
            "widget",
            "chat",
            "bad",
        )
        assert caught.value.origin.module == __name__

    def test_wrong_keywords_are_an_error_of_the_same_kind(self, widgets):
        """The TypeError of the call is the cause, and not taken for an unknown class type."""
        lazily(widgets, cls=Broken)
        with pytest.raises(FactoryCreationError) as caught:
            widgets.create_instance("chat", wrong=1)
        assert not isinstance(caught.value, TypeError)
        assert isinstance(caught.value.__cause__, TypeError)

    def test_an_interrupt_is_not_an_error_of_the_constructor(self, widgets):
        """Ctrl-C stays Ctrl-C."""
        lazily(widgets, cls=Broken)
        with pytest.raises(KeyboardInterrupt):
            widgets.create_instance("chat", error=KeyboardInterrupt())

    def test_a_warm_call_asks_nobody(self, registry, widgets):
        """No hook is called and nothing is resolved or scanned."""
        lazily(widgets)
        widgets.create_instance("chat")
        calls = []
        registry.manager.add_hookcall_monitoring(lambda *_: calls.append(1), lambda *_: None)
        slot = registry.slots["widget"]
        slot.ranked, slot.contributed = {}, None
        assert isinstance(widgets.create_instance("chat"), Widget)
        assert widgets.get_class_from_type("chat") is Widget
        assert calls == []
        assert slot.ranked == {}


class TestAllOfThem:
    """The selected class of every class type."""

    def test_classes_and_types_come_in_order_of_registration(self, widgets):
        """Hooks first; each class type once."""
        lazily(widgets, "b")
        lazily(widgets, "a", Other)
        lazily(widgets, "b", Other)
        assert widgets.get_all_class_types() == ["b", "a"]
        assert widgets.get_all_classes() == [Widget, Other]
        assert widgets.get_all_classes_and_types() == [(Widget, "b"), (Other, "a")]
        with widgets.using("b", "Other"):
            assert widgets.get_all_classes() == [Other, Other]

    def test_listing_all_of_a_factory_lists_each_class_types_best_first(self, widgets):
        """Grouped by class type."""
        lazily(widgets, "b")
        lazily(widgets, "a")
        lazily(widgets, "b", Other, is_plugin=True)
        assert [(each.class_type, each.identifier) for each in widgets.list_implementations()] == [
            ("b", "Other"),
            ("b", "Widget"),
            ("a", "Widget"),
        ]


class TestDecorators:
    """The old decorators, with their semantics and warnings."""

    def test_a_decorated_class_is_registered_and_returned(self, widgets, warned):
        """Without a word, where it is the first; nothing is imported for it again."""

        @widgets.register("chat")
        class Local(Widget):
            """Cannot be imported by name."""

        assert Local.__name__ == "Local"
        assert type(widgets.create_instance("chat")) is Local
        (listed,) = widgets.list_implementations("chat")
        assert (listed.identifier, listed.class_name, listed.module_path) == (
            "Local",
            "Local",
            __name__,
        )
        assert not listed.is_plugin
        assert warned() == []

    def test_several_class_types_at_once(self, widgets):
        """``register_all`` is ``register`` for each."""
        widgets.register_all("a", Plain.OTHER, override_priority=3)(Widget)
        widgets.register("a", override_priority=2)(Other)
        assert widgets.get_all_classes_and_types() == [(Widget, "a"), (Widget, Plain.OTHER)]

    @pytest.mark.parametrize("priority", [0, 5])
    @pytest.mark.parametrize("lower", [0, 1, 9])
    def test_an_equal_or_lower_priority_is_kept_but_not_selected(
        self, widgets, warned, priority, lower
    ):
        """With the warning that it always gave, on the logger ``aiperf.plugins``."""
        widgets.register("chat", override_priority=priority)(Widget)
        widgets.register("chat", override_priority=priority - lower)(Other)
        assert widgets.get_class_from_type("chat") is Widget
        assert warned() == [
            (
                "WidgetFactory: 'chat' is already registered to Widget "
                f"(override_priority {priority}). Other (override_priority {priority - lower}) is "
                "kept but not selected; it needs a higher override_priority."
            )
        ]
        with widgets.using("chat", "Other"):
            assert widgets.get_class_from_type("chat") is Other

    def test_a_higher_priority_wins(self, widgets, warned):
        """In either order of registration, with a warning that says who overrides whom."""
        widgets.register("chat", override_priority=1)(Widget)
        widgets.register("chat", override_priority=2)(Other)
        assert widgets.get_class_from_type("chat") is Other
        assert warned() == [
            (
                "WidgetFactory: Other (override_priority 2) overrides Widget (override_priority 1) "
                "for 'chat'."
            )
        ]
        widgets.register("late", override_priority=2)(Other)
        widgets.register("late", override_priority=1)(Widget)
        assert widgets.get_class_from_type("late") is Other

    def test_builtins_have_priority_zero(self, registry, widgets, warned):
        """A decorator without priority does not replace one, a positive priority does."""
        plugin = type("Plugin", (), {})()
        plugin.aiperf_register_widget = hookimpl(lambda: [LazyEntry("chat", __name__, "Widget")])
        registry.register_builtins(plugin, "app", "1.0")
        widgets.register("chat")(Broken)
        assert widgets.get_class_from_type("chat") is Widget
        widgets.register("chat", override_priority=1)(Other)
        assert widgets.get_class_from_type("chat") is Other
        assert [each.partition(": ")[2][:20] for each in warned()] == [
            "'chat' is already re",
            "Other (override_prio",
        ]
        rules = [
            (loss.implementation.identifier, loss.rule.name)
            for loss in widgets.explain("chat").losers
        ]
        assert rules == [("Widget", "PRIORITY"), ("Broken", "PRIORITY")]

    def test_the_same_class_again_is_a_no_op(self, widgets, warned):
        """A module may be executed twice."""
        widgets.register("chat")(Widget)
        widgets.register("chat", override_priority=1)(Widget)
        assert len(widgets.list_implementations()) == 1
        assert warned() == []

    def test_the_same_class_again_may_raise_its_priority(self, widgets, warned):
        """It then comes where a class of that priority comes."""
        widgets.register("chat")(Widget)
        widgets.register("chat", override_priority=5)(Other)
        widgets.register("chat", override_priority=5)(Widget)
        assert widgets.get_class_from_type("chat") is Other
        widgets.register("chat", override_priority=9)(Widget)
        assert widgets.get_class_from_type("chat") is Widget
        widgets.register("chat", override_priority=1)(Widget)
        assert widgets.get_class_from_type("chat") is Widget
        assert len(widgets.list_implementations("chat")) == 2
        assert warned()[-1] == (
            "WidgetFactory: Widget (override_priority 9) overrides Other (override_priority 5) for "
            "'chat'."
        )

    def test_a_subclass_may_override_what_a_decorator_does(self, registry):
        """``register_all`` goes through its ``register``, and ``register`` through nothing else."""
        seen = []

        class PickyFactory(AIPerfFactory[str, Any], registry=registry):
            """Notes what is registered, one class type at a time."""

            @classmethod
            def register(cls, class_type, override_priority=0, *, note=None):
                original = super().register(class_type, override_priority)

                def decorate(decorated):
                    seen.append((class_type, override_priority, note))
                    return original(decorated)

                return decorate

        class SingleFactory(PickyFactory, registry=registry):
            """Takes one class type for each class."""

            @classmethod
            def register_all(cls, *class_types, override_priority=0):
                raise RuntimeError(f"{class_types} {override_priority}")

        PickyFactory.register_all("a", "b", override_priority=2)(Widget)
        SingleFactory.register("c", note="one")(Widget)
        assert seen == [("a", 2, None), ("b", 2, None), ("c", 0, "one")]
        assert PickyFactory.get_all_class_types() == ["a", "b"]
        with pytest.raises(RuntimeError):
            SingleFactory.register_all("d")

    def test_whatever_can_be_called_may_be_decorated(self, widgets):
        """Also what has no name that can be written."""
        odd = type("Odd-name 1", (Widget,), {})
        widgets.register("odd")(odd)
        widgets.register("function")(lambda **keywords: keywords)
        widgets.register("partial")(partial(Widget, number=3))
        assert type(widgets.create_instance("odd")) is odd
        assert widgets.create_instance("function", a=1) == {"a": 1}
        assert isinstance(widgets.create_instance("partial"), Widget)
        assert [each.identifier for each in widgets.list_implementations()] == [
            "_Odd_name_1",
            "__lambda_",
            "partial",
        ]

    def test_classes_of_one_name_are_all_kept(self, widgets, warned):
        """The first has its name; the others' identifiers say where they are from."""
        made = []
        for _ in range(3):

            @widgets.register("chat")
            class Same:
                """One of three."""

            made.append(Same)
        identifiers = [each.identifier for each in widgets.list_implementations("chat")]
        assert identifiers == ["Same", f"{__name__}.Same", f"{__name__}.Same#2"]
        for identifier, each in zip(identifiers, made, strict=True):
            with widgets.using("chat", identifier):
                assert widgets.get_class_from_type("chat") is each
        assert len(warned()) == 2

    def test_decorated_and_lazy_classes_live_side_by_side(self, widgets):
        """The earlier of equal rank wins."""
        lazily(widgets)
        widgets.register("chat")(Other)
        assert [each.identifier for each in widgets.list_implementations("chat")] == [
            "Widget",
            "Other",
        ]


def test_every_python_block_of_the_source_text_works(fresh_python):
    """Registration, discovery and selection, as the summary of the implementation writes them."""
    code = """
        from aiperf.common.factories import EndpointFactory, TransportFactory

        EndpointFactory.register_lazy("chat", "aiperf.endpoints.openai_chat", "ChatEndpoint",
                                      identifier="openai_chat")
        EndpointFactory.register_lazy("embeddings", "aiperf.endpoints.openai_embeddings",
                                      "EmbeddingsEndpoint", identifier="openai_embeddings")
        TransportFactory.register_lazy("http", "aiperf.transports.http_transport",
                                       "HTTPTransport", identifier="http")

        EndpointFactory.register_lazy(
            class_type="chat",
            module_path="aiperf.endpoints.openai_chat",
            class_name="ChatEndpoint",
            identifier="openai_chat",
            is_plugin=False
        )

        import aiperf  # Registers builtins via aiperf/aiperf_registry.py

        from aiperf.common.factories import PluginDiscovery
        PluginDiscovery.discover_all()  # Load plugins from entry points + env vars

        implementations = EndpointFactory.list_implementations("chat")
        EndpointFactory.use_implementation_by_id("chat", "openai_chat")

        from aiperf.common.models import ModelEndpoint
        info = ModelEndpoint(model="any")
        endpoint = EndpointFactory.create_instance("chat", model_endpoint=info)

        import json
        print(json.dumps([[each.reference for each in implementations], type(endpoint).__name__]))
    """
    references, made = json.loads(fresh_python(code, warnings_are_errors=True))
    assert references == ["openai_chat"]
    assert made == "ChatEndpoint"
