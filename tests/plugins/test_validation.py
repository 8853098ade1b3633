"""What a plugin declares is checked before anything changes, and refused with a next step."""

from __future__ import annotations

import functools
from types import ModuleType, SimpleNamespace

import pluggy
import pytest

from aiperf import LazyEntry, hookimpl
from aiperf.plugins.candidates import HookOrder
from aiperf.plugins.errors import PluginValidationError
from aiperf.plugins.validation import check_hookimpls, checked_entries, hook_order, is_data

pytestmark = pytest.mark.usefixtures("endpoints")


@pytest.fixture
def hooks(registry, make):
    """A function that checks a plugin and returns the hooks it implements."""

    def check(plugin):
        manager = registry.manager
        return check_hookimpls(manager, plugin, make.installed("acme"), manager.known_hooks)

    return check


@pytest.fixture
def refused(registry, hooks):
    """A function that checks that a plugin is refused, with no trace, and returns the message."""

    def check(plugin):
        with pytest.raises(PluginValidationError) as caught:
            hooks(plugin)
        assert caught.value.plugin is plugin
        assert str(caught.value).startswith("plugin 'acme' (acme 1.0): ")
        before = registry.manager.generation
        with pytest.raises(pluggy.PluginValidationError):
            registry.manager.register(plugin, "acme")
        assert registry.manager.generation == before
        assert not registry.manager.has_plugin("acme")
        assert registry.manager.hook.aiperf_register_endpoint.get_hookimpls() == []
        return str(caught.value).removeprefix("plugin 'acme' (acme 1.0): ")

    return check


def no_entries():
    """A function that nobody marks."""
    return []


def module(**content) -> ModuleType:
    made = ModuleType("acme")
    vars(made).update(content)
    return made


def test_hookimpls_of_modules_objects_and_classes_are_found(hooks):
    """By their name or by ``specname``; also bound methods, class methods and static methods."""

    class Plugin:
        @hookimpl
        def aiperf_register_endpoint(self):
            return []

        @staticmethod
        @hookimpl(specname="aiperf_register_endpoint")
        def static():
            return []

        @classmethod
        @hookimpl(specname="aiperf_register_endpoint")
        def on_class(cls):
            return []

    hook = "aiperf_register_endpoint"
    assert hooks(Plugin()) == (hook,) * 3
    assert hooks(module(aiperf_register_endpoint=Plugin().aiperf_register_endpoint)) == (hook,)
    assert hooks(module(implementation=Plugin.static)) == (hook,)


def test_a_function_may_be_called_otherwise_than_its_attribute(hooks):
    """The attribute is what pluggy goes by."""

    @functools.lru_cache
    def other():
        return []

    @hookimpl
    def inner():
        return other()

    assert hooks(module(aiperf_register_endpoint=inner)) == ("aiperf_register_endpoint",)


def test_a_misspelled_hook_names_the_nearest(refused):
    """A hook that only another application defines can be marked as such."""

    @hookimpl
    def aiperf_register_endpiont():
        return []

    text = refused(module(aiperf_register_endpiont=aiperf_register_endpiont))
    assert text == (
        "there is no hook 'aiperf_register_endpiont'. Did you mean 'aiperf_register_endpoint'? If "
        "another application defines it, mark it with @hookimpl(optionalhook=True)."
    )


def test_an_optional_hook_may_be_unknown(hooks):
    """But its signature is checked all the same, as the hook may be defined later."""

    @hookimpl(optionalhook=True)
    def aiperf_register_widget():
        return []

    assert hooks(module(aiperf_register_widget=aiperf_register_widget)) == ()

    @hookimpl(optionalhook=True)
    def wrong(size):
        return [size]

    with pytest.raises(PluginValidationError, match="asks for size"):
        hooks(module(aiperf_register_widget=wrong))


def test_before_any_factory_every_hook_may_be_right(make):
    """There is nothing to compare with yet; the signature can be checked."""
    manager = pluggy.PluginManager("aiperf")

    @hookimpl
    def aiperf_register_widget():
        return []

    plugin = module(aiperf_register_widget=aiperf_register_widget)
    assert check_hookimpls(manager, plugin, make.installed("acme"), list) == ()


@pytest.mark.parametrize(
    ("function", "asked"),
    [
        (lambda config: config, "config"),
        (lambda a, /, b, *, c: (a, b, c), "a, b, c"),
    ],
)
def test_a_hook_takes_no_argument(refused, function, asked):
    """The message names what it asks for."""
    assert refused(module(aiperf_register_endpoint=hookimpl(function))) == (
        f"hook 'aiperf_register_endpoint' takes no argument, but this one asks for {asked}. "
        "Remove the parameters; a hook only returns lazy entries."
    )


