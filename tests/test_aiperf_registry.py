"""The single registry of builtins: strings, true ones, and nothing else."""

from __future__ import annotations

import ast
import inspect

import pytest

from aiperf import LazyEntry, aiperf_registry
from aiperf.common import factories
from aiperf.common.factory import AIPerfFactory

HOOKS = {
    name: function
    for name, function in vars(aiperf_registry).items()
    if name.startswith("aiperf_register_")
}
ENTRIES = [(name, entry) for name, function in HOOKS.items() for entry in function()]
FACTORIES = {
    f"aiperf_register_{factory.__name__.removesuffix('Factory').lower()}": factory
    for factory in vars(factories).values()
    if isinstance(factory, type)
    and issubclass(factory, AIPerfFactory)
    and factory.__module__ == factories.__name__
}


def test_there_is_one_hook_for_each_factory():
    """At the lowest priority, and documented."""
    assert set(HOOKS) == set(FACTORIES)
    for function in HOOKS.values():
        assert function.aiperf_impl["trylast"] is True
        assert inspect.getdoc(function)


def test_there_is_nothing_else():
    """The module holds its imports and the hooks, whose bodies only return entries."""
    documentation, *body = ast.parse(inspect.getsource(aiperf_registry)).body
    assert isinstance(documentation, ast.Expr)
    imports = [ast.unparse(node) for node in body if not isinstance(node, ast.FunctionDef)]
    assert imports == [
        "from __future__ import annotations",
        "from aiperf.plugins import LazyEntry, hookimpl",
    ]
    for node in body[len(imports) :]:
        _, statement = node.body
        assert isinstance(statement, ast.Return)
        assert isinstance(statement.value, ast.List | ast.ListComp)


@pytest.mark.parametrize("hook", HOOKS)
def test_class_types_have_one_builtin_each_and_identifiers_are_unique(hook):
    """Or several with identifiers of their own; every entry says what it is."""
    entries = HOOKS[hook]()
    keys = [(entry.class_type, entry.identifier) for entry in entries]
    assert len(keys) == len(set(keys)) > 0
    for entry in entries:
        assert isinstance(entry, LazyEntry)
        assert entry.description or entry.metadata["header"]


@pytest.mark.parametrize(
    ("hook", "entry"), ENTRIES, ids=[f"{hook}-{entry.identifier}" for hook, entry in ENTRIES]
)
def test_every_entry_names_a_class_that_is_there(hook, entry):
    """And that lives in the part of AIPerf that its factory is for."""
    factory = FACTORIES[hook]
    with factory.using(entry.class_type, f"{entry.identifier}@builtin"):
        loaded = factory.get_class_from_type(entry.class_type)
    assert (loaded.__module__, loaded.__qualname__) == (entry.module_path, entry.class_name)


def test_importing_aiperf_brings_the_table(fresh_python):
    """And none of what it names, nor a factory."""
    code = """
        import sys
        import aiperf
        print(sorted(name for name in sys.modules if name.partition(".")[0] == "aiperf"))
    """
    loaded = set(ast.literal_eval(fresh_python(code)))
    assert "aiperf.aiperf_registry" in loaded
    assert {name.split(".")[1] for name in loaded - {"aiperf"}} == {
        "_version",
        "aiperf_registry",
        "plugins",
    }
