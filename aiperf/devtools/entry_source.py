"""Reads lazy entries from source: ``LazyEntry(...)``, ``register_lazy(...)`` and decorators."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aiperf.devtools.hook_source import HookNode, is_entry
from aiperf.devtools.lookup import UNKNOWN, Constants, imported_name, local_names
from aiperf.plugins.markers import HOOK_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aiperf.devtools.hook_source import HookSource
    from aiperf.plugins.bindings import Scope
    from aiperf.plugins.sources import ModuleSource
    from aiperf.plugins.targets import Targets

_ENTRY: Final = ("class_type", "module_path", "class_name", "identifier", "description")
ENTRY_PARAMETERS: Final = (*_ENTRY, "metadata", "factory", "requires")
CALL_PARAMETERS: Final = (*_ENTRY[:4], "is_plugin", "description", "metadata", "requires")
_ENTRY_POSITIONS: Final = 7
_CALL_POSITIONS: Final = 5
_REQUIRED: Final = _ENTRY[:3]


@dataclass(frozen=True, slots=True)
class EntrySource:
    """A lazy entry, or a call that makes one.

    Attributes:
        factory: its factory's name, or the factory class's as it is written in a call; empty if
            the source does not tell.
        fields: the arguments by name; a value that is not constant is ``UNKNOWN``.
        module: the module that has it.
        line: its line.
        problems: what is wrong with the arguments.
        is_call: whether it is ``SomeFactory.register_lazy(...)`` or a decorator.
    """

    factory: str
    fields: Mapping[str, Any]
    module: ModuleSource
    line: int
    problems: tuple[str, ...] = ()
    is_call: bool = False

    def text(self, name: str) -> str:
        """Return an argument that is a constant string, or an empty one."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    @property
    def identifier(self) -> str:
        """The identifier, with its default; empty if it is not known."""
        given = self.fields.get("identifier") or ""
        return self.text("identifier") if given else self.text("class_name")


class EntryReader:
    """Reads the entries of one module.

    Args:
        targets: finds other modules.
        module: the module.
        scope: its names.
        hooks: the plugin's hooks, those of other modules too.
    """

    def __init__(
        self, targets: Targets, module: ModuleSource, scope: Scope, hooks: list[HookSource]
    ) -> None:
        self._targets = targets
        self._module = module
        self._scope = scope
        self._hooks = hooks
        self._local: dict[int, dict[str, ast.expr | None]] = {}

    def read(self, tree: ast.Module) -> Iterator[EntrySource]:
        """Yield what the module's statements make, each with the hook that it is made in."""
        lists = self._shared_lists()
        by_line = {
            hook.node.lineno: hook for hook in self._hooks if hook.module.name == self._module.name
        }
        pending: list[tuple[ast.AST, str, list[ast.AST]]] = [(each, "", []) for each in tree.body]
        while pending:
            node, factory, functions = pending.pop(0)
            if isinstance(node, HookNode):
                hook = by_line.get(node.lineno)
                factory = hook.hook.removeprefix(HOOK_PREFIX) if hook else factory
                functions = [*functions, node]
            elif isinstance(node, ast.Assign) and not functions:
                names = [each.id for each in node.targets if isinstance(each, ast.Name)]
                factory = next((lists[name] for name in names if name in lists), factory)
            elif isinstance(node, ast.Call):
                yield from self._call(node, factory, functions)
            elif isinstance(node, ast.ClassDef):
                yield from self._decorated(node)
            pending[:0] = [(each, factory, functions) for each in ast.iter_child_nodes(node)]

    def _shared_lists(self) -> dict[str, str]:
        """Return which factory's hook returns a list that the module keeps under a name."""
        used: dict[str, set[str]] = {}
        for hook in self._hooks:
            if hook.module.name == self._module.name:
                for node in ast.walk(hook.node):
                    if isinstance(node, ast.Name) and node.id in self._scope.names:
                        factory = hook.hook.removeprefix(HOOK_PREFIX)
                        used.setdefault(node.id, set()).add(factory)
        return {name: factories.pop() for name, factories in used.items() if len(factories) == 1}

    def _call(
        self, node: ast.Call, factory: str, functions: list[ast.AST]
    ) -> Iterator[EntrySource]:
        called: ast.expr | None = None
        match node.func:
            case ast.Attribute(attr="register_lazy", value=called):
                pass
            case _ if not is_entry(self._module, self._scope, node):
                return
        local: dict[str, ast.expr | None] = {}
        for function in functions:
            if id(function) not in self._local:
                self._local[id(function)] = local_names(function)
            local |= self._local[id(function)]
        constants = Constants(self._targets, self._module, self._scope, local)
        names = ENTRY_PARAMETERS if called is None else CALL_PARAMETERS
        positions = names[: _ENTRY_POSITIONS if called is None else _CALL_POSITIONS]
        fields, problems = _arguments(node, names, positions, constants)
        if called is not None:
            factory = imported_name(self._module, self._scope, called).rpartition(".")[2]
        yield EntrySource(
            factory,
            fields,
            self._module,
            node.lineno,
            tuple(problems),
            is_call=called is not None,
        )

    def _decorated(self, node: ast.ClassDef) -> Iterator[EntrySource]:
        """Yield what ``@SomeFactory.register(...)`` above a class makes."""
        constants = Constants(self._targets, self._module, self._scope)
        for mark in node.decorator_list:
            if not (isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute)):
                continue
            title = imported_name(self._module, self._scope, mark.func.value).rpartition(".")[2]
            if mark.func.attr not in {"register", "register_all"} or not title.endswith("Factory"):
                continue
            types = mark.args if mark.func.attr == "register_all" else mark.args[:1]
            for each in types:
                fields = {
                    "class_type": constants.evaluate(each),
                    "module_path": self._module.name,
                    "class_name": node.name,
                }
                yield EntrySource(title, fields, self._module, mark.lineno, is_call=True)


def _arguments(
    node: ast.Call, names: tuple[str, ...], positions: tuple[str, ...], constants: Constants
) -> tuple[dict[str, Any], list[str]]:
    """Bind a call's arguments to the parameters' names, and say what does not fit."""
    problems: list[str] = []
    fields: dict[str, Any] = {}
    is_open = any(isinstance(each, ast.Starred) for each in node.args) or any(
        each.arg is None for each in node.keywords
    )
    if not is_open and len(node.args) > len(positions):
        problems.append(f"takes {len(positions)} positional arguments, not {len(node.args)}")
    if not any(isinstance(each, ast.Starred) for each in node.args):
        for name, value in zip(positions, node.args, strict=False):
            fields[name] = constants.evaluate(value)
    for keyword in node.keywords:
        if keyword.arg is None:
            continue
        if keyword.arg not in names:
            problems.append(f"has no argument {keyword.arg!r}")
        elif keyword.arg in fields:
            problems.append(f"gets {keyword.arg} twice")
        else:
            fields[keyword.arg] = constants.evaluate(keyword.value)
    missing = [name for name in _REQUIRED if name not in fields]
    if missing and not is_open:
        problems.append(f"lacks {' and '.join(missing)}")
    for name in missing if is_open else ():
        fields[name] = UNKNOWN
    return fields, problems