def test_parameters_that_nothing_need_give_are_accepted(hooks):
    """Defaults, ``*args`` and ``**kwargs`` ask for nothing."""
    function = hookimpl(lambda a=1, *b, c=2, **d: [a, b, c, d])
    assert hooks(module(aiperf_register_endpoint=function)) == ("aiperf_register_endpoint",)


def test_a_class_instead_of_an_instance_is_told_apart(refused):
    """Its methods ask for ``self``, which nobody will give."""

    class Plugin:
        @hookimpl
        def aiperf_register_endpoint(self):
            return []

    text = refused(Plugin)
    assert "asks for self" in text
    assert "Name an instance of class Plugin, or put @staticmethod above it." in text


def test_a_forgotten_mark_is_noticed(refused, hooks):
    """In modules and in objects, whatever kind of callable it is; classes and modules are not."""

    class Plugin:
        def aiperf_register_endpoint(self):
            return []

    class Static:
        @staticmethod
        def aiperf_register_endpoint():
            return []

    for plugin in (
        module(aiperf_register_endpoint=no_entries),
        module(aiperf_register_endpoint=functools.partial(list)),
        Plugin(),
        Static(),
    ):
        assert refused(plugin) == (
            "function 'aiperf_register_endpoint' is named like a hook but is not marked as one. "
            "Put @hookimpl above it (from aiperf import hookimpl), or rename it."
        )
    assert hooks(module(aiperf_register_endpoint=Plugin, aiperf_register_x=functools)) == ()
    assert hooks(module(aiperf_register_endpoint=["chat"])) == ()


def test_a_mark_for_another_project_is_no_mark(refused):
    """There is one marker for each project."""
    function = pluggy.HookimplMarker("pytest")(lambda: [*()])
    assert "not marked as one" in refused(module(aiperf_register_endpoint=function))


@pytest.mark.parametrize("option", ["wrapper", "hookwrapper"])
def test_a_wrapper_must_yield(refused, option):
    """The message shows how."""
    function = hookimpl(lambda: [*()], **{option: True})
    assert refused(module(aiperf_register_endpoint=function)) == (
        "hook 'aiperf_register_endpoint' is marked as a wrapper but is not a generator function. "
        "Write result = yield in it and return the result."
    )


def test_a_wrapper_is_of_one_kind(refused):
    """The two marks exclude each other."""
    function = hookimpl(lambda: (yield), wrapper=True, hookwrapper=True)
    assert refused(module(aiperf_register_endpoint=function)) == (
        "hook 'aiperf_register_endpoint' is marked both wrapper and hookwrapper. Keep wrapper."
    )


def test_a_hook_is_not_asynchronous(refused):
    """Nobody would await it."""

    @hookimpl
    async def coroutine():
        return []

    @hookimpl
    async def generator():
        yield []

    for function in (coroutine, generator):
        assert refused(module(aiperf_register_endpoint=function)) == (
            "hook 'aiperf_register_endpoint' is asynchronous. Write def instead of async def."
        )


def test_a_hook_of_the_applications_own_is_left_to_pluggy(registry, hooks):
    """Only the hooks of factories take no argument."""
    specification = pluggy.HookspecMarker("aiperf")(lambda config: config)
    registry.manager.add_hookspecs(module(started=specification))
    assert hooks(module(started=hookimpl(lambda config: config))) == ("started",)


def test_an_object_in_the_module_is_not_touched(hooks):
    """A proxy that raises at any question does no harm."""

    class Proxy:
        def __getattr__(self, name):
            raise RuntimeError(name)

    assert hooks(module(proxy=Proxy(), aiperf_register_endpoint=hookimpl(lambda: [*()]))) == (
        "aiperf_register_endpoint",
    )


def test_the_order_is_that_of_the_marks():
    """tryfirst, plain, trylast."""
    assert hook_order({"tryfirst": True, "trylast": False}) is HookOrder.TRYFIRST
    assert hook_order({"tryfirst": False, "trylast": False}) is HookOrder.PLAIN
    assert hook_order({"tryfirst": False, "trylast": True}) is HookOrder.TRYLAST


@pytest.fixture
def entries(make):
    """A function that checks what a hook returned."""
    return lambda result: checked_entries(
        result, hook="aiperf_register_endpoint", factory="endpoint", origin=make.installed("acme")
    )


