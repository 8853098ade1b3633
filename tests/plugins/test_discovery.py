"""Discovery: what is found, in which order, how it is steered, and that it can be repeated."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest

PROVIDES = """
from aiperf import LazyEntry, hookimpl

@hookimpl({options})
def aiperf_register_endpoint():
    return [LazyEntry("{class_type}", "{name}.classes", "{name}Class", identifier="{identifier}")]
"""

DECLARES = """
from aiperf.common.factories import EndpointFactory

EndpointFactory.register_lazy("chat", "{name}.classes", "Chat", identifier="{name}", is_plugin=True)
"""


@pytest.fixture
def provider(install_plugin):
    """A function that installs a plugin with one hook and returns the site directory."""

    def install(name, class_type="chat", identifier=None, options="", **keywords):
        module = keywords.get("module", name.replace("-", "_"))
        source = PROVIDES.format(
            name=module, class_type=class_type, identifier=identifier or name, options=options
        )
        return install_plugin(name, source, **keywords)

    return install


@pytest.fixture
def local(tmp_path):
    """A function that writes a module for AIPERF_PLUGIN_MODULES and returns its directory."""
    directory = tmp_path / "local"
    directory.mkdir()

    def write(name, source):
        (directory / f"{name}.py").write_text(dedent(source))
        return directory

    return write


class TestRecords:
    """One record for each plugin, with all that the contract lists."""

    def test_an_installed_plugin(self, discover, install_plugin):
        """Name, origin, distribution, version, module, path, time, hooks and entries."""
        source = PROVIDES.format(name="acme", class_type="chat", identifier="fast", options="")
        source += DECLARES.format(name="acme")
        site = install_plugin(
            "Acme-Plugin", source, version="3.1", module="acme.registry", entry_point="fast"
        )
        found = discover(site)
        (record,) = found.records
        assert record.pop("import_time") > 0
        assert record == {
            "name": "fast",
            "origin": "entry-point",
            "distribution": "Acme-Plugin",
            "version": "3.1",
            "module": "acme.registry",
            "path": str(site / "acme" / "registry.py"),
            "status": "active",
            "error": None,
            "reason": "",
            "hooks": ["aiperf_register_endpoint"],
            "entries": ["endpoint.chat=fast", "endpoint.chat=acme"],
            "unmet": [],
        }
        assert found.warnings == []
        assert found.error is None

    def test_a_named_module(self, discover, local):
        """Its name is the one in the variable; it has no distribution."""
        directory = local("mine", "from types import SimpleNamespace\nplugin = SimpleNamespace()")
        found = discover(directory, env={"AIPERF_PLUGIN_MODULES": "mine:plugin"})
        (record,) = found.records
        assert record.pop("import_time") > 0
        assert record == {
            "name": "mine:plugin",
            "origin": "module",
            "distribution": None,
            "version": None,
            "module": "mine",
            "path": str(directory / "mine.py"),
            "status": "empty",
            "error": None,
            "reason": "",
            "hooks": [],
            "entries": [],
            "unmet": [],
        }

    def test_both_styles_and_both_at_once(self, discover, provider, install_plugin):
        """Hookimpls, ``register_lazy`` during the import, and a decorator."""
        provider("hooks")
        source = DECLARES.format(name="calls")
        source += '\n@EndpointFactory.register("vision")\nclass Vision: pass\n'
        site = install_plugin("calls", source)
        found = discover(
            site, after="extra['vision'] = EndpointFactory.create_instance('vision').__module__"
        )
        assert found.record("hooks")["entries"] == ["endpoint.chat=hooks"]
        assert found.record("calls")["entries"] == ["endpoint.chat=calls", "endpoint.vision=Vision"]
        assert found.record("calls")["hooks"] == []
        assert found.extra["vision"] == "calls"


class TestLaziness:
    """Discovery imports registry modules, and nothing that they name."""

    def test_nothing_heavy_is_imported(self, discover, provider):
        """Neither for importing aiperf nor for discovery, with plugins and without."""
        heavy = ["aiperf.endpoints", "aiperf.transports", "httptools", "uvloop", "uvicorn", "numpy"]
        heavy += ["rich", "orjson", "aiohttp", "asyncio", "logging", "ssl", "click", "inspect"]
        site = provider("acme")
        allowed = {"logging", "inspect"}  # the script's own, and pluggy's
        for path in ([], [site]):
            found = discover(*path)
            loaded = {name for name in heavy if name in found.modules}
            assert loaded <= allowed
            assert not [name for name in found.modules if name.startswith("acme.")]

    def test_the_library_that_reads_distributions_is_imported_when_it_is_needed(
        self, fresh_python, provider
    ):
        """For a plain plugin that is when somebody asks for the distribution; never two of them."""
        code = """
            import sys
            from aiperf.common.factories import PluginDiscovery
            from aiperf.plugins.default import default_registry
            libraries = ("importlib_metadata", "importlib.metadata")
            print(len(PluginDiscovery.discover_all()), *(name in sys.modules for name in libraries))
            default_registry.manager.list_plugin_distinfo()
            print(*(name in sys.modules for name in libraries))
        """
        output = fresh_python(code, path=[provider("acme")])
        assert output.splitlines() == ["1 False False", "True False"]

    def test_discovery_is_not_done_by_importing(self, fresh_python, provider):
        """Only ``discover_all`` looks for plugins."""
        code = """
            import sys
            import aiperf
            from aiperf.common.factories import EndpointFactory
            EndpointFactory.list_implementations()
            print("acme" in sys.modules, "importlib_metadata" in sys.modules)
        """
        assert fresh_python(code, path=[provider("acme")]).split() == ["False", "False"]


class TestOrder:
    """Between plugins: tryfirst, plain, trylast; runtime, module, entry point; then names."""

    def test_layers(self, discover, provider, local):
        """Every rule at once, whatever the order in which the plugins were installed."""
        provider("zzz-first", options="tryfirst=True")
        provider("Bbb_plain")
        provider("aaa-last", options="trylast=True")
        site = provider("a.plain")
        sources = {
            name: PROVIDES.format(name=name, class_type="chat", identifier=name, options="")
            for name in ("early", "late")
        }
        for name, source in sources.items():
            directory = local(name, source)
        found = discover(
            site,
            directory,
            env={"AIPERF_PLUGIN_MODULES": "early,late"},
            before="""
            EndpointFactory.register_lazy("chat", "app", "First", "called_first", is_plugin=True)
            EndpointFactory.register_lazy("chat", "app", "Second", "called_second", is_plugin=True)
            """,
            after="""
            explanation = EndpointFactory.explain("chat")
            extra["ranked"] = [explanation.winner.identifier]
            extra["ranked"] += [loss.implementation.identifier for loss in explanation.losers]
            """,
        )
        assert found.extra["ranked"] == [
            "zzz-first",
            "called_second",
            "called_first",
            "late",
            "early",
            "a.plain",
            "Bbb_plain",
            "aaa-last",
            "openai_chat",
        ]
        assert found.warnings == []

    def test_a_tie_is_told_once_with_the_lines_that_settle_it(self, discover, provider):
        """Winner, loser, and what pins either; with the first line set there is no tie."""
        provider("bbb", identifier="fast")
        site = provider("aaa", identifier="quick")
        found = discover(site, after="PluginDiscovery.refresh(); PluginDiscovery.discover_all()")
        keep, change = "endpoint.chat=quick", "endpoint.chat=fast"
        assert found.warnings == [
            (
                "endpoint.chat: plugin 'aaa' (aaa 1.0) is selected before plugin 'bbb' (bbb 1.0) "
                "only because of the alphabetical order of their names. To keep it: "
                f'AIPERF_IMPLEMENTATIONS="{keep}". To change it: AIPERF_IMPLEMENTATIONS="{change}".'
            )
        ]
        for choice, winner in [(keep, "quick"), (change, "fast")]:
            found = discover(site, env={"AIPERF_IMPLEMENTATIONS": choice})
            assert found.warnings == []
            assert found.listed[0].startswith(f"endpoint.chat={winner}@")

    def test_a_tie_between_plugins_for_a_later_factory_is_told_when_it_matters(
        self, discover, install_plugin
    ):
        """An application may define its factory after discovery."""
        for name in ("aaa", "bbb"):
            site = install_plugin(
                name,
                f"""
                from aiperf import LazyEntry, hookimpl

                @hookimpl(optionalhook=True)
                def aiperf_register_widget():
                    return [LazyEntry("round", "json", "JSONDecoder", identifier="{name}")]
                """,
            )
        found = discover(
            site,
            after="""
            from aiperf.common.factories import AIPerfFactory

            class WidgetFactory(AIPerfFactory):
                pass

            extra["before"] = list(warnings)
            WidgetFactory.list_implementations("round")
            WidgetFactory.create_instance("round")
            WidgetFactory.get_class_from_type("round")
            """,
        )
        assert found.extra["before"] == []
        (warning,) = found.warnings
        assert 'AIPERF_IMPLEMENTATIONS="widget.round=bbb"' in warning

    def test_nothing_else_is_a_tie(self, discover, provider, local):
        """What a mark, a layer or a person decided is settled."""
        provider("bbb", options="trylast=True")
        site = provider("aaa")
        assert discover(site).warnings == []
        source = PROVIDES.format(name="mine", class_type="chat", identifier="mine", options="")
        provider("ccc")
        found = discover(site, local("mine", source), env={"AIPERF_PLUGIN_MODULES": "mine"})
        assert found.warnings == []
        found = discover(
            site, before="EndpointFactory.use_implementation_by_id('chat', 'openai_chat')"
        )
        assert found.warnings == []


class TestPath:
    """The search path, not the file system, decides."""

    def test_one_distribution_twice_on_the_path_is_loaded_once(self, discover, provider, tmp_path):
        """From where an import takes it."""
        one = provider("acme", site=tmp_path / "one", version="1.0", identifier="one")
        other = provider("acme", site=tmp_path / "other", version="2.0", identifier="other")
        for first, second, version in [(one, other, "1.0"), (other, one, "2.0")]:
            found = discover(first, second, first)
            (record,) = found.records
            assert record["version"] == version
            assert record["path"] == str(first / "acme.py")
            assert found.warnings == []

    def test_the_order_of_directories_does_not_matter(self, discover, provider, tmp_path):
        """Plugins are looked at, and win, by name."""
        aaa = provider("aaa", site=tmp_path / "z")
        bbb = provider("bbb", site=tmp_path / "a")
        outcomes = [discover(aaa, bbb), discover(bbb, aaa)]
        for found in outcomes:
            assert [record["name"] for record in found.records] == ["aaa", "bbb"]
            assert found.listed[:2] == ["endpoint.chat=aaa@aaa", "endpoint.chat=bbb@bbb"]
        assert outcomes[0].warnings == outcomes[1].warnings


class TestModules:
    """AIPERF_PLUGIN_MODULES: what a person named fails loudly."""

    @pytest.mark.parametrize(
        ("value", "words"),
        [
            ("good,,good2", "has nothing at position 2. Remove the stray comma."),
            ("good,", "has nothing at position 2"),
            (",", "has nothing at position 1"),
            ("good other", "'good other' has blanks in it. Separate names by commas."),
            ("good,good", "names 'good' twice. Keep the place that you mean"),
            ("good.py:", "is not a module"),
            ("./good.py", "is not a module. Write package.module or package.module:attribute"),
        ],
    )
    def test_a_malformed_list_is_refused_before_anything_is_imported(
        self, discover, local, provider, value, words
    ):
        """Nothing is half registered."""
        directory = local("good", "")
        found = discover(directory, provider("acme"), env={"AIPERF_PLUGIN_MODULES": value})
        assert found.error[0] == "PluginSettingError"
        assert words in found.error[1]
        assert found.records == []
        assert {"good", "acme"}.isdisjoint(found.modules)

    @pytest.mark.parametrize("value", ["", "  "])
    def test_an_empty_list_names_nothing(self, discover, value):
        """Which is fine."""
        assert discover(env={"AIPERF_PLUGIN_MODULES": value}).records == []

    def test_blanks_around_names_are_dropped(self, discover, local):
        """They come from formatting a long value."""
        directory = local("one", DECLARES.format(name="one"))
        local("two", DECLARES.format(name="two"))
        found = discover(directory, env={"AIPERF_PLUGIN_MODULES": " one , two "})
        assert found.statuses == {"one": "active", "two": "active"}

    @pytest.mark.parametrize(
        ("source", "name", "words"),
        [
            (
                None,
                "mine",
                "No module named 'mine'. Put the directory that holds 'mine' on PYTHONPATH, or",
            ),
            (
                "import gone",
                "mine",
                "'gone'. Correct the module, or take it out of AIPERF_PLUGIN_MODULES.",
            ),
            ("raise SystemExit(2)", "mine", "SystemExit: 2. Correct the module"),
            ("", "mine:plugin", "has no attribute 'plugin'"),
            ("plugin = None", "mine:plugin", "what it names in mine is None"),
            (
                "from aiperf import hookimpl\n@hookimpl\ndef aiperf_register_endpoint(): return 1",
                "mine",
                "returned 1 (int)",
            ),
            (
                "from aiperf import hookimpl\n@hookimpl\ndef aiperf_register_x(): return []",
                "mine",
                "there is no hook 'aiperf_register_x'",
            ),
        ],
    )
    def test_a_module_that_does_not_load_is_an_error(self, discover, local, source, name, words):
        """The rest is loaded all the same, and the report is on the error."""
        directory = local("other", DECLARES.format(name="other"))
        if source is not None:
            local("mine", source)
        found = discover(
            directory,
            env={"AIPERF_PLUGIN_MODULES": f"{name},other"},
            after="extra['same'] = error.report.plugins == report.plugins",
        )
        assert found.error[0] == "DiscoveryError"
        assert f"plugin '{name}' (a module in AIPERF_PLUGIN_MODULES)" in found.error[1]
        assert words in found.error[1]
        assert len(found.failures) == 1
        assert found.statuses == {name: "failed", "other": "active"}
        assert found.registered == ["aiperf", "other"]
        assert found.extra["same"]
        assert [each for each in found.warnings if "mine" in each] == []

    def test_a_failed_module_is_tried_again_at_the_next_call(self, discover, local):
        """Nothing of a failure is remembered; the error is told until its cause is gone."""
        declares = DECLARES.format(name="mine")
        directory = local("mine", declares + "raise RuntimeError")
        found = discover(
            directory,
            env={"AIPERF_PLUGIN_MODULES": "mine"},
            after=f"""
            import pathlib
            try:
                PluginDiscovery.discover_all()
            except Exception as again:
                extra["again"] = type(again).__name__
            source = {declares.replace("mine.classes", "mine.others")!r}
            pathlib.Path({str(directory)!r}, "mine.py").write_text(source)
            report = PluginDiscovery.discover_all()
            """,
        )
        assert found.error[0] == found.extra["again"] == "DiscoveryError"
        assert found.statuses == {"mine": "active"}
        assert found.listed[0] == "endpoint.chat=mine@mine"

    def test_a_named_module_is_not_loaded_as_an_entry_point_too(self, discover, provider):
        """It has the place of a module; the entry point says why it was left."""
        site = provider("aaa")
        provider("acme")
        found = discover(site, env={"AIPERF_PLUGIN_MODULES": "acme"})
        assert [(r["name"], r["status"]) for r in found.records] == [
            ("aaa", "active"),
            ("acme", "disabled"),
            ("module:acme", "active"),
        ]
        assert found.record("acme")["reason"] == (
            "AIPERF_PLUGIN_MODULES names its module, which is loaded from there"
        )
        assert found.listed[0] == "endpoint.chat=acme@module:acme"
        assert found.warnings == []


class TestDenying:
    """AIPERF_PLUGINS_DISABLED is read before anything is imported."""

    @pytest.mark.parametrize("name", ["fast", "Acme.Plugin", "acme-plugin", "acme.registry"])
    def test_a_plugin_is_disabled_by_any_of_its_names(self, discover, provider, name):
        """Plugin, distribution in any spelling, or module; proved not imported."""
        provider("acme-plugin", module="acme.registry", entry_point="fast")
        site = provider("other")
        found = discover(site, env={"AIPERF_PLUGINS_DISABLED": name})
        assert found.statuses == {"fast": "disabled", "other": "active"}
        assert found.record("fast")["reason"] == "AIPERF_PLUGINS_DISABLED names it"
        assert found.record("fast")["import_time"] is None
        assert "acme" not in found.modules
        assert "acme.registry" not in found.modules

    def test_a_star_disables_all(self, discover, provider, local):
        """Modules that are named included; the builtins are no plugin."""
        provider("acme")
        directory = local("mine", "raise RuntimeError")
        found = discover(
            provider("other"),
            directory,
            env={"AIPERF_PLUGINS_DISABLED": "*", "AIPERF_PLUGIN_MODULES": "mine"},
        )
        assert found.statuses == dict.fromkeys(["acme", "mine", "other"], "disabled")
        assert {"acme", "mine", "other"}.isdisjoint(found.modules)
        assert "endpoint.chat=openai_chat@aiperf" in found.listed
        assert found.error is None

    @pytest.mark.parametrize("autoload", [{}, {"AIPERF_PLUGIN_AUTOLOAD": "0"}])
    @pytest.mark.parametrize("name", ["acmee", "aiperf", "builtin", "acme.other"])
    def test_a_name_that_matches_nothing_is_an_error(self, discover, provider, name, autoload):
        """With the nearest name, before anything is imported, also where nothing would be."""
        found = discover(provider("acme"), env={"AIPERF_PLUGINS_DISABLED": name} | autoload)
        assert found.error[0] == "PluginSettingError"
        assert found.error[1].startswith(
            f"AIPERF_PLUGINS_DISABLED names {name!r}, but no plugin, distribution or module is "
            "called that. "
        )
        assert found.records == []
        assert "acme" not in found.modules

    def test_a_plugin_that_is_not_imported_for_itself_does_not_count_as_disabled_for_others(
        self, discover, install_plugin
    ):
        """A plugin that imports a disabled one gets its code, not its entries."""
        install_plugin("aaa", DECLARES.format(name="aaa"))
        site = install_plugin("zzz", "import aaa\n" + DECLARES.format(name="zzz"))
        found = discover(site, env={"AIPERF_PLUGINS_DISABLED": "aaa"})
        assert found.record("zzz")["entries"] == ["endpoint.chat=zzz"]
        assert not [each for each in found.listed if "aaa" in each]


class TestAutoload:
    """AIPERF_PLUGIN_AUTOLOAD=0 skips entry points."""

    def test_off_means_off(self, discover, provider, local):
        """Named modules are loaded; a deny list is still checked against what is installed."""
        env = {"AIPERF_PLUGIN_AUTOLOAD": "0", "AIPERF_PLUGIN_MODULES": "mine"}
        directory = local("mine", DECLARES.format(name="mine"))
        for further in ({}, {"AIPERF_PLUGINS_DISABLED": "acme"}):
            found = discover(provider("acme"), directory, env=env | further)
            assert found.statuses == {"mine": "active"}
            assert "acme" not in found.modules

    def test_without_a_deny_list_distributions_are_not_even_looked_at(self, discover, provider):
        """There is nothing to compare."""
        found = discover(provider("acme"), env={"AIPERF_PLUGIN_AUTOLOAD": "no"})
        assert found.records == []
        assert "importlib_metadata" not in found.modules

    def test_on_is_the_default(self, discover, provider):
        """So is unset; empty is an error."""
        site = provider("acme")
        assert discover(site, env={"AIPERF_PLUGIN_AUTOLOAD": "1"}).statuses == {"acme": "active"}
        found = discover(site, env={"AIPERF_PLUGIN_AUTOLOAD": ""})
        assert "AIPERF_PLUGIN_AUTOLOAD is set but empty." in found.error[1]


class TestStrict:
    """AIPERF_PLUGINS_STRICT=1 turns every failure into an error."""

    def test_every_failure_is_an_error(self, discover, install_plugin, provider):
        """All of them in one, in the order of the plugins; the rest is loaded."""
        install_plugin("bad1", "raise SystemExit(1)")
        source = "from aiperf import hookimpl\n@hookimpl\ndef aiperf_register_endpoint(): 1 / 0\n"
        install_plugin("bad2", source)
        site = provider("good")
        relaxed = discover(site)
        assert relaxed.error is None
        strict = discover(site, env={"AIPERF_PLUGINS_STRICT": "1"})
        assert strict.error[0] == "DiscoveryError"
        assert [text.partition(" (")[0] for _, text in strict.failures] == [
            "plugin 'bad1'",
            "plugin 'bad2'",
        ]
        assert strict.error[1] == "\n".join(text for _, text in strict.failures)
        assert (
            relaxed.statuses
            == strict.statuses
            == {
                "bad1": "failed",
                "bad2": "failed",
                "good": "active",
            }
        )
        assert len(relaxed.warnings) == 2
        assert strict.warnings == []  # the error says it all

    def test_also_one_that_shows_only_later(self, discover, install_plugin):
        """A factory that is defined after discovery calls its hook then."""
        source = """
        from aiperf import hookimpl

        @hookimpl(optionalhook=True)
        def aiperf_register_widget():
            raise RuntimeError("broken")
        """
        after = """
        from aiperf.common.factories import AIPerfFactory

        class WidgetFactory(AIPerfFactory):
            pass

        extra["errors"] = []
        for _ in range(2):
            try:
                WidgetFactory.list_implementations()
            except Exception as caught:
                extra["errors"].append(str(caught))
        """
        site = install_plugin("bad", source)
        assert discover(site, after=after).extra["errors"] == []
        found = discover(site, env={"AIPERF_PLUGINS_STRICT": "1"}, after=after)
        assert len(found.extra["errors"]) == 2
        assert "RuntimeError: broken" in found.extra["errors"][0]


class TestChoosing:
    """AIPERF_IMPLEMENTATIONS is an override, and never falls back in silence."""

    def test_it_selects(self, discover, provider):
        """Also a shadowed one, by ``identifier@plugin``."""
        site = provider("acme", identifier="openai_chat")
        assert discover(site).listed[0] == "endpoint.chat=openai_chat@acme"
        choice = "endpoint.chat=openai_chat@builtin,transport.http=http"
        found = discover(site, env={"AIPERF_IMPLEMENTATIONS": choice})
        assert found.listed[0] == "endpoint.chat=openai_chat@aiperf"
        assert found.error is None

    @pytest.mark.parametrize(
        ("choice", "words"),
        [
            (
                "endpoint.chat=opnai_chat",
                "no implementation of endpoint.chat 'opnai_chat'. Did you mean 'openai_chat'?",
            ),
            (
                "endpoint.caht=openai_chat",
                "there is no class type of endpoint 'caht'. Did you mean 'chat'?",
            ),
            ("endpont.chat=openai_chat", "there is no factory 'endpont'. Did you mean 'endpoint'?"),
            ("endpoint.chat=bad", "Failed plugins, which may have it: bad (see: aiperf plugins"),
        ],
    )
    def test_what_does_not_exist_is_an_error(self, discover, install_plugin, choice, words):
        """With the nearest name, and the failed plugins, one of which may have had it."""
        site = install_plugin("bad", DECLARES.format(name="bad") + "raise RuntimeError")
        found = discover(
            site,
            env={"AIPERF_IMPLEMENTATIONS": choice},
            after="""
            try:
                EndpointFactory.get_class_from_type("chat")
            except Exception as caught:
                extra["then"] = str(caught)
            """,
        )
        assert found.error[0] == "PluginSettingError"
        assert f"AIPERF_IMPLEMENTATIONS has {choice}, but" in found.error[1]
        assert words in found.error[1]
        if choice.startswith("endpoint.chat"):
            assert "(AIPERF_IMPLEMENTATIONS asks for it)" in found.extra["then"]

    def test_several_that_do_not_exist_are_told_at_once(self, discover):
        """Nobody has to find them one by one."""
        choice = "endpoint.chat=a,endpoint.embeddings=b"
        found = discover(env={"AIPERF_IMPLEMENTATIONS": choice})
        assert found.error[0] == "DiscoveryError"
        assert [kind for kind, _ in found.failures] == ["PluginSettingError"] * 2


class TestAgain:
    """It can be called any number of times; ``refresh`` looks again."""

    def test_a_second_call_gives_the_same_report(self, discover, provider):
        """Nothing is scanned or called again."""
        found = discover(
            provider("acme"), after="extra['same'] = PluginDiscovery.discover_all() is report"
        )
        assert found.extra["same"]

    def test_a_changed_variable_is_noticed(self, discover, provider, local):
        """Without being told to refresh."""
        directory = local("mine", DECLARES.format(name="mine"))
        found = discover(
            provider("acme"),
            directory,
            after="""
            import os
            def listed():
                return [each.reference for each in EndpointFactory.list_implementations("chat")]
            for name, value in [
                ("AIPERF_PLUGIN_MODULES", "mine"), ("AIPERF_PLUGINS_DISABLED", "acme"),
                ("AIPERF_IMPLEMENTATIONS", "endpoint.chat=openai_chat"),
            ]:
                os.environ[name] = value
                report = PluginDiscovery.discover_all()
                extra[name] = listed()
            for name in list(extra):
                del os.environ[name]
            report = PluginDiscovery.discover_all()
            extra["none"] = listed()
            """,
        )
        assert found.extra == {
            "AIPERF_PLUGIN_MODULES": ["mine", "acme", "openai_chat"],
            "AIPERF_PLUGINS_DISABLED": ["mine", "openai_chat"],
            "AIPERF_IMPLEMENTATIONS": ["openai_chat", "mine"],
            "none": ["acme", "openai_chat"],
        }
        assert found.statuses == {"acme": "active"}

    def test_refresh_sees_what_was_installed_and_uninstalled(
        self, discover, provider, install_plugin, tmp_path
    ):
        """Plugins that register by calls keep all their entries, though they are imported once."""
        provider("hooks")
        site = install_plugin("calls", DECLARES.format(name="calls"))
        found = discover(
            site,
            tmp_path / "later",
            after=f"""
            import json, os, pathlib, shutil
            def state():
                return [
                    sorted(f"{{each.name}} {{each.status}}" for each in report),
                    sorted(manager.plugin_modules),
                    sorted(i.identifier for i in EndpointFactory.list_implementations("chat")),
                ]
            extra["first"] = state()
            shutil.move({str(site / "hooks-1.0.dist-info")!r}, {str(tmp_path / "away")!r})
            report = PluginDiscovery.refresh()
            extra["uninstalled"] = state()
            later = pathlib.Path({str(tmp_path / "later")!r})
            later.mkdir()
            shutil.move({str(tmp_path / "away")!r}, later / "hooks-1.0.dist-info")
            shutil.copytree(later / "hooks-1.0.dist-info", later / "new-1.0.dist-info")
            (later / "new-1.0.dist-info" / "METADATA").write_text("Name: new\\nVersion: 1.0\\n")
            (later / "new-1.0.dist-info" / "entry_points.txt").write_text(
                "[aiperf.plugins]\\nnew = new\\n")
            (later / "new.py").write_text({DECLARES.format(name="new")!r})
            report = PluginDiscovery.refresh()
            extra["installed"] = state()
            """,
        )
        calls, hooks = "calls active", "hooks active"
        assert found.extra == {
            "first": [[calls, hooks], ["calls", "hooks"], ["calls", "hooks", "openai_chat"]],
            "uninstalled": [[calls], ["calls"], ["calls", "openai_chat"]],
            "installed": [
                [calls, hooks, "new active"],
                ["calls", "hooks", "new"],
                ["calls", "hooks", "new", "openai_chat"],
            ],
        }

    def test_declarations_stay_with_their_plugin_whatever_it_is_called(
        self, discover, install_plugin
    ):
        """A new plugin may take the name of an older one; each keeps its own entries."""
        site = install_plugin("mmm", DECLARES.format(name="mmm"), entry_point="fast")
        found = discover(
            site,
            before=f"""
            import pathlib
            site = pathlib.Path({str(site)!r})
            hidden = site / "aaa-1.0.dist-info"
            """,
            after=f"""
            extra["first"] = [each.name for each in report]
            hidden.mkdir()
            (hidden / "METADATA").write_text("Name: aaa\\nVersion: 1.0\\n")
            (hidden / "entry_points.txt").write_text("[aiperf.plugins]\\nfast = aaa\\n")
            (site / "aaa.py").write_text({DECLARES.format(name="aaa")!r})
            report = PluginDiscovery.refresh()
            """,
        )
        assert found.extra["first"] == ["fast"]
        assert {r["name"]: r["entries"] for r in found.records} == {
            "fast": ["endpoint.chat=aaa"],
            "mmm:fast": ["endpoint.chat=mmm"],
        }

    def test_a_plugin_whose_hook_recovers_has_all_its_entries_again(self, discover, install_plugin):
        """Also those that it registered while it was imported, which happens only once."""
        source = DECLARES.format(name="moody") + dedent("""
        import os
        from aiperf import LazyEntry, hookimpl

        @hookimpl
        def aiperf_register_endpoint():
            return [LazyEntry("chat", "moody.classes", "Other", os.environ["MOOD"])]
        """)
        found = discover(
            install_plugin("moody", source),
            after="""
            extra["first"] = [each.status for each in report]
            import os
            os.environ["MOOD"] = "good"
            report = PluginDiscovery.refresh()
            """,
        )
        assert found.extra["first"] == ["failed"]
        assert found.record("moody")["entries"] == ["endpoint.chat=good", "endpoint.chat=moody"]

    def test_what_the_application_did_itself_is_not_refreshed_away(self, discover, provider):
        """Its registrations, its plugins and its selections stay."""
        found = discover(
            provider("acme"),
            before="""
            EndpointFactory.register_lazy("chat", "app", "App", "app")
            EndpointFactory.use_implementation_by_id("chat", "app")
            class Plugin: pass
            manager.register(Plugin(), "mine")
            """,
            after="PluginDiscovery.refresh()",
        )
        assert found.listed[0].startswith("endpoint.chat=app@")
        assert "mine" in found.registered


class TestCircularImports:
    """A plugin may import, use and call anything of AIPerf at any time."""

    CIRCULAR = """
    from aiperf.common.factories import EndpointFactory, PluginDiscovery, TransportFactory
    from aiperf import LazyEntry, hookimpl
    from aiperf.common.models import ModelEndpoint

    EndpointFactory.register_lazy("chat", "acme", "Declared", is_plugin=True)
    seen = PluginDiscovery.discover_all()
    seen_again = PluginDiscovery.refresh()
    decoder = EndpointFactory.create_instance("decoder", strict=False)

    @hookimpl
    def aiperf_register_endpoint():
        return [LazyEntry("chat", "acme", "Hooked")]
    """
    BEFORE = """
    EndpointFactory.register_lazy("decoder", "json", "JSONDecoder")
    """
    ENTRIES = ("endpoint.chat=Hooked", "endpoint.chat=Declared")

    def test_in_discovery(self, discover, install_plugin):
        """Inside, discovery gives what is known so far."""
        site = install_plugin("acme", self.CIRCULAR)
        found = discover(
            site,
            before=self.BEFORE,
            after="import acme; extra['seen'] = [len(acme.seen), acme.decoder.strict]",
        )
        assert found.extra["seen"] == [0, False]
        assert found.record("acme")["entries"] == list(self.ENTRIES)
        assert found.warnings == []

    @pytest.mark.parametrize("target", ["acme", "acme:plugin"])
    def test_imported_by_the_application_first(self, discover, make_distribution, target):
        """It is too early to judge a plugin that is half imported; the next call finds it whole."""
        source = dedent(self.CIRCULAR) + "import sys\nplugin = sys.modules['acme']\n"
        site = make_distribution(
            "acme", files={"acme.py": source}, entry_points={"aiperf.plugins": {"acme": target}}
        )
        found = discover(
            site, before=dedent(self.BEFORE) + "import acme\nextra['seen'] = len(acme.seen)"
        )
        assert found.extra["seen"] == 0
        assert found.record("acme")["entries"] == list(self.ENTRIES)
        assert found.warnings == []

    def test_a_plugin_that_imports_another(self, discover, install_plugin):
        """Each has its own entries, in either order."""
        install_plugin("aaa", "import mmm\n" + DECLARES.format(name="aaa"))
        install_plugin("mmm", DECLARES.format(name="mmm"))
        site = install_plugin("zzz", "import mmm\n" + DECLARES.format(name="zzz"))
        found = discover(site)
        for name in ("aaa", "mmm", "zzz"):
            assert found.record(name)["entries"] == [f"endpoint.chat={name}"]

    def test_a_plugin_that_the_application_imported_keeps_its_entries(
        self, discover, install_plugin
    ):
        """What it registered then was the application's, and is the plugin's once it is found."""
        site = install_plugin("acme", DECLARES.format(name="acme"))
        found = discover(
            site,
            before="""
            import acme
            extra["before"] = EndpointFactory.list_implementations("chat")[0].origin.kind
            """,
        )
        assert found.extra["before"] == "runtime"
        assert found.record("acme")["entries"] == ["endpoint.chat=acme"]
        assert [each for each in found.listed if "=acme" in each] == ["endpoint.chat=acme@acme"]

    def test_once_it_is_the_plugins_it_goes_with_the_plugin(self, discover, install_plugin):
        """Nothing is left of a class type that only the plugin had."""
        source = DECLARES.format(name="acme").replace('"chat"', '"vision"')
        found = discover(
            install_plugin("acme", source),
            before="import acme",
            after="""
            manager.unregister(name="acme")
            extra["types"] = list(EndpointFactory.get_all_class_types())
            """,
        )
        assert "vision" not in found.extra["types"]


class TestThreads:
    """Any number of threads may discover at once."""

    SLOW = """
    import threading, time
    from aiperf import LazyEntry, hookimpl
    from aiperf.common.factories import EndpointFactory

    for number in range(50):
        EndpointFactory.register_lazy("slow", "slow.classes", "C", f"slow{number}", is_plugin=True)
        time.sleep(0)

    @hookimpl
    def aiperf_register_endpoint():
        return [LazyEntry("slow", "slow.classes", "Hooked")]
    """

    def test_sixteen_at_once(self, discover, install_plugin, install_healthy):
        """One record and one warning each, whole plugins, and the same report for everybody."""
        install_plugin("slow", self.SLOW)
        bad_hook = "from aiperf import hookimpl\n@hookimpl\ndef aiperf_register_endpoint(): 1 / 0\n"
        install_plugin("bad-hook", DECLARES.format(name="badhook") + bad_hook)
        install_plugin(
            "bad-import",
            DECLARES.format(name="badimport")
            + "import itertools, time\ntime.sleep(0)\nraise RuntimeError(object())",
        )
        site = install_healthy(f"healthy{number}" for number in range(6))
        for _ in range(3):
            found = discover(site, threads=16)
            expected = {f"healthy{number}": "active" for number in range(6)}
            expected |= {"slow": "active", "bad-hook": "failed", "bad-import": "failed"}
            assert found.statuses == expected
            assert len(found.records) == len(expected)
            assert sorted(each.partition(" (")[0] for each in found.warnings) == [
                "plugin 'bad-hook'",
                "plugin 'bad-import'",
            ]
            assert len(found.record("slow")["entries"]) == 51
            assert len(found.extra["reports"]) == 16
            assert all(report == found.extra["reports"][0] for report in found.extra["reports"])
            assert not [each for each in found.listed if "bad" in each]

    def test_no_lock_is_held_while_a_plugin_is_imported_or_called(self, discover, install_plugin):
        """What it does in a thread of its own, and waits for, goes on."""
        source = """
        import threading
        from aiperf import hookimpl
        from aiperf.common.factories import TransportFactory

        def use():
            TransportFactory.register_lazy("decoder", "json", "JSONDecoder")
            TransportFactory.get_class_from_type("decoder")
            with TransportFactory.using("http", "http"):
                TransportFactory.explain("http")

        def use_in_a_thread():
            thread = threading.Thread(target=use, daemon=True)
            thread.start()
            thread.join(10)
            assert not thread.is_alive()

        use_in_a_thread()

        @hookimpl
        def aiperf_register_endpoint():
            use_in_a_thread()
            return []
        """
        found = discover(install_plugin("acme", source))
        assert found.statuses == {"acme": "active"}
        assert found.warnings == []

    def test_while_others_refresh(self, discover, install_plugin, install_healthy):
        """Everybody's report is whole."""
        install_plugin("slow", self.SLOW)
        site = install_healthy(f"healthy{number}" for number in range(6))
        found = discover(
            site,
            after="""
            import threading
            reports = []
            def run(function):
                for _ in range(3):
                    reports.append(function())
            functions = [PluginDiscovery.refresh, PluginDiscovery.discover_all] * 4
            threads = [threading.Thread(target=run, args=[each]) for each in functions]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            extra["reports"] = [
                sorted(f"{r.name} {r.status} {len(r.entries)}" for r in each) for each in reports
            ]
            """,
        )
        whole = sorted([f"healthy{number} active 2" for number in range(6)] + ["slow active 51"])
        assert found.extra["reports"] == [whole] * 24
        assert found.warnings == []


