"""Loading plugins one by one: a broken one fails alone, and everybody is told why."""

from __future__ import annotations

import os
from textwrap import dedent

import pytest

from aiperf.plugins.environment import PluginEnvironment
from aiperf.plugins.errors import PluginSettingError
from aiperf.plugins.loading import check_disabled, is_disabled, load_module, load_plugin
from aiperf.plugins.origins import Origin, OriginKind
from aiperf.plugins.report import PluginStatus

FIRST = """
from aiperf import LazyEntry, hookimpl
from aiperf.common.factories import EndpointFactory, TransportFactory

EndpointFactory.register_lazy("chat", "bad_plugin", "Lazy", is_plugin=True)
TransportFactory.register_lazy("http", "bad_plugin", "Lazy", is_plugin=True)

@hookimpl
def aiperf_register_transport():
    return [LazyEntry("http", "bad_plugin", "Hooked")]
"""
"""What every bad plugin does before it goes wrong, and what must vanish with it."""

NEXT_STEP = "or switch it off with AIPERF_PLUGINS_DISABLED=bad."


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("import bad_dependency", "ModuleNotFoundError: No module named 'bad_dependency'"),
        ("from json import bad", "ImportError: cannot import name 'bad'"),
        ("raise RuntimeError('two\\nlines')", "RuntimeError: two lines"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise BaseException", "BaseException"),
        ("import sys; sys.exit('no licence')", "SystemExit: no licence"),
        ("def broken(:", "SyntaxError"),
        ("class Mute(Exception):\n  __str__ = None\nraise Mute", "Mute."),
    ],
)
def test_a_plugin_that_raises_on_import_fails_alone(fails_alone, statement, words):
    """Whatever it raises; its earlier registrations leave no trace."""
    fails_alone(FIRST + statement, f"importing bad_plugin failed with {words}", NEXT_STEP)


HOOK = """
@hookimpl
def aiperf_register_endpoint():
    {body}
"""


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("raise ValueError('broken')", "raised ValueError: broken. Correct the hook"),
        ("raise SystemExit", "raised SystemExit. Correct the hook"),
        ("return None", "returned nothing (None). Return a list"),
        ("return 'chat'", "returned 'chat' (str). Return a list"),
        ("return 3", "returned 3 (int). Return a list"),
        ("return [3]", "returned a list with 3 (int) in it. Return a list"),
        ("return [LazyEntry('chat', 'bad-name', 'A')]", "'bad-name' is not a dotted Python name"),
        (
            "return [LazyEntry('chat', 'a', 'A', 'x'), LazyEntry('chat', 'b', 'B', 'x')]",
            "gives identifier 'x' of endpoint.chat twice, to a:A and to b:B. Give each",
        ),
        (
            "return [LazyEntry('chat', 'other', 'Other', 'Lazy')]",
            "gives identifier 'Lazy' of endpoint.chat twice, to other:Other and to bad_plugin:Lazy",
        ),
        (
            "return [LazyEntry('http', 'a', 'A', factory='transport')]",
            "Return it from aiperf_register_transport()",
        ),
        (
            "EndpointFactory.list_implementations(); return []",
            "was asked for while it was running",
        ),
        (
            "EndpointFactory.use_implementation_by_id('chat', 'Lazy'); return []",
            "tries to select an implementation of endpoint.chat while it is loaded",
        ),
    ],
)
def test_a_hook_that_goes_wrong_takes_its_plugin_out(fails_alone, body, words):
    """Its other hooks and its calls go with it; it is found out during discovery."""
    fails_alone(FIRST + HOOK.format(body=body), words)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            "@hookimpl\ndef aiperf_register_endpiont(): return []",
            "there is no hook 'aiperf_register_endpiont'. Did you mean 'aiperf_register_endpoint'?",
        ),
        (
            "@hookimpl\ndef aiperf_register_endpoint(config): return []",
            "takes no argument, but this one asks for config. Remove the parameters",
        ),
        (
            "def aiperf_register_endpoint(): return []",
            "is not marked as one. Put @hookimpl above it",
        ),
        (
            "EndpointFactory.register_lazy('chat', 'other', 'Other', 'Lazy')",
            (
                "identifier 'Lazy' of endpoint.chat is bad_plugin:Lazy already and cannot be "
                "other:Other too. Give it an identifier of its own."
            ),
        ),
        (
            "EndpointFactory.use_implementation_by_id('chat', 'Lazy')",
            "Only a person or the application selects",
        ),
        (
            "EndpointFactory.clear_implementation('chat')",
            "Only a person or the application selects",
        ),
    ],
)
def test_a_module_that_declares_nonsense_fails_alone(fails_alone, source, words):
    """It is checked whole before anything of it counts."""
    fails_alone(FIRST + source, words)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("bad_missing.registry", "ModuleNotFoundError: No module named 'bad_missing'"),
        ("bad_plugin:Missing", "module 'bad_plugin' has no attribute 'Missing'"),
        ("bad_plugin:NOTHING", "what it names in bad_plugin is None. Name a module, or an object"),
        ("bad_plugin:Plugin", "asks for self. Name an instance of class Plugin, or put"),
        ("bad-plugin", "importing bad-plugin failed with"),
    ],
)
def test_an_entry_point_that_names_the_wrong_thing_fails_alone(fails_alone, target, words):
    """A module or an attribute that is not there, nothing at all, or a class."""
    source = """
    NOTHING = None

    class Plugin:
        @hookimpl
        def aiperf_register_endpoint(self):
            return []
    """
    fails_alone(FIRST + dedent(source), words, target=target)


