"""Reads a class from source, with the bases that can be found; nothing is imported."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Final

from aiperf.devtools.class_model import Asynchrony, ClassModel, How, Kind, Member, Parameter
from aiperf.devtools.lookup import UNKNOWN, Constants, place_of
from aiperf.plugins.bindings import scope_of
from aiperf.plugins.targets import dotted_parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiperf.plugins.bindings import Scope
    from aiperf.plugins.sources import ModuleSource
    from aiperf.plugins.targets import Target, Targets

_NEUTRAL_BASES: Final = frozenset({"object", "ABC", "Protocol", "Generic"})
_NEUTRAL_MARKS: Final = frozenset({"abstractmethod", "override", "final", "overload"})
_PROPERTIES: Final = frozenset({"property", "cached_property", "abstractproperty"})
_DATACLASS: Final = frozenset({"final", "runtime_checkable"})
_AWAITABLE: Final = frozenset({"Awaitable", "Coroutine", "Future", "Task", "Any", "object"})
_TYPES: Final = {"str": str, "int": int, "float": float, "bool": bool}
_DEPTH: Final = 20


class ClassReader:
    """Reads classes for one check.

    Args:
        targets: finds modules and base classes.
        protocols: classes whose methods are only written down, as ``(module, name)``: a class that
            derives from them still has to have its own.
    """

    def __init__(
        self, targets: Targets, protocols: frozenset[tuple[str, str]] = frozenset()
    ) -> None:
        self._targets = targets
        self._protocols = protocols

    def read(self, target: Target) -> ClassModel | None:
        """Return the class that a target leads to, ``None`` if it is no class in a source."""
        if not isinstance(target.node, ast.ClassDef):
            return None
        model = ClassModel(target.node.name, target.path, target.line)
        self._add(model, target, _DEPTH)
        return model

    def _add(self, model: ClassModel, target: Target, depth: int) -> None:
        """Add the members of a class, those of its bases first, so that its own replace them."""
        node = target.node
        place = place_of(self._targets, target.module)
        if not (isinstance(node, ast.ClassDef) and place is not None and depth):
            model.is_complete = False
            return
        source, scope = place
        for base in reversed(node.bases):
            self._add_base(model, source, scope, base, depth - 1)
        if any(
            keyword.arg != "metaclass" or not _is_abc(keyword.value) for keyword in node.keywords
        ):
            model.is_complete = False
        marks = {_last_name(mark) for mark in node.decorator_list}
        if marks - _DATACLASS:
            model.is_made_freely = True
            model.is_complete = model.is_complete and marks <= {"dataclass", *_DATACLASS}
        constants = Constants(self._targets, source, scope)
        inner = scope_of(node.body, for_type_checkers=True)
        for member in _members(
            node, inner, constants, source.path, is_made=bool(marks - _DATACLASS)
        ):
            if member.name in {"__getattr__", "__getattribute__"}:
                model.is_complete = False
            if member.name == "__new__":
                model.is_made_freely = True
            model.members[member.name] = member
        for name, line in _instance_attributes(node):
            model.members.setdefault(
                name, Member(name, Kind.ATTRIBUTE, path=source.path, line=line)
            )

    def _add_base(
        self, model: ClassModel, source: ModuleSource, scope: Scope, base: ast.expr, depth: int
    ) -> None:
        value = base.value if isinstance(base, ast.Subscript) else base
        if _last_name(value) in _NEUTRAL_BASES:
            return
        target = self._targets.expression(source, scope, value)
        if not isinstance(target.node, ast.ClassDef):
            model.is_complete = False
            model.is_made_freely = True
        elif (target.module, target.node.name) not in self._protocols:
            self._add(model, target, depth)


def _members(
    node: ast.ClassDef, inner: Scope, constants: Constants, path: str, *, is_made: bool
) -> Iterator[Member]:
    """Yield what the class's own body has."""
    for name, bindings in inner.names.items():
        binding = bindings[-1]
        match binding.node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() as function:
                yield _method(name, function, path)
            case ast.expr() as value:
                constant = constants.evaluate(value)
                yield Member(name, Kind.ATTRIBUTE, value=constant, path=path, line=binding.line)
            case _:
                yield Member(name, Kind.OTHER, path=path, line=binding.line)
    is_protocol = any(_last_name(base) == "Protocol" for base in node.bases)
    for statement in node.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), value=None, annotation=annotation):
                if is_protocol or is_made:
                    allowed = _allowed(annotation) if is_protocol else ()
                    line = statement.lineno
                    yield Member(name, Kind.ATTRIBUTE, allowed=allowed, path=path, line=line)


