"""The registry against a simple model of its contract, driven at random.

Real distributions are installed and removed, modules named and taken out, plugins registered,
blocked, broken and unregistered, calls made and overrides set; after each step the registry must
say what the model says. ``STATEFUL_EXAMPLES=2000`` looks further than the usual run.
"""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import invalidate_caches
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from aiperf import LazyEntry, hookimpl
from aiperf.common.factory import AIPerfFactory
from aiperf.plugins.discovery import Discovery
from aiperf.plugins.environment import AUTOLOAD, DISABLED, MODULES
from aiperf.plugins.errors import (
    DiscoveryError,
    FactoryCreationError,
    RegistrationError,
    UnknownImplementationError,
)
from aiperf.plugins.registry import Registry

CLASS_TYPES = ("chat", "embeddings")
IDENTIFIERS = ("own", "fast", "slow")
ORDERS = ("tryfirst", "plain", "trylast")
BREAKS = ("raise ValueError('broken')", "raise SystemExit(3)", "import nowhere_at_all")

SOURCE = """
from aiperf import LazyEntry, hookimpl

@hookimpl({order})
def aiperf_register_endpoint():
    from {module} import is_doomed
    if is_doomed:
        raise RuntimeError("doomed")
    return [{entries}]

is_doomed = False
class own: pass
class fast: pass
class slow: pass
"""

numbers = count()


@dataclass
class Plugin:
    """What the model knows of one plugin, installed, named in the variable or registered."""

    name: str
    kind: str
    module: str
    order: str
    entries: list[tuple[str, str]]
    breaks: str | None = None
    number: int = 0
    is_doomed: bool = False
    target: Any = None


@dataclass
class Model:
    """The contract in its plainest form: lists, sorted when they are asked for."""

    active: list[Plugin] = field(default_factory=list)
    installed: dict[str, Plugin] = field(default_factory=dict)
    named: dict[str, Plugin] = field(default_factory=dict)
    variable: list[str] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)
    autoload: bool = True
    calls: list[tuple[int, str, str, bool]] = field(default_factory=list)
    overrides: dict[str, tuple[str, str]] = field(default_factory=dict)

    def drop_doomed(self) -> None:
        """Take out what fails the next time that its hook is called."""
        self.active = [plugin for plugin in self.active if not plugin.is_doomed]

    def ranked(self, class_type: str) -> list[tuple[str, str]]:
        """Return identifier and plugin of each implementation, the best first."""
        kinds = ("runtime", "module", "entry-point")
        plugins: list[tuple[Any, ...]] = []
        for plugin in self.active:
            place: tuple[Any, ...] = (-plugin.number, "")
            if plugin.kind == "module":
                place = (-self.variable.index(plugin.name), "")
            elif plugin.kind == "entry-point":
                place = (0, plugin.name)
            rank = (ORDERS.index(plugin.order), kinds.index(plugin.kind), place)
            known = dict.fromkeys(id_ for each, id_ in plugin.entries if each == class_type)
            for position, identifier in enumerate(known):
                plugins.append((*rank, position, identifier, plugin.name))
        for number, each, identifier, is_plugin in self.calls:
            if each == class_type and is_plugin:
                rank = (ORDERS.index("plain"), 0, (-number, ""))
                plugins.append((*rank, 0, identifier, __name__))
        own = [("own", "app")] + [
            (identifier, __name__)
            for _, each, identifier, is_plugin in self.calls
            if each == class_type and not is_plugin
        ]
        return [(row[-2], row[-1]) for row in sorted(plugins)] + own

    def selected(self, class_type: str) -> tuple[str, str] | None:
        """Return what is in force, ``None`` where an override names what is not there."""
        ranked = self.ranked(class_type)
        if class_type not in self.overrides:
            return ranked[0]
        identifier, plugin = self.overrides[class_type]
        meant = [each for each in ranked if each[0] == identifier and plugin in ("", each[1])]
        return meant[0] if meant else None