def test_an_entry_point_may_name_an_object_or_a_class_of_static_hooks(discover, make_distribution):
    """Whatever pluggy takes as a plugin."""
    source = """
    from aiperf import LazyEntry, hookimpl

    class Instance:
        @hookimpl
        def aiperf_register_endpoint(self):
            return [LazyEntry("chat", "acme", "FromInstance")]

    class Static:
        @staticmethod
        @hookimpl
        def aiperf_register_endpoint():
            return [LazyEntry("chat", "acme", "FromClass")]

    plugin = Instance()
    """
    points = {"instance": "acme:plugin", "static": "acme:Static [extra]", "module": "acme"}
    site = make_distribution(
        "acme", files={"acme.py": source}, entry_points={"aiperf.plugins": points}
    )
    found = discover(site)
    assert found.statuses == {"instance": "active", "module": "empty", "static": "active"}
    assert found.record("instance")["entries"] == ["endpoint.chat=FromInstance"]
    assert found.record("static")["module"] == "acme"
    assert found.record("static")["path"] == str(site / "acme.py")


def test_metadata_that_cannot_be_read_is_a_failed_plugin(
    discover, install_healthy, make_distribution
):
    """The record has the distribution, the message the place and what to do."""
    make_distribution("bad", "2.5", dist_info={"entry_points.txt": "[aiperf.plugins]\nnonsense\n"})
    site = install_healthy(["aaa", "zzz"])
    found = discover(site)
    assert found.statuses == {"aaa": "active", "bad": "failed", "zzz": "active"}
    (warning,) = found.warnings
    assert warning.startswith(f"plugin 'bad' (bad): its metadata in {site}")
    assert "Reinstall bad." in warning
    assert found.record("bad")["error"][0] == "PluginLoadError"
    found = discover(site, env={"AIPERF_PLUGINS_DISABLED": "bad"})
    assert found.statuses == {"aaa": "active", "bad": "disabled", "zzz": "active"}
    assert found.warnings == []


class TestNames:
    """Every plugin has a name of its own, which nothing random decides."""

    def test_two_distributions_with_one_entry_point_name_are_both_loaded(
        self, discover, make_distribution
    ):
        """The first by distribution has the name; the other is ``distribution:name``."""
        for name in ("bbb", "aaa"):
            source = f"""
            from aiperf import LazyEntry, hookimpl

            @hookimpl
            def aiperf_register_endpoint():
                return [LazyEntry("chat", "{name}", "Chat")]
            """
            site = make_distribution(
                name, files={f"{name}.py": source}, entry_points={"aiperf.plugins": {"fast": name}}
            )
        found = discover(
            site,
            after="extra['second'] = EndpointFactory.explain('chat')"
            ".losers[0].implementation.reference",
        )
        assert [(each["name"], each["distribution"]) for each in found.records] == [
            ("fast", "aaa"),
            ("bbb:fast", "bbb"),
        ]
        assert found.listed[:2] == ["endpoint.chat=Chat@fast", "endpoint.chat=Chat@bbb:fast"]
        assert found.extra["second"] == "Chat@bbb:fast"

    def test_one_distribution_may_use_a_name_thrice(self, discover, make_distribution):
        """It is damaged, but nothing is dropped in silence."""
        points = "[aiperf.plugins]\nfast = acme:a\nfast = acme:b\nfast = acme:c\n"
        site = make_distribution(
            "acme",
            files={"acme.py": "class P: pass\na, b, c = P(), P(), P()\n"},
            dist_info={"entry_points.txt": points},
        )
        found = discover(site)
        assert found.statuses == dict.fromkeys(["fast", "acme:fast", "acme:fast#2"], "empty")

    @pytest.mark.parametrize("name", ["aiperf", "builtin"])
    def test_no_entry_point_passes_for_a_builtin(self, discover, install_plugin, name):
        """Neither by its own name nor by its distribution's or module's."""
        source = """
        from aiperf import LazyEntry, hookimpl

        @hookimpl
        def aiperf_register_endpoint():
            return [LazyEntry("chat", "acme", "Acme", identifier="openai_chat")]
        """
        site = install_plugin("aiperf-acme", source, entry_point=name)
        found = discover(
            site,
            after=f"""
            for each in EndpointFactory.list_implementations("chat"):
                extra[each.reference] = [each.is_builtin, each.is_plugin, each.is_selected]
            with EndpointFactory.using("chat", "openai_chat@{name}"):
                extra["meant"] = EndpointFactory.explain("chat").winner.module_path
            """,
        )
        plugin = f"aiperf-acme:{name}"
        assert found.record(plugin)["origin"] == "entry-point"
        assert found.extra == {
            "openai_chat": [False, True, True],
            "openai_chat@aiperf": [True, False, False],
            "meant": "aiperf.endpoints.openai_chat",
        }

    def test_a_plugin_of_the_applications_own_keeps_its_name(self, registry, make, endpoints):
        """A module of the same name gets another."""
        registry.manager.register(make.plugin([], "json"))
        for name in ("json", "builtin"):
            load_module(registry.manager, name, 0)
        assert list(registry.manager.records) == ["module:json", "module:builtin"]
        assert registry.manager.records["module:json"].status is PluginStatus.EMPTY or endpoints