def _method(name: str, node: ast.FunctionDef | ast.AsyncFunctionDef, path: str) -> Member:
    marks = [_last_name(mark) for mark in node.decorator_list]
    is_abstract = "abstractmethod" in marks or "abstractproperty" in marks
    more: dict[str, Any] = {"is_abstract": is_abstract, "path": path, "line": node.lineno}
    left = set(marks) - _NEUTRAL_MARKS
    if left & (_PROPERTIES | {"setter", "getter", "deleter"}):
        return Member(name, Kind.PROPERTY, **more)
    if left - {"staticmethod", "classmethod"}:
        return Member(name, Kind.OTHER, **more)
    bound = 0 if "staticmethod" in left else 1
    parameters = _parameters(node.args)
    if bound and parameters and parameters[0].how in (How.POSITION, How.EITHER):
        parameters = parameters[1:]
    elif bound and not (parameters and parameters[0].how is How.REST):
        return Member(name, Kind.OTHER, **more)  # it lacks self; running it will tell
    return Member(name, Kind.METHOD, tuple(parameters), _asynchrony(node), **more)


def _parameters(arguments: ast.arguments) -> list[Parameter]:
    positional = [*arguments.posonlyargs, *arguments.args]
    first_default = len(positional) - len(arguments.defaults)
    result = [
        Parameter(
            each.arg,
            How.POSITION if position < len(arguments.posonlyargs) else How.EITHER,
            position < first_default,
        )
        for position, each in enumerate(positional)
    ]
    if arguments.vararg is not None:
        result.append(Parameter(arguments.vararg.arg, How.REST, required=False))
    for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        result.append(Parameter(each.arg, How.NAME, default is None))
    if arguments.kwarg is not None:
        result.append(Parameter(arguments.kwarg.arg, How.NAMED_REST, required=False))
    return result


def _asynchrony(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Asynchrony:
    if isinstance(node, ast.FunctionDef) and node.returns is not None:
        return Asynchrony.EITHER if _may_be_awaitable(node.returns) else Asynchrony.SYNC
    own = list(own_nodes(node))
    yields = any(isinstance(each, ast.Yield | ast.YieldFrom) for each in own)
    if isinstance(node, ast.AsyncFunctionDef):
        return Asynchrony.SYNC if yields else Asynchrony.ASYNC
    values = [each.value for each in own if isinstance(each, ast.Return) and each.value]
    if yields or all(isinstance(each, ast.Constant) for each in values):
        return Asynchrony.SYNC
    return Asynchrony.EITHER


def _may_be_awaitable(annotation: ast.expr) -> bool:
    match annotation:
        case ast.BinOp(left=left, right=right):
            return _may_be_awaitable(left) or _may_be_awaitable(right)
        case ast.Constant(value=str() as text):
            return any(word in text for word in _AWAITABLE)
    return _last_name(annotation) in _AWAITABLE


def own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function's body, but not those of functions inside it."""
    pending = list(ast.iter_child_nodes(function))
    while pending:
        node = pending.pop(0)
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            pending[:0] = ast.iter_child_nodes(node)


def _instance_attributes(node: ast.ClassDef) -> Iterator[tuple[str, int]]:
    """Yield the names that the class's methods give to ``self``."""
    for method in node.body:
        if not isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        arguments = [*method.args.posonlyargs, *method.args.args]
        for each in ast.walk(method) if arguments else ():
            match each:
                case ast.Attribute(value=ast.Name(id=name), attr=attribute, ctx=ast.Store()):
                    if name == arguments[0].arg:
                        yield attribute, each.lineno


def _allowed(annotation: ast.expr) -> tuple[Any, ...]:
    """Return the values or types that ``ClassVar[Literal["a"]]`` or ``ClassVar[str]`` allows."""
    match annotation:
        case ast.Subscript(value=value, slice=inner):
            if _last_name(value) == "Literal":
                items = inner.elts if isinstance(inner, ast.Tuple) else [inner]
                return tuple(each.value for each in items if isinstance(each, ast.Constant))
            if _last_name(value) in {"ClassVar", "Final"}:
                return _allowed(inner)
        case ast.Name(id=name) if name in _TYPES:
            return (_TYPES[name],)
        case ast.Constant(value=str() as text):
            try:
                return _allowed(ast.parse(text, mode="eval").body)
            except SyntaxError:
                return ()
    return ()


def _is_abc(value: ast.expr) -> bool:
    return _last_name(value) == "ABCMeta"


def _last_name(value: ast.expr) -> str:
    """Return the last part of a dotted name, or of what is called or subscripted."""
    while isinstance(value, ast.Call | ast.Subscript):
        value = value.func if isinstance(value, ast.Call) else value.value
    parts = dotted_parts(value)
    return parts[-1] if parts else ""


def is_known(value: Any) -> bool:
    """Say whether a value was read in full."""
    if value is UNKNOWN:
        return False
    if isinstance(value, list):
        return all(map(is_known, value))
    return all(map(is_known, value.values())) if isinstance(value, dict) else True
