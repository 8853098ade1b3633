"""Calling a registration hook: whose each entry is, what wrappers may do, and who fails alone."""

from __future__ import annotations

import pytest

from aiperf import LazyEntry, hookimpl
from aiperf.plugins.candidates import HookOrder
from aiperf.plugins.errors import PluginLoadError, PluginValidationError
from aiperf.plugins.origins import Origin, OriginKind
from aiperf.plugins.report import PluginStatus

HOOK = "aiperf_register_endpoint"


@pytest.fixture
def collected(registry, endpoints):
    """A function that collects, until nothing changes, identifiers with plugin and position."""

    def collect():
        endpoints.list_implementations()
        return sorted(
            (each.entry.identifier, each.origin.plugin, each.hook_order, each.position)
            for each in registry.manager.collect(HOOK)
        )

    return collect


@pytest.fixture
def install(registry, endpoints, make):
    """A function that loads an installed plugin with one hook; the factory is there by then."""
    assert endpoints
    return lambda name, hook, **options: make.load(
        registry, make.installed(name), make.plugin(hook, name, **options)
    )


@pytest.fixture
def other(install, make):
    """A healthy plugin ``other`` with the entry ``fine``, beside the one that is tested."""
    install("other", [make.entry("fine")])


FINE = ("fine", "other", HookOrder.PLAIN, 0)


def test_each_entry_is_its_plugins(registry, make, collected):
    """With its place in the list and the plugin's marks."""
    first = make.plugin([make.entry("a"), make.entry("b")], "first", tryfirst=True)
    second = make.plugin([make.entry("a")], "second", trylast=True)
    registry.manager.register(first)
    registry.manager.register(second)
    assert collected() == [
        ("a", "first", HookOrder.TRYFIRST, 0),
        ("a", "second", HookOrder.TRYLAST, 0),
        ("b", "first", HookOrder.TRYFIRST, 1),
    ]


def test_two_plugins_may_return_the_same_object(registry, make, collected):
    """Each gets an entry of its own."""
    shared = make.entry("shared")
    for name in ("first", "second"):
        registry.manager.register(make.plugin([shared], name))
    assert [each[:2] for each in collected()] == [("shared", "first"), ("shared", "second")]


def test_a_hook_may_be_a_generator(registry, make, collected):
    """It is run to its end inside the guard."""

    def hook():
        yield make.entry("a")
        yield make.entry("b")

    registry.manager.register(make.plugin(hook))
    assert [each[0] for each in collected()] == ["a", "b"]


@pytest.mark.parametrize(
    "raised",
    [
        (lazily, error)
        for lazily in (False, True)
        for error in (RuntimeError("no\ndriver"), SystemExit(1), BaseException())
    ],
    ids=repr,
)
@pytest.mark.usefixtures("other")
def test_an_installed_plugin_that_raises_is_disabled_alone(
    registry, install, collected, warned, raised
):
    """At once or while its result is read; it leaves a record and one warning in one line."""
    lazily, error = raised

    def hook():
        raise error

    def generator():
        raise error
        yield

    install("bad", generator if lazily else hook)
    assert collected() == [FINE]
    record = registry.manager.records["bad"]
    assert record.status is PluginStatus.FAILED
    assert isinstance(record.error, PluginLoadError)
    assert record.error.__cause__ is error
    (warning,) = warned()
    assert warning.startswith(
        f"plugin 'bad' (bad 1.0): hook {HOOK!r} raised {type(error).__name__}"
    )
    assert warning.endswith(
        "Correct the hook, or switch the plugin off with AIPERF_PLUGINS_DISABLED=bad. The rest "
        "goes on without it."
    )
    assert "\n" not in warning
    assert not registry.manager.has_plugin("bad")


def test_an_interrupt_reaches_the_application(registry, make):
    """From a hook, from both halves of a wrapper, and from the old kind of wrapper."""

    def hook():
        raise KeyboardInterrupt

    def before():
        raise KeyboardInterrupt
        yield

    def after():
        yield
        raise KeyboardInterrupt

    for function, options in [
        (hook, {}),
        (before, {"wrapper": True}),
        (after, {"wrapper": True}),
    ]:
        origin = make.installed(f"bad{function.__name__}")
        make.load(registry, origin, make.plugin(function, **options))
        with pytest.raises(KeyboardInterrupt):
            registry.manager.hook.aiperf_register_endpoint()
        registry.manager.unregister(name=origin.plugin)
    make.load(registry, make.installed("old"), make.plugin(after, hookwrapper=True))
    with pytest.warns(Warning, match="KeyboardInterrupt"), pytest.raises(KeyboardInterrupt):
        registry.manager.hook.aiperf_register_endpoint()


def test_a_plugin_of_the_applications_own_raises(registry, make, collected):
    """What the application registered itself is not switched off behind its back."""

    def hook():
        raise RuntimeError("broken")

    registry.manager.register(make.plugin(hook, "mine"))
    with pytest.raises(
        PluginLoadError, match=r"registration by 'mine': hook .* raised RuntimeError"
    ):
        collected()
    assert registry.manager.has_plugin("mine")


