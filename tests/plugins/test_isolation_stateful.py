"""Random use of the registry, in blocks within blocks, leaves each layer as it was."""

from __future__ import annotations

import os
from contextlib import suppress
from types import ModuleType
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from aiperf.common.singleton import AIPerfSingletonFactory
from aiperf.plugins import LazyEntry, hookimpl
from aiperf.plugins.discovery import Discovery
from aiperf.plugins.errors import AIPerfError
from aiperf.plugins.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = st.sampled_from(["one", "two", "three"])
ACTION_NAMES = (
    *("register", "unregister", "block", "unblock", "call", "own"),
    *("use", "clear", "create", "variable", "define", "discover"),
)
TYPES = st.sampled_from(["chat", "image"])


class Made:
    """What every entry leads to."""


class World:
    """A registry with everything that can be done to it."""

    def __init__(self) -> None:
        self.registry = Registry()
        self.discovery = Discovery(self.registry)

        class PartFactory(AIPerfSingletonFactory[str, Any], registry=self.registry):
            """Parts."""

        self.parts = PartFactory
        self.registry.register_builtins(self.plugin("builtin", "chat"), "app")

    def plugin(self, name: str, class_type: str) -> ModuleType:
        """Return a plugin with one entry."""
        module = ModuleType(name)
        entry = LazyEntry(class_type, __name__, "Made", identifier=name)
        module.aiperf_register_part = hookimpl(lambda: [entry])
        return module

    def do(self, action: str, name: str, class_type: str) -> None:
        """Do one thing; what the registry refuses changes nothing."""
        manager, parts = self.registry.manager, self.parts
        own = f"own_{name}"
        actions: dict[str, Callable[[], object]] = {
            "register": lambda: manager.register(self.plugin(name, class_type), name),
            "unregister": lambda: manager.unregister(name=name),
            "block": lambda: manager.set_blocked(name),
            "unblock": lambda: manager.unblock(name),
            "call": lambda: parts.register_lazy(class_type, __name__, "Made", name, is_plugin=True),
            "own": lambda: parts.register_lazy(class_type, __name__, "Made", own),
            "use": lambda: parts.use_implementation_by_id(class_type, name),
            "clear": lambda: parts.clear_implementation(class_type),
            "create": lambda: parts.create_instance(class_type),
            "variable": lambda: self.select(f"part.{class_type}={name}"),
            "define": lambda: self.define(f"{name.title()}Factory"),
            "discover": self.discovery.refresh,
        }
        with suppress(AIPerfError, ValueError, AssertionError):
            actions[action]()

    def select(self, text: str) -> None:
        """Set the variable that selects."""
        os.environ["AIPERF_IMPLEMENTATIONS"] = text
        self.registry.reread_environment()

    def define(self, title: str) -> None:
        """Define another factory."""
        namespace = {"__module__": __name__}
        type(self.parts)(title, (AIPerfSingletonFactory,), namespace, registry=self.registry)

    def seen(self) -> Any:
        """Return everything that an application can see."""
        registry, manager = self.registry, self.registry.manager
        return {
            "manager": id(manager),
            "plugins": [(name, id(plugin)) for name, plugin in manager.list_name_plugin()],
            "hooks": manager.known_hooks(),
            "slots": {name: id(slot) for name, slot in registry.slots.items()},
            "types": self.parts.get_all_class_types(),
            "listed": self.parts.list_implementations(),
            "instances": {k: id(each) for k, each in self.parts.get_all_instances().items()},
            "overrides": dict(self.parts._slot.overrides),
            "classes": dict(self.parts._slot.classes),
            "report": id(self.discovery._state.report),
            "variables": {k: v for k, v in os.environ.items() if k.startswith("AIPERF_")},
        }


ACTIONS = st.tuples(
    st.sampled_from(ACTION_NAMES),
    NAMES,
    TYPES,
)
STEPS = st.recursive(
    st.lists(ACTIONS, max_size=6),
    lambda inner: st.lists(st.one_of(ACTIONS, inner), max_size=6),
    max_leaves=4,
)


def walk(world: World, steps: list[Any]) -> None:
    """Do each step; a list of steps is done in a block, after which all is as it was before it."""
    for step in steps:
        if isinstance(step, tuple):
            world.do(*step)
            continue
        before = world.seen()
        with world.registry.isolated():
            own = [each for each in before["listed"] if not each.is_plugin]
            assert {e.identifier for e in own} <= {
                e.identifier for e in world.parts.list_implementations()
            }
            assert not any(e.is_plugin for e in world.parts.list_implementations())
            walk(world, step)
        assert world.seen() == before


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_a_block_leaves_nothing(steps):
    """Whatever is done in it, and however deep."""
    variables = {k: v for k, v in os.environ.items() if k.startswith("AIPERF_")}
    os.environ["AIPERF_PLUGIN_AUTOLOAD"] = "0"
    try:
        walk(World(), [*steps, [*steps]])
    finally:
        for name in [each for each in os.environ if each.startswith("AIPERF_")]:
            del os.environ[name]
        os.environ.update(variables)
