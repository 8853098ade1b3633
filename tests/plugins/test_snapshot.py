"""A registry as it is in one process, had again by another registry or by the same one."""

from __future__ import annotations

import os
import pickle
import sys
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from aiperf.common.factory import AIPerfFactory
from aiperf.plugins.discovery import Discovery
from aiperf.plugins.errors import (
    DiscoveryError,
    ResolutionDiffersError,
    SnapshotError,
    UnknownImplementationError,
)
from aiperf.plugins.registry import Registry
from aiperf.plugins.snapshot import take

CLASSES = """
from aiperf import LazyEntry, hookimpl

class First:
    pass

class Second:
    class Inner:
        pass

@hookimpl
def aiperf_register_endpoint():
    return [LazyEntry("chat", __name__, "First", "hooked")]
"""


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch, tmp_path):
    """Give the test its own search path, with a module on it, and variables."""
    (tmp_path / "snapshot_classes.py").write_text(CLASSES)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setenv("AIPERF_PLUGIN_AUTOLOAD", "0")
    monkeypatch.setenv("AIPERF_PLUGIN_MODULES", "")
    yield
    sys.modules.pop("snapshot_classes", None)


@pytest.fixture
def discovery(registry, endpoints):  # noqa: ARG001 - it defines the factory
    """Give the discovery of ``registry``, which has the factory."""
    return Discovery(registry)


class Other:
    """A second registry with a factory of the same name, as another process would have it."""

    def __init__(self) -> None:
        self.registry = Registry()

        class EndpointFactory(AIPerfFactory[str, Any], registry=self.registry):
            """Endpoints."""

        self.factory = EndpointFactory
        self.discovery = Discovery(self.registry)

    def identifiers(self) -> list[str]:
        """Return the references of ``chat``, the selected first."""
        return [each.reference for each in self.factory.list_implementations("chat")]


@pytest.fixture
def other():
    """Give an :class:`Other`."""
    return Other()


def sent(snapshot):
    """Return a snapshot as another process receives it."""
    return pickle.loads(pickle.dumps(snapshot))


def test_registrations_and_overrides_arrive(endpoints, discovery, other):
    """In the order that they were made in, and nothing is imported for the calls."""
    endpoints.register_lazy("chat", "snapshot_classes", "First", is_plugin=True)
    endpoints.register_lazy("chat", "snapshot_classes", "Second", is_plugin=True, description="2")
    endpoints.register_lazy("image", "snapshot_classes", "First", "a", is_plugin=True)
    endpoints.register_lazy("image", "snapshot_classes", "Second", "b", is_plugin=True)
    endpoints.use_implementation_by_id("chat", "First")
    snapshot = sent(take(discovery))
    # The other process has registered some of it already, the other way round.
    other.factory.register_lazy("image", "snapshot_classes", "Second", "b", is_plugin=True)
    other.factory.register_lazy("image", "snapshot_classes", "First", "a", is_plugin=True)
    snapshot.apply(other.discovery)
    assert other.identifiers() == ["First", "Second"]
    assert other.factory.list_implementations("chat")[1].description == "2"
    assert other.factory.list_implementations("image")[0].identifier == "b"
    assert "snapshot_classes" not in sys.modules
    assert take(other.discovery).digest == snapshot.digest == take(discovery).digest
    other.factory.register_lazy("image", "snapshot_classes", "First", "later", is_plugin=True)
    assert other.factory.list_implementations("image")[0].identifier == "later"


def test_an_override_that_the_snapshot_does_not_have_is_cleared(endpoints, discovery, other):
    """The other process has the selections of the first, and no other."""
    endpoints.register_lazy("chat", "snapshot_classes", "First")
    other.factory.register_lazy("chat", "snapshot_classes", "First")
    other.factory.register_lazy("chat", "snapshot_classes", "Second")
    other.factory.use_implementation_by_id("chat", "Second")
    take(discovery).apply(other.discovery)
    assert other.identifiers() == ["First", "Second"]