@pytest.mark.parametrize(
    ("kind", "step"),
    [
        (OriginKind.RUNTIME, "Correct the hook."),
        (OriginKind.MODULE, "Correct the hook, or take the module out of AIPERF_PLUGIN_MODULES."),
    ],
)
def test_the_next_step_is_one_that_can_be_taken(registry, endpoints, make, kind, step):
    """A deny list is for what is installed."""

    def hook():
        raise RuntimeError("broken")

    make.load(registry, Origin(kind, "mine", "mine"), make.plugin(hook))
    with pytest.raises(PluginLoadError) as caught:
        endpoints.list_implementations()
    assert str(caught.value).endswith(f"raised RuntimeError: broken. {step}")


@pytest.mark.usefixtures("other")
def test_an_error_with_somebody_elses_origin_is_still_the_hooks(registry, install, collected):
    """It cannot be used to take another plugin out."""

    def hook():
        raise PluginLoadError("not me", origin=registry.manager.book.of("other"))

    install("bad", hook)
    assert collected() == [FINE]
    assert registry.manager.records["bad"].status is PluginStatus.FAILED
    assert registry.manager.records["other"].status is PluginStatus.ACTIVE


@pytest.mark.usefixtures("other")
def test_a_hook_that_fails_twice_in_one_call_fails_once(registry, make, collected, warned):
    """Two implementations of one plugin: one record, one warning."""

    class Bad:
        @hookimpl
        def aiperf_register_endpoint(self):
            raise RuntimeError("one")

        @hookimpl(specname=HOOK)
        def more(self):
            raise RuntimeError("two")

    make.load(registry, make.installed("bad"), Bad())
    assert collected() == [FINE]
    assert len(warned()) == 1