class RegistryMachine(RuleBasedStateMachine):
    """Drives a registry and the model side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.registry = Registry()

        class EndpointFactory(AIPerfFactory[str, Any], registry=self.registry):
            """Endpoints."""

        self.factory = EndpointFactory
        self.site = Path(mkdtemp())
        sys.path.insert(0, str(self.site))
        self.group = f"aiperf.test{next(numbers)}"
        self.discovery = Discovery(self.registry, self.group)
        own = self.module("tryfirst", [(each, "own") for each in CLASS_TYPES])
        self.registry.register_builtins(self.object_of(own), "app", "1.0")
        self.calls_target = self.module("plain", []).module
        self.dirty = False

    def teardown(self) -> None:
        """Leave nothing behind."""
        sys.path.remove(str(self.site))
        shutil.rmtree(self.site)
        for variable in (AUTOLOAD, DISABLED, MODULES):
            os.environ.pop(variable, None)
        for name in [name for name in sys.modules if name.startswith("stateful_")]:
            del sys.modules[name]

    # -- making plugins ------------------------------------------------------------------------

    def module(
        self, order: str, entries: list[tuple[str, str]], breaks: str | None = None, kind: str = ""
    ) -> Plugin:
        """Write a plugin's module and return what the model knows of it."""
        number = next(numbers)
        name = (
            f"stateful_{number:09}"  # sorted as they were made, so that an example can be repeated
        )
        shown = ", ".join(
            f"LazyEntry({each!r}, {name!r}, {identifier!r})" for each, identifier in entries
        )
        source = SOURCE.format(
            order="" if order == "plain" else f"{order}=True", module=name, entries=shown
        )
        (self.site / f"{name}.py").write_text(f"{breaks or ''}\n{source}", encoding="utf-8")
        invalidate_caches()  # Python may have listed the directory in this very tick
        return Plugin(name, kind, name, order, entries, breaks, number)

    @staticmethod
    def object_of(plugin: Plugin) -> ModuleType:
        """Return an object with the plugin's hook, as application code would register it."""
        holder = ModuleType(plugin.name)
        options = {} if plugin.order == "plain" else {plugin.order: True}

        def aiperf_register_endpoint() -> list[LazyEntry]:
            return [LazyEntry(each, plugin.module, id_) for each, id_ in plugin.entries]

        holder.aiperf_register_endpoint = hookimpl(**options)(aiperf_register_endpoint)
        return holder

    entries = st.lists(
        st.tuples(st.sampled_from(CLASS_TYPES), st.sampled_from(IDENTIFIERS)),
        min_size=1,
        max_size=3,
    )
    orders = st.sampled_from(("plain", *ORDERS))
    breaking = st.sampled_from((None, None, None, None, *BREAKS))

    # -- what people do ------------------------------------------------------------------------

    @rule(order=orders, entries=entries, breaks=breaking, looks=st.booleans())
    def install(self, order, entries, breaks, looks):
        """A distribution appears on the path; nothing changes before somebody looks again."""
        plugin = self.module(order, entries, breaks, "entry-point")
        metadata = self.site / f"{plugin.name}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {plugin.name}\n")
        (metadata / "entry_points.txt").write_text(
            f"[{self.group}]\n{plugin.name} = {plugin.module}\n"
        )
        self.model.installed[plugin.name] = plugin
        if looks:
            self.look_again()

    @precondition(lambda self: self.model.installed)
    @rule(data=st.data())
    def uninstall(self, data):
        """A distribution leaves the path; its name leaves the deny list with it."""
        name = data.draw(st.sampled_from(sorted(self.model.installed)))
        shutil.rmtree(self.site / f"{name}-1.0.dist-info")
        del self.model.installed[name]
        self.model.denied.discard(name)

    @rule(order=orders, entries=entries, breaks=breaking)
    def name_a_module(self, order, entries, breaks):
        """A module is put into ``AIPERF_PLUGIN_MODULES``, at its end."""
        plugin = self.module(order, entries, breaks, "module")
        self.model.named[plugin.name] = plugin
        self.look_again()

    @precondition(lambda self: self.model.named)
    @rule(data=st.data())
    def name_a_module_no_more(self, data):
        """It is taken out of the variable again."""
        name = data.draw(st.sampled_from(sorted(self.model.named)))
        del self.model.named[name]
        self.model.denied.discard(name)
        self.look_again()

    @precondition(lambda self: self.model.installed or self.model.named)
    @rule(data=st.data())
    def deny_or_allow(self, data):
        """A plugin is put into ``AIPERF_PLUGINS_DISABLED``, or taken out of it."""
        names = sorted({*self.model.installed, *self.model.named})
        self.model.denied ^= {data.draw(st.sampled_from(names))}
        self.look_again()

    @rule()
    def switch_autoload(self):
        """``AIPERF_PLUGIN_AUTOLOAD`` goes from on to off, or back."""
        self.model.autoload = not self.model.autoload
        self.look_again()

    @rule()
    def look_again(self):
        """``refresh()``: what is there now is loaded, whatever became of it before."""
        model = self.model
        os.environ[MODULES] = ",".join(model.named)
        os.environ[DISABLED] = ",".join(sorted(model.denied))
        os.environ[AUTOLOAD] = str(int(model.autoload))
        found = list(model.installed.values()) if model.autoload else []
        candidates = [*found, *model.named.values()]
        off = model.denied | model.blocked
        wanted = [plugin for plugin in candidates if plugin.name not in off]
        loud = [p for p in wanted if p.kind == "module" and (p.breaks or p.is_doomed)]
        model.variable = list(model.named)
        model.active = [
            *(plugin for plugin in model.active if plugin.kind == "runtime"),
            *(plugin for plugin in wanted if not plugin.breaks),
        ]
        model.drop_doomed()
        if loud:
            with pytest.raises(DiscoveryError) as caught:
                self.discovery.refresh()
            assert {each.origin.plugin for each in caught.value.failures if each.origin} == {
                plugin.name for plugin in loud
            }
            report = caught.value.report
        else:
            report = self.discovery.refresh()
        assert report is not None
        statuses = {record.name: record.status.value for record in report}
        assert statuses == {plugin.name: self.status(plugin, off) for plugin in candidates}

    @staticmethod
    def status(plugin: Plugin, off: set[str]) -> str:
        """Return what must become of a plugin."""
        if plugin.name in off:
            return "disabled"
        return "failed" if plugin.breaks or plugin.is_doomed else "active"

    @precondition(lambda self: any(p.kind == "entry-point" for p in self.model.active))
    @rule(data=st.data())
    def doom(self, data):
        """An installed plugin's hook will raise the next time that it is called."""
        names = sorted(p.name for p in self.model.active if p.kind == "entry-point")
        name = data.draw(st.sampled_from(names))
        sys.modules[name].is_doomed = True
        next(plugin for plugin in self.model.active if plugin.name == name).is_doomed = True

    # -- what application code does ------------------------------------------------------------

    @rule(order=orders, entries=entries)
    def register(self, order, entries):
        """An application, or a test, registers an object with a hook."""
        plugin = self.module(order, entries, kind="runtime")
        plugin.target = self.object_of(plugin)
        assert self.registry.manager.register(plugin.target, plugin.name) == plugin.name
        self.model.active.append(plugin)
        self.model.drop_doomed()

    @precondition(lambda self: self.model.active)
    @rule(data=st.data())
    def unregister(self, data):
        """Any plugin is taken out through pluggy's own method."""
        name = data.draw(st.sampled_from(sorted(p.name for p in self.model.active)))
        assert self.registry.manager.unregister(name=name) is not None
        self.model.active = [plugin for plugin in self.model.active if plugin.name != name]
        self.model.drop_doomed()

    @precondition(lambda self: self.model.installed)
    @rule(data=st.data())
    def block(self, data):
        """``set_blocked`` takes a plugin out and keeps it out."""
        name = data.draw(st.sampled_from(sorted(self.model.installed)))
        self.registry.manager.set_blocked(name)
        self.model.blocked.add(name)
        before = len(self.model.active)
        self.model.active = [plugin for plugin in self.model.active if plugin.name != name]
        if len(self.model.active) != before:
            self.model.drop_doomed()

    @precondition(lambda self: self.model.blocked)
    @rule(data=st.data())
    def unblock(self, data):
        """``unblock`` lets the next look find it."""
        name = data.draw(st.sampled_from(sorted(self.model.blocked)))
        assert self.registry.manager.unblock(name)
        self.model.blocked.discard(name)
        self.model.drop_doomed()

    @rule(
        class_type=st.sampled_from(CLASS_TYPES),
        identifier=st.sampled_from(IDENTIFIERS),
        is_plugin=st.booleans(),
    )
    def call(self, class_type, identifier, is_plugin):
        """``register_lazy``: the first counts, the same again does nothing."""
        self.factory.register_lazy(class_type, self.calls_target, identifier, is_plugin=is_plugin)
        if all((each, id_) != (class_type, identifier) for _, each, id_, _ in self.model.calls):
            self.model.calls.append((next(numbers), class_type, identifier, is_plugin))

    @precondition(lambda self: self.model.calls)
    @rule(data=st.data())
    def call_with_another_target(self, data):
        """The same identifier cannot be two things; what was there stays."""
        _, class_type, identifier, _ = data.draw(st.sampled_from(self.model.calls))
        with pytest.raises(RegistrationError, match="already"):
            self.factory.register_lazy(class_type, "json", "JSONDecoder", identifier)

    @rule(class_type=st.sampled_from(CLASS_TYPES), data=st.data())
    def use(self, class_type, data):
        """Anything that is listed can be selected by its reference."""
        listed = self.factory.list_implementations(class_type)
        chosen = data.draw(st.sampled_from(listed))
        self.factory.use_implementation_by_id(class_type, chosen.reference)
        identifier, _, plugin = chosen.reference.partition("@")
        self.model.overrides[class_type] = (identifier, plugin)
        assert self.model.selected(class_type) == (identifier, chosen.origin.plugin)

    @rule(class_type=st.sampled_from(CLASS_TYPES))
    def use_what_is_not_there(self, class_type):
        """It is an error, and changes nothing."""
        with pytest.raises(UnknownImplementationError):
            self.factory.use_implementation_by_id(class_type, "absent")

    @rule(class_type=st.sampled_from(CLASS_TYPES), data=st.data())
    def use_for_a_moment(self, class_type, data):
        """What stood before a ``with`` block stands after it, whatever happens in it."""
        listed = self.factory.list_implementations(class_type)
        chosen = data.draw(st.sampled_from(listed))
        with suppress(KeyError), self.factory.using(class_type, chosen.reference):
            inside = self.factory.list_implementations(class_type)[0]
            assert (inside.is_selected, inside.origin) == (True, chosen.origin)
            raise KeyError

    @rule(class_type=st.sampled_from(CLASS_TYPES))
    def clear(self, class_type):
        """The override is gone."""
        self.factory.clear_implementation(class_type)
        self.model.overrides.pop(class_type, None)

    # -- what must hold ------------------------------------------------------------------------

    @invariant()
    def they_agree(self):
        """The same implementations in the same order, the same one selected, and made."""
        for class_type in CLASS_TYPES:
            listed = self.factory.list_implementations(class_type)
            selected = self.model.selected(class_type)
            ranked = self.model.ranked(class_type)
            if selected is not None:
                ranked.remove(selected)
                ranked.insert(0, selected)
            assert [(each.identifier, each.origin.plugin) for each in listed] == ranked
            assert [each.is_selected for each in listed] == [
                position == 0 and selected is not None for position in range(len(listed))
            ]
            if selected is None:
                with pytest.raises(FactoryCreationError, match="has no implementation"):
                    self.factory.create_instance(class_type)
                assert self.factory.explain(class_type).winner is None
                continue
            made = type(self.factory.create_instance(class_type))
            assert (made.__name__, made.__module__) == (selected[0], listed[0].module_path)
            assert self.factory.get_class_from_type(class_type) is made
            explained = self.factory.explain(class_type)
            assert explained.winner == listed[0]
            assert [loss.implementation for loss in explained.losers] == listed[1:]

    @invariant()
    def no_class_type_comes_or_goes(self):
        """Each has its builtin, whatever became of the plugins."""
        assert self.factory.get_all_class_types() == list(CLASS_TYPES)


def test_the_registry_does_what_the_model_of_its_contract_says():
    """Registrations, removals, overrides, discovery and failures, at random."""
    run_state_machine_as_test(
        RegistryMachine,
        settings=settings(
            max_examples=int(os.environ.get("STATEFUL_EXAMPLES", "60")),
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