def test_any_iterable_of_entries_is_accepted(entries, make):
    """The result is a list in the same order."""
    one = make.entry("one")
    two = LazyEntry("chat", "acme", "Acme", factory="endpoint")
    for result in ([one, two], (one, two), iter([one, two]), {one: 1, two: 2}):
        assert entries(result) == [one, two]


@pytest.mark.parametrize(
    ("result", "shown"),
    [
        (None, "hook 'aiperf_register_endpoint' returned nothing (None)"),
        ("chat", "returned 'chat' (str)"),
        (b"chat", "returned b'chat' (bytes)"),
        (3, "returned 3 (int)"),
        (LazyEntry("chat", "acme", "Acme"), "(LazyEntry)"),
        ([("chat", "acme")], "returned a list with ('chat', 'acme') (tuple) in it"),
        ([None], "returned a list with nothing (None) in it"),
        ([SimpleNamespace], "(type) in it"),
    ],
)
def test_anything_else_is_refused(entries, result, shown):
    """The message shows what came and what should have come."""
    with pytest.raises(PluginValidationError) as caught:
        entries(result)
    assert shown in str(caught.value)
    assert "Return a list: return [LazyEntry(...)] from aiperf_register_endpoint()." in str(
        caught.value
    )


def test_an_entry_for_another_factory_is_refused(entries):
    """The message names the hook that it belongs to."""
    with pytest.raises(PluginValidationError) as caught:
        entries([LazyEntry("http", "acme", "Acme", factory="transport")])
    assert (
        "which says it is for factory 'transport'. Return it from aiperf_register_transport()"
        in (str(caught.value))
    )


def test_the_message_says_which_file(registry):
    """Where the plugin's file is known, the message ends with it."""
    plugin = module(aiperf_register_endpoint=hookimpl(lambda a: a), __file__="/site/acme.py")
    with pytest.raises(PluginValidationError, match=r"\[/site/acme\.py\]$"):
        registry.manager.register(plugin, "acme")


def _plain():
    return []


def _open(*_, **__):
    return []


def _optional(_=1):
    return []


class TestWhatIsLookedAt:
    """Attributes that cannot be hooks are passed over early; nothing else is."""

    def test_a_module_is_data_and_functions(self):
        """Data is known as such; what pluggy can mark is not, and neither is the unknown."""
        module = ModuleType("acme", "Documented.")
        module.number, module.text, module.nothing = 1, "text", None
        module.function, module.proxy = (lambda: None), SimpleNamespace()
        data = {name for name in vars(module) if is_data(module, name)}
        assert data >= {"__name__", "__doc__", "__spec__", "number", "text", "nothing"}
        assert data.isdisjoint({"function", "proxy"})
        assert not is_data(SimpleNamespace(number=1), "number")

    def test_pluggy_would_have_said_the_same(self, registry):
        """Of every attribute of every kind of plugin."""

        class Plugin:
            """Hooks as methods."""

            text = "text"

            @hookimpl
            def aiperf_register_endpoint(self):
                """Nothing."""
                return []

        module = ModuleType("acme")
        module.text = "text"
        module.aiperf_register_endpoint = hookimpl(_plain)
        module.bound = Plugin().aiperf_register_endpoint
        for plugin in (Plugin(), Plugin, module):
            for name in dir(plugin):
                theirs = pluggy.PluginManager.parse_hookimpl_opts(registry.manager, plugin, name)
                assert registry.manager.parse_hookimpl_opts(plugin, name) == theirs
                specified = pluggy.PluginManager.parse_hookspec_opts(registry.manager, plugin, name)
                assert registry.manager.parse_hookspec_opts(plugin, name) == specified

    @pytest.mark.parametrize(
        "hook",
        [
            lambda needed: [needed],
            lambda *, needed: [needed],
            functools.wraps(lambda needed: needed)(lambda *_: []),
        ],
    )
    def test_parameters_are_found_in_every_form(self, registry, make, hook):
        """Positional, keyword-only, and those of a function that another one wraps."""
        with pytest.raises(PluginValidationError, match="asks for needed"):
            registry.manager.register(make.plugin(hook))

    @pytest.mark.parametrize("hook", [_plain, _open, _optional])
    def test_a_hook_that_asks_for_nothing_is_right(self, registry, make, hook):
        """However it is written."""
        assert registry.manager.register(make.plugin(hook)) == "acme"