def test_what_a_decorator_registered_arrives(endpoints, discovery, other):
    """The module is imported on first use, and its decorator registers nothing twice."""
    import snapshot_classes  # noqa: PLC0415 - made by the fixture

    endpoints.register("chat", override_priority=3)(snapshot_classes.First)
    endpoints.register("chat")(snapshot_classes.Second.Inner)
    sent(take(discovery)).apply(other.discovery)
    assert other.identifiers() == ["First", "Inner"]
    targets = [each.class_name for each in other.factory.list_implementations("chat")]
    assert targets == ["First", "Second.Inner"]
    other.factory.register("chat", override_priority=3)(snapshot_classes.First)
    assert other.identifiers() == ["First", "Inner"]
    assert other.factory.get_class_from_type("chat") is snapshot_classes.First


def test_a_registered_module_arrives(registry, discovery, other):
    """It is imported and registered under its name; where that is so already it stays."""
    import snapshot_classes  # noqa: PLC0415 - made by the fixture

    registry.manager.register(snapshot_classes, "given")
    snapshot = sent(take(discovery))
    snapshot.apply(other.discovery)
    assert other.registry.manager.get_plugin("given") is snapshot_classes
    assert other.identifiers() == ["hooked"]
    snapshot.apply(other.discovery)
    snapshot.apply(discovery)
    third = Other()
    third.registry.manager.register(snapshot_classes, "by_another_name")
    with pytest.raises(ResolutionDiffersError, match=r"'given' there.*another_name' here"):
        snapshot.apply(third.discovery)


def test_a_registered_module_that_is_not_there_is_an_error(registry, discovery, other, tmp_path):
    """It names the plugin, what failed and the next step."""
    import snapshot_classes  # noqa: PLC0415 - made by the fixture

    registry.manager.register(snapshot_classes, "given")
    snapshot = take(discovery)
    del sys.modules["snapshot_classes"]
    (tmp_path / "snapshot_classes.py").write_text("raise SystemExit('no')")
    with pytest.raises(
        SnapshotError, match=r"'given'.* cannot be had in this process: SystemExit: no\. Make its"
    ):
        snapshot.apply(other.discovery)


def test_plugins_are_discovered_as_they_were(discovery, other, monkeypatch):
    """By the variables of the first process, and from its search path."""
    monkeypatch.setenv("AIPERF_PLUGIN_MODULES", "snapshot_classes")
    discovery.discover_all()
    monkeypatch.setenv("AIPERF_PLUGIN_MODULES", "later_change")
    snapshot = sent(take(discovery))
    assert snapshot.is_discovered
    monkeypatch.delenv("AIPERF_PLUGIN_MODULES")
    monkeypatch.setenv("AIPERF_PLUGINS_STRICT", "1")
    monkeypatch.setattr(sys, "path", sys.path[1:])
    del sys.modules["snapshot_classes"]
    snapshot.apply(other.discovery)
    assert other.identifiers() == ["hooked"]
    assert os.environ["AIPERF_PLUGIN_MODULES"] == "snapshot_classes"
    assert "AIPERF_PLUGINS_STRICT" not in os.environ
    assert sys.path[0] == snapshot.search_path[0]


def test_a_process_that_has_discovered_looks_again(discovery, other, monkeypatch):
    """Its search path was another one, so what it found there says nothing."""
    monkeypatch.setenv("AIPERF_PLUGIN_MODULES", "snapshot_classes")
    discovery.discover_all()
    snapshot = take(discovery)
    monkeypatch.setattr(sys, "path", sys.path[1:])
    del sys.modules["snapshot_classes"]
    with pytest.raises(DiscoveryError):
        other.discovery.discover_all()
    snapshot.apply(other.discovery)
    assert other.identifiers() == ["hooked"]