class TestLoading:
    """Whole or not at all, and by whoever comes first."""

    @pytest.fixture
    def manager(self, registry, endpoints):
        assert endpoints
        return registry.manager

    def test_a_plugin_is_loaded_once(self, manager, make):
        """The second call does nothing, and says so."""
        plugin = make.plugin([make.entry("x")])
        origin = make.installed("acme")
        assert load_plugin(manager, origin, lambda: plugin)
        assert not load_plugin(manager, origin, lambda: 1 / 0)
        assert manager.records["acme"].import_time >= 0

    @pytest.mark.parametrize("blocked", ["acme:fast", "fast"])
    def test_a_blocked_plugin_is_not_imported(self, manager, blocked):
        """By the entry point's name, as pluggy does; our own, longer one will do as well."""
        manager.set_blocked(blocked)
        origin = Origin(OriginKind.ENTRY_POINT, "acme:fast", "acme", "acme", "1.0", "fast")
        assert not load_plugin(manager, origin, lambda: 1 / 0)
        record = manager.records["acme:fast"]
        assert (record.status, record.reason) == (
            PluginStatus.DISABLED,
            "the application blocked its name",
        )
        assert record.import_time is None

    def test_a_plugin_that_blocks_itself_is_not_registered(self, manager, make):
        """The import has been made by then."""

        def loaded():
            manager.set_blocked("acme")
            return make.plugin([])

        assert not load_plugin(manager, make.installed("acme"), loaded)
        assert manager.records["acme"].status is PluginStatus.DISABLED
        assert manager.records["acme"].import_time is not None

    def test_one_object_is_one_plugin(self, manager, make):
        """Under a second name it is listed, with the reason."""
        plugin = make.plugin([])
        load_plugin(manager, make.installed("one"), lambda: plugin)
        assert not load_plugin(manager, make.installed("other"), lambda: plugin)
        assert manager.records["other"].reason == "it is the same object as plugin 'one'"

    @pytest.mark.parametrize("outcome", ["loads", "fails"])
    def test_whoever_registers_first_has_registered_it(self, manager, make, warned, outcome):
        """What happens to a slower thread, fine or not, changes nothing."""
        plugin = make.plugin([make.entry("x")])
        origin = make.installed("acme")

        def slowly():
            assert load_plugin(manager, origin, lambda: plugin)
            if outcome == "fails":
                raise RuntimeError("slow")
            return plugin

        assert not load_plugin(manager, origin, slowly)
        assert manager.records["acme"].status is PluginStatus.ACTIVE
        assert warned() == []

    def test_what_failed_in_a_round_is_not_tried_again_in_it(self, manager, make):
        """A thread that comes later, or that has imported it meanwhile, leaves it at that."""
        origin = make.installed("acme")
        manager.settled = set()

        def slowly():
            load_plugin(manager, origin, lambda: 1 / 0)
            return make.plugin([])

        imports = []
        assert not load_plugin(manager, origin, slowly)
        assert not load_plugin(manager, origin, lambda: imports.append(True))
        assert imports == []
        assert manager.records["acme"].status is PluginStatus.FAILED
        manager.settled = None
        assert load_plugin(manager, origin, lambda: make.plugin([]))

    def test_whatever_registering_raises_fails_the_plugin(self, manager, make, warned):
        """An object may make difficulties when it is looked at."""

        class Difficult:
            __hash__ = object.__hash__

            def __eq__(self, other):
                raise SystemExit(1)

        manager.register(make.plugin([], "other"))
        assert not load_plugin(manager, make.installed("acme"), Difficult)
        assert manager.records["acme"].status is PluginStatus.FAILED
        assert "acme" not in manager.origins
        assert len(warned()) == 1

    def test_a_plugin_that_is_refused_leaves_no_origin(self, manager, make):
        """Another one may be registered under its name, and is what it is."""
        refused = make.plugin(lambda config: config)
        assert not load_plugin(manager, make.installed("acme"), lambda: refused)
        assert manager.origins == {}
        manager.register(make.plugin([]), "acme")
        assert manager.book.of("acme").kind is OriginKind.RUNTIME

    def test_none_may_set_what_only_a_person_sets(self, manager, make, monkeypatch, warned):
        """The variable is what it was, and the plugin has failed."""
        monkeypatch.setenv("AIPERF_PLUGINS_DISABLED", "somebody")

        def imported():
            os.environ["AIPERF_PLUGINS_DISABLED"] = "a-rival"
            os.environ["AIPERF_IMPLEMENTATIONS"] = "endpoint.chat=mine"
            return make.plugin([])

        assert not load_plugin(manager, make.installed("acme"), imported)
        assert os.environ["AIPERF_PLUGINS_DISABLED"] == "somebody"
        assert "AIPERF_IMPLEMENTATIONS" not in os.environ
        error = manager.records["acme"].error
        assert error.origin.plugin == "acme"
        assert str(error).startswith(
            "plugin 'acme' (acme 1.0) tries to change AIPERF_IMPLEMENTATIONS, "
            "AIPERF_PLUGINS_DISABLED while it is imported."
        )
        assert len(warned()) == 1

    @pytest.mark.parametrize("when", ["import", "registration"])
    def test_an_interrupt_reaches_the_application(self, manager, make, when):
        """Nothing is registered, nothing recorded, and the next call can load it."""

        class Interrupting:
            __hash__ = object.__hash__

            def __eq__(self, other):
                raise KeyboardInterrupt

        def interrupted():
            if when == "import":
                raise KeyboardInterrupt
            return Interrupting()

        manager.register(make.plugin([], "other"))
        with pytest.raises(KeyboardInterrupt):
            load_plugin(manager, make.installed("acme"), interrupted)
        assert manager.here.loading is None
        assert manager.records == {}
        assert load_plugin(manager, make.installed("acme"), lambda: make.plugin([]))