def test_the_setuptools_loader_is_pluggys(discover, provider):
    """It counts what it loaded, can load by name, skips what is loaded, and knows distributions."""
    provider("aaa")
    site = provider("bbb")
    found = discover(
        site,
        before="""
        extra["one"] = manager.load_setuptools_entrypoints("aiperf.plugins", name="bbb")
        extra["names"] = [name for name, _ in manager.list_name_plugin()]
        extra["rest"] = manager.load_setuptools_entrypoints("aiperf.plugins")
        extra["none"] = manager.load_setuptools_entrypoints("aiperf.plugins")
        import os
        os.environ["AIPERF_PLUGINS_DISABLED"] = "*"
        extra["denied"] = manager.load_setuptools_entrypoints("aiperf.plugins")
        extra["still"] = [record.status for record in manager.records.values()]
        del os.environ["AIPERF_PLUGINS_DISABLED"]
        extra["other"] = manager.load_setuptools_entrypoints("other.group")
        extra["distinfo"] = [
            [plugin.__name__, facade.project_name, facade.version, str(facade.locate_file("x"))]
            for plugin, facade in manager.list_plugin_distinfo()
        ]
        extra["raw"] = [d.metadata["Name"] for _, d in manager.list_plugin_distributions()]
        """,
    )
    assert found.extra == {
        "one": 1,
        "names": ["aiperf", "bbb"],
        "rest": 1,
        "none": 0,
        "denied": 0,
        "still": ["active", "active"],
        "other": 0,
        "distinfo": [[name, name, "1.0", str(site / "x")] for name in ("bbb", "aaa")],
        "raw": ["bbb", "aaa"],
    }
    assert found.statuses == {"aaa": "active", "bbb": "active"}
    assert json.dumps(found.extra)


def test_an_application_can_have_a_group_of_its_own(fresh_python, make_distribution):
    """A registry beside the process's own finds its own plugins, and AIPerf's find AIPerf."""
    source = "from aiperf import LazyEntry, hookimpl\n"
    source += "@hookimpl\ndef aiperf_register_gadget():\n"
    source += "    return [LazyEntry('big', 'gadgets', 'Big')]\n"
    site = make_distribution(
        "gadget-plugin",
        files={"gadget_plugin.py": source},
        entry_points={"gadgets.plugins": {"gadget": "gadget_plugin"}},
    )
    shown = fresh_python(
        """
        from aiperf.common.factories import AIPerfFactory, PluginDiscovery
        from aiperf.plugins.discovery import Discovery
        from aiperf.plugins.registry import Registry

        registry = Registry()

        class GadgetFactory(AIPerfFactory[str, object], registry=registry):
            pass

        report = Discovery(registry, "gadgets.plugins").discover_all()
        print(*[record.name for record in report], *GadgetFactory.get_all_class_types())
        print(len(PluginDiscovery.discover_all()))
        """,
        path=[site],
    )
    assert shown.split() == ["gadget", "big", "0"]