def test_a_process_that_has_discovered_nothing_says_so(endpoints, discovery, other, monkeypatch):
    """The other one discovers nothing either; the variables count as they are."""
    monkeypatch.setenv("AIPERF_PLUGIN_MODULES", "snapshot_classes")
    monkeypatch.setenv("AIPERF_IMPLEMENTATIONS", "endpoint.chat=First")
    endpoints.register_lazy("chat", "snapshot_classes", "First")
    endpoints.register_lazy("chat", "snapshot_classes", "Second", is_plugin=True)
    snapshot = take(discovery)
    assert not snapshot.is_discovered
    monkeypatch.delenv("AIPERF_IMPLEMENTATIONS")
    snapshot.apply(other.discovery)
    assert other.identifiers() == ["First", "Second"]
    assert "snapshot_classes" not in sys.modules


def test_a_choice_of_a_runtime_registration_by_variable_arrives(endpoints, discovery, monkeypatch):
    """Discovery checks the variable when the registration is there."""
    endpoints.register_lazy("chat", "snapshot_classes", "First")
    endpoints.register_lazy("chat", "snapshot_classes", "Second", is_plugin=True)
    monkeypatch.setenv("AIPERF_IMPLEMENTATIONS", "endpoint.chat=First")
    discovery.discover_all()
    other = Other()
    sent(take(discovery)).apply(other.discovery)
    assert other.identifiers() == ["First", "Second"]


def test_a_choice_by_option_arrives(endpoints, discovery, other):
    """What ``--use`` selected beats the variable there, too, and a call beats it."""
    for factory in (endpoints, other.factory):
        factory.register_lazy("chat", "snapshot_classes", "First")
        factory.register_lazy("chat", "snapshot_classes", "Second")
    discovery.registry.use_options(["endpoint.chat=Second"])
    discovery.discover_all()
    other.registry.use_options(["endpoint.chat=First", "endpoint.gone=First"])
    snapshot = sent(take(discovery))
    snapshot.apply(other.discovery)
    assert other.identifiers() == ["Second", "First"]
    assert take(other.discovery).options == snapshot.options == ("endpoint.chat=Second",)


def test_a_plugins_late_call_stays_a_runtime_registration(discovery, other, monkeypatch, tmp_path):
    """What its module registers after discovery is not the plugin's there either."""
    (tmp_path / "snapshot_classes.py").write_text(
        f"{CLASSES}\ndef add(factory):\n"
        "    factory.register_lazy('image', __name__, 'Second', is_plugin=True)\n"
    )
    monkeypatch.setenv("AIPERF_PLUGIN_MODULES", "snapshot_classes")
    discovery.discover_all()
    factory = other.factory  # a factory of another registry is not asked
    first = discovery.registry.slots["endpoint"]
    assert first is not factory._slot
    import snapshot_classes  # noqa: PLC0415 - made by this test

    class Facade:
        """Registers with the first registry from the plugin's own module."""

        register_lazy = staticmethod(_caller_of(discovery.registry, first))

    snapshot_classes.add(Facade)
    assert "image" in discovery.registry.class_types(first)
    snapshot = sent(take(discovery))
    assert [each.is_late for each in snapshot.registrations] == [True]
    snapshot.apply(other.discovery)
    (image,) = factory.list_implementations("image")
    assert image.origin.kind == "runtime"


def _caller_of(registry, slot):
    """Return ``register_lazy`` of a factory that is only a slot."""
    from aiperf.plugins import LazyEntry  # noqa: PLC0415 - beside its only use

    def register_lazy(class_type, module_path, class_name, *, is_plugin):
        entry = LazyEntry(class_type, module_path, class_name)
        registry.add(slot, entry, caller=module_path, is_plugin=is_plugin)

    return register_lazy