@pytest.mark.parametrize("wanted", ["zzz", "Acme_ZZZ", "zzz_module"])
def test_what_is_not_wanted_is_not_looked_at(discover, install_plugin, wanted):
    """A test may load one installed plugin by itself: no other is imported, or in the report."""
    install_plugin("aaa", "raise RuntimeError('never')")
    site = install_plugin("acme-zzz", "", module="zzz_module", entry_point="zzz")
    found = discover(site, before=f"manager.wanted = frozenset({{{wanted!r}}})")
    assert found.statuses == {"zzz": "empty"}
    assert "aaa" not in found.modules
    assert found.warnings == []


@pytest.mark.parametrize("name", ["fast", "acme:fast", "Acme_Plugin", "acme.registry", "*"])
def test_a_deny_list_takes_plugin_distribution_and_module_names(name):
    """Also an entry point's name as its distribution spells it, and ``*`` for all."""
    origin = Origin(
        OriginKind.ENTRY_POINT, "acme:fast", "acme.registry", "acme-plugin", "1", "fast"
    )
    assert is_disabled(PluginEnvironment(disabled=("other", name)), origin)
    assert not is_disabled(PluginEnvironment(disabled=("other",)), origin)
    assert not is_disabled(PluginEnvironment(), origin)
    check_disabled(PluginEnvironment(disabled=(name,)), [origin])


def test_a_deny_name_that_matches_nothing_is_an_error():
    """It names the nearest of what there is: plugins, distributions and named modules."""
    origin = Origin(OriginKind.ENTRY_POINT, "fast", "acme.registry", "acme-plugin", "1", "fast")
    environment = PluginEnvironment(modules=("local.plugin:made",), disabled=("local.plugin",))
    check_disabled(environment, [origin])
    with pytest.raises(PluginSettingError) as caught:
        check_disabled(PluginEnvironment(disabled=("fast", "acme-plugim")), [origin])
    assert str(caught.value) == (
        "AIPERF_PLUGINS_DISABLED names 'acme-plugim', but no plugin, distribution or module is "
        "called that. Did you mean 'acme-plugin'?"
    )
    assert (caught.value.variable, caught.value.value) == ("AIPERF_PLUGINS_DISABLED", "acme-plugim")