class TestWrappers:
    """Wrappers may add, remove and replace entries; what they do is checked like the rest."""

    pytestmark = pytest.mark.usefixtures("other")
    KINDS = pytest.mark.parametrize("kind", ["wrapper", "hookwrapper"])

    @staticmethod
    def wrapper(kind, change):
        """Return a wrapper of either kind that gives what ``change`` makes of the result."""

        def new():
            return change((yield))

        def old():
            outcome = yield
            outcome.force_result(change(outcome.get_result()))

        return new if kind == "wrapper" else old

    @pytest.fixture
    def wrap(self, install):
        """A function that installs the plugin ``wrap``, a wrapper of either kind."""
        return lambda kind, change, **options: install(
            "wrap", self.wrapper(kind, change), **{kind: True}, **options
        )

    @KINDS
    def test_what_a_wrapper_passes_on_stays_the_others(self, install, make, wrap, collected, kind):
        """Also where it puts all into one list, with equal identifiers of several plugins."""
        install("twin", [make.entry("fine", target="b:B")])
        wrap(kind, lambda result: [[e for part in result for e in part]])
        assert collected() == [FINE, ("fine", "twin", HookOrder.PLAIN, 0)]

    @KINDS
    def test_what_a_wrapper_adds_is_its_own(self, make, wrap, collected, kind):
        """With the wrapper's own marks."""
        added = make.entry("added")
        wrap(kind, lambda result: [*result, [added]], tryfirst=True)
        assert collected() == [("added", "wrap", HookOrder.TRYFIRST, 0), FINE]

    @KINDS
    def test_what_a_wrapper_removes_is_gone_until_it_goes(self, registry, wrap, collected, kind):
        """That is how a plugin hides an implementation."""
        wrap(kind, lambda result: result[:0])
        assert collected() == []
        registry.manager.unregister(name="wrap")
        assert collected() == [FINE]

    @KINDS
    def test_a_wrapper_that_raises_fails_alone(self, registry, wrap, collected, warned, kind):
        """The result is the one that it was given."""

        def change(result):
            raise SystemExit(len(result))

        wrap(kind, change)
        assert collected() == [FINE]
        assert registry.manager.records["wrap"].status is PluginStatus.FAILED
        assert len(warned()) == 1

    @KINDS
    @pytest.mark.parametrize(
        "given",
        [
            (None, "the wrapper returned None, not the list that yield gave"),
            ([None], "returned nothing (None)"),
            ([LazyEntry("chat", "a", "A")], "(LazyEntry). Return a list"),
            ([["chat"]], "returned a list with 'chat' (str) in it"),
        ],
    )
    def test_a_wrapper_that_gives_nonsense_fails_alone(self, wrap, collected, warned, kind, given):
        """Nothing, or something other than lists of entries."""
        result, words = given
        wrap(kind, lambda _: result)
        assert collected() == [FINE]
        (warning,) = warned()
        assert words in warning

    @KINDS
    def test_a_wrapper_that_raises_before_it_yields_fails_alone(
        self, install, collected, warned, kind
    ):
        """The implementations are called all the same."""

        def function():
            raise RuntimeError("early")
            yield

        install("wrap", function, **{kind: True})
        assert collected() == [FINE]
        assert len(warned()) == 1

    @KINDS
    @pytest.mark.parametrize(
        "given",
        [(0, "the wrapper does not yield"), (2, "the wrapper yields twice")],
    )
    def test_a_wrapper_yields_once(self, install, collected, warned, kind, given):
        """Neither never nor twice; one that yields twice is closed."""
        yields, words = given
        closed = []

        def function():
            try:
                for _ in range(yields):
                    yield
            finally:
                closed.append(True)

        install("wrap", function, **{kind: True})
        assert collected() == [FINE]
        (warning,) = warned()
        assert words in warning
        assert closed == [True]

    @KINDS
    def test_a_wrapper_of_the_applications_own_raises(self, registry, make, collected, kind):
        """Before and after its ``yield``, and pluggy warns of nothing on the way."""

        def early():
            raise RuntimeError("early")
            yield

        def late():
            yield
            raise RuntimeError("late")

        for function in (early, late):
            registry.manager.register(make.plugin(function, **{kind: True}), "mine")
            with pytest.raises(PluginLoadError, match=f"RuntimeError: {function.__name__}"):
                collected()
            registry.manager.unregister(name="mine")

    @staticmethod
    def catching(kind, react):
        """Return a wrapper of either kind that leaves errors to ``react``, which may raise."""

        def new():
            try:
                return (yield)
            except PluginLoadError as error:
                return react(error)

        def old():
            outcome = yield
            try:
                outcome.force_result(react(outcome.exception))
            except PluginLoadError:
                pass
            except KeyError as error:
                outcome.force_exception(error)

        return new if kind == "wrapper" else old

    @pytest.fixture
    def broken(self, registry, endpoints, make):
        """A plugin of the application's own whose hook raises."""
        assert endpoints

        def hook():
            raise RuntimeError("broken")

        registry.manager.register(make.plugin(hook, "mine"))

    @KINDS
    @pytest.mark.usefixtures("broken")
    def test_a_wrapper_may_give_a_result_for_an_error(self, install, make, collected, kind):
        """As pluggy documents; the result is the wrapper's own."""
        seen = []

        def react(error):
            seen.append(str(error))
            return [[make.entry("instead")]]

        install("wrap", self.catching(kind, react), **{kind: True})
        assert [each[:2] for each in collected()] == [("instead", "wrap")]
        assert "broken" in seen[0]

    @KINDS
    @pytest.mark.usefixtures("broken")
    def test_a_wrapper_may_let_an_error_pass(self, registry, install, collected, kind):
        """It is not the wrapper's fault."""

        def react(error):
            raise error

        install("wrap", self.catching(kind, react), **{kind: True})
        with pytest.raises(PluginLoadError, match="broken"):
            collected()
        assert registry.manager.has_plugin("wrap")

    @KINDS
    @pytest.mark.usefixtures("broken")
    def test_a_wrapper_that_raises_another_error_is_disabled(
        self, registry, install, collected, kind
    ):
        """And the application hears of the first."""

        def react(error):
            raise KeyError(str(error))

        install("wrap", self.catching(kind, react), **{kind: True})
        with pytest.raises(PluginLoadError, match="hook 'aiperf_register_endpoint' raised Runt"):
            collected()
        assert not registry.manager.has_plugin("wrap")

    @KINDS
    @pytest.mark.usefixtures("broken")
    def test_an_error_passes_a_wrapper_that_failed_to_start(self, install, collected, kind):
        """It is gone, and the application's own error is told."""

        def wrapper():
            raise KeyError("early")
            yield

        install("wrap", wrapper, **{kind: True})
        with pytest.raises(PluginLoadError, match="broken"):
            collected()

    @KINDS
    def test_what_a_wrapper_registers_by_a_call_is_the_plugins(
        self, registry, endpoints, install, kind
    ):
        """Both before and after its ``yield``; it goes with the plugin."""

        def new():
            endpoints.register_lazy("rank", "acme", "Early")
            result = yield
            endpoints.register_lazy("rank", "acme", "Late")
            return result

        def old():
            endpoints.register_lazy("rank", "acme", "Early")
            yield
            endpoints.register_lazy("rank", "acme", "Late")

        function = new if kind == "wrapper" else old
        install("wrap", function, **{kind: True})
        listed = endpoints.list_implementations("rank")
        assert [(each.identifier, each.origin.plugin) for each in listed] == [
            ("Early", "wrap"),
            ("Late", "wrap"),
        ]
        registry.manager.unregister(name="wrap")
        assert endpoints.list_implementations("rank") == []


@pytest.mark.usefixtures("endpoints")
def test_a_call_from_outside_gets_the_lists(registry, make):
    """The hook can be called like any other of pluggy's, and its results are checked."""
    registry.manager.register(make.plugin([make.entry("a")], "first"))
    registry.manager.register(make.plugin((make.entry("b"),), "second"))
    lists = registry.manager.hook.aiperf_register_endpoint()
    assert [[each.identifier for each in part] for part in lists] == [["b"], ["a"]]
    registry.manager.register(make.plugin("wrong", "third"))
    with pytest.raises(PluginValidationError, match="'wrong'"):
        registry.manager.hook.aiperf_register_endpoint()