def test_blocked_and_removed_plugins_are_so_there(discovery, other, monkeypatch, tmp_path):
    """The application's own decisions about plugins travel, and what it allows again, too."""
    (tmp_path / "snapshot_more.py").write_text(CLASSES)
    monkeypatch.setenv("AIPERF_PLUGIN_MODULES", "snapshot_classes,snapshot_more")
    discovery.discover_all()
    manager = discovery.registry.manager
    manager.set_blocked("snapshot_classes")
    manager.unregister(name="snapshot_more")
    snapshot = sent(take(discovery))
    assert (snapshot.blocked, snapshot.taken_out) == (("snapshot_classes",), ("snapshot_more",))
    other.registry.manager.set_blocked("allowed")
    snapshot.apply(other.discovery)
    assert other.factory.get_all_class_types() == []
    assert other.registry.manager.is_blocked("snapshot_classes")
    assert not other.registry.manager.is_blocked("allowed")
    del sys.modules["snapshot_more"]


def test_a_plugin_that_failed_is_not_taken_out(discovery, registry, make):
    """It fails there, too, or else is a difference that is told."""
    make.load(registry, make.installed("acme"), make.plugin(lambda: 1))
    registry.class_types(registry.slots["endpoint"])
    assert registry.manager.records["acme"].error is not None
    assert take(discovery).taken_out == ()


def test_builtins_that_were_taken_out_are_so_there(registry, discovery, other, make):
    """An application may replace its builtins."""
    for each in (registry, other.registry):
        each.register_builtins(make.plugin([make.entry("own")], "app"), "app")
    registry.manager.unregister(name="app")
    take(discovery).apply(other.discovery)
    assert other.identifiers() == []
    without = Other()
    take(discovery).apply(without.discovery)
    assert without.identifiers() == []


def test_what_cannot_reach_another_process_is_said_at_once(endpoints, registry, discovery, make):
    """Each registration, where it came from and what to do; all of them in one error."""

    class Local:
        """A class that only this function has."""

    endpoints.register("chat")(Local)
    endpoints.register_lazy("image", "__main__", "Mine")
    registry.manager.register(make.plugin([make.entry("thrown")], "throwaway"))
    with pytest.raises(SnapshotError) as caught:
        take(discovery)
    local, program, throwaway = caught.value.reasons
    assert local.startswith(
        f"endpoint.chat: 'Local' (runtime registration by {__name__!r}) cannot reach another "
        "process: class test_what_cannot_reach_another_process_is_said_at_once.<locals>.Local is "
    )
    assert "endpoint.image: 'Mine'" in program
    assert "Plugin 'throwaway'" in throwaway
    assert all("top level of a module that can be imported" in each for each in (local, throwaway))
    assert str(caught.value) == "\n".join(caught.value.reasons)


def test_a_forked_process_has_everything(endpoints, registry, discovery, make):
    """So nothing is refused for it, and the same registry passes."""

    class Local:
        """A class that only this function has."""

    endpoints.register("chat")(Local)
    registry.manager.register(make.plugin([make.entry("thrown", "image")], "throwaway"))
    snapshot = take(discovery, start_method="fork")
    snapshot.apply(discovery)
    assert endpoints.get_class_from_type("chat") is Local
    with pytest.raises(SnapshotError):
        take(discovery, start_method="spawn")


def test_each_difference_is_named(endpoints, discovery, other):
    """The class type, theirs, ours, and the next step; the error has them as data and pickles."""
    endpoints.register_lazy("chat", "snapshot_classes", "First")
    snapshot = take(discovery)
    other.factory.register_lazy("chat", "snapshot_classes", "Second", is_plugin=True)
    other.factory.register_lazy("image", "snapshot_classes", "Second")
    with pytest.raises(ResolutionDiffersError) as caught:
        snapshot.apply(other.discovery)
    error = pickle.loads(pickle.dumps(caught.value))
    assert [(each.class_type, each.theirs, each.ours) for each in error.differences] == [
        ("chat", snapshot.resolution.choices[0], error.differences[0].ours),
        ("image", None, error.differences[1].ours),
    ]
    runtime = f"runtime registration by {__name__!r}"
    assert str(error) == (
        f"Process {os.getpid()} does not resolve plugins as the process that it works for does:\n"
        f"  endpoint.chat: First from {runtime} there, Second from {runtime} here (a plugin comes "
        "before a builtin).\n"
        f"  endpoint.image: no such class type there, Second from {runtime} here (there is no "
        "other).\n"
        "Install the same plugins, in the same versions, where both run, and take the snapshot "
        "after the last change to them."
    )


def test_a_factory_is_defined_by_importing_its_module(discovery, other, tmp_path, monkeypatch):
    """One that the import does not define is an error, and so is an import that fails."""
    (tmp_path / "snapshot_app.py").write_text("import snapshot_registry\n")
    define = 'registry.define_factory("widget", "WidgetFactory", "snapshot_app", "")'
    (tmp_path / "snapshot_registry.py").write_text(
        f"from snapshot_holder import registry\n{define}"
    )
    holder = ModuleType("snapshot_holder")
    holder.registry = other.registry
    monkeypatch.setitem(sys.modules, "snapshot_holder", holder)
    discovery.registry.define_factory("widget", "WidgetFactory", "snapshot_app", "")
    snapshot = take(discovery)
    snapshot.apply(other.discovery)
    assert "widget" in other.registry.slots
    with pytest.raises(SnapshotError, match=r"'widget'.*does not define it here\. Define it"):
        snapshot.apply(Other().discovery)
    for name in ("snapshot_app", "snapshot_registry"):
        del sys.modules[name]
    (tmp_path / "snapshot_app.py").write_text("raise SystemExit(3)")
    with pytest.raises(SnapshotError, match=r"'widget'.*snapshot_app.*failed with SystemExit: 3"):
        snapshot.apply(Other().discovery)
    in_program = replace(snapshot, factories=(("gadget", "__main__"),))
    with pytest.raises(SnapshotError, match="'gadget'"):
        in_program.apply(Other().discovery)


def test_the_search_path_is_absolute(discovery, tmp_path, monkeypatch):
    """The other process may start in another directory; what is no path stays as it is."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "below").mkdir()
    monkeypatch.setattr(sys, "path", ["", "below", "no.path.hook", *sys.path])
    snapshot = take(discovery)
    assert snapshot.search_path[:3] == (str(tmp_path), str(tmp_path / "below"), "no.path.hook")
    before = list(sys.path)
    snapshot.apply(discovery)
    assert sys.path == before, "it is the same, written otherwise"


def test_a_worker_that_fails_to_apply_says_so_when_it_is_used(endpoints, discovery, other):
    """Its initializer raises nothing; a later one that succeeds makes it usable."""
    endpoints.register_lazy("chat", "snapshot_classes", "First")
    snapshot = take(discovery)
    other.factory.register_lazy("image", "snapshot_classes", "First")
    snapshot.initialize(other.discovery)
    with pytest.raises(ResolutionDiffersError, match=r"endpoint\.image"):
        other.factory.create_instance("chat")
    third = Other()
    third.registry.refuse(SnapshotError("not yet"))
    snapshot.initialize(third.discovery)
    assert third.identifiers() == ["First"]


def test_a_refusal_answers_everything(endpoints, registry, discovery):
    """Until it is taken back, or a snapshot is applied."""
    endpoints.register_lazy("chat", "snapshot_classes", "First")
    snapshot = take(discovery)
    endpoints.get_class_from_type("chat")
    registry.refuse(UnknownImplementationError("not as it should be"))
    for ask in (
        lambda: endpoints.create_instance("chat"),
        lambda: endpoints.get_class_from_type("chat"),
        lambda: endpoints.list_implementations("chat"),
        endpoints.get_all_class_types,
        discovery.discover_all,
        lambda: take(discovery),
    ):
        with pytest.raises(UnknownImplementationError, match="not as it should be"):
            ask()
    snapshot.apply(discovery)
    assert endpoints.create_instance("chat")
