"""Reads a class that is loaded, in the same terms as one in source."""

from __future__ import annotations

import inspect
from functools import cached_property
from types import FunctionType
from typing import Any, Final

from aiperf.devtools.class_model import Asynchrony, ClassModel, How, Kind, Member, Parameter
from aiperf.devtools.lookup import UNKNOWN

_PLAIN: Final = (str, int, float, bool, type(None))
_SELF: Final = (How.POSITION, How.EITHER)


def model_of(cls: type[Any]) -> ClassModel:
    """Return what a class has; what only a protocol writes down does not count."""
    model = ClassModel(cls.__qualname__)
    model.path, model.line = _place(cls)
    assigned: set[str] = set()
    for each in reversed(cls.__mro__[:-1]):
        is_protocol = bool(vars(each).get("_is_protocol"))
        for name, value in vars(each).items():
            member = _member(name, value)
            if member is None or (is_protocol and member.kind is not Kind.ATTRIBUTE):
                continue
            model.members[name] = member
            if name in {"__getattr__", "__getattribute__"}:
                model.is_complete = False
            if isinstance(value, FunctionType):
                assigned.update(value.__code__.co_names)
    for name in assigned - model.members.keys():
        # It may be given to the instance by a method; that it is not is for the source to tell.
        model.members[name] = Member(name, Kind.ATTRIBUTE)
    model.is_made_freely = any("__new__" in vars(each) for each in cls.__mro__[:-1]) or any(
        "__call__" in vars(each) for each in type(cls).__mro__[:-2]
    )
    return model


def _member(name: str, value: object) -> Member | None:
    if name.startswith("__") and name.endswith("__") and name not in {"__init__", "__getattr__"}:
        return None
    if isinstance(value, property | cached_property):
        is_abstract = bool(getattr(value, "__isabstractmethod__", False))
        return Member(name, Kind.PROPERTY, is_abstract=is_abstract)
    bound = not isinstance(value, staticmethod)
    function = value.__func__ if isinstance(value, staticmethod | classmethod) else value
    if isinstance(function, FunctionType):
        return _method(name, function, bound=bound)
    if isinstance(value, _PLAIN):
        return Member(name, Kind.ATTRIBUTE, value=value)
    return Member(name, Kind.OTHER, value=UNKNOWN)


def _method(name: str, function: FunctionType, *, bound: bool) -> Member:
    signature = inspect.signature(function, follow_wrapped=False)
    parameters = [
        Parameter(each.name, How(each.kind), _is_required(each))
        for each in signature.parameters.values()
    ]
    if bound and parameters and parameters[0].how in _SELF:
        parameters = parameters[1:]
    asynchrony = Asynchrony.EITHER
    if inspect.iscoroutinefunction(function):
        asynchrony = Asynchrony.ASYNC
    elif inspect.isasyncgenfunction(function) or inspect.isgeneratorfunction(function):
        asynchrony = Asynchrony.SYNC
    return Member(
        name,
        Kind.METHOD,
        tuple(parameters),
        asynchrony,
        is_abstract=bool(getattr(function, "__isabstractmethod__", False)),
        path=function.__code__.co_filename,
        line=function.__code__.co_firstlineno,
    )


def _is_required(parameter: inspect.Parameter) -> bool:
    rest = (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    return parameter.default is parameter.empty and parameter.kind not in rest


def _place(cls: type[Any]) -> tuple[str, int]:
    try:
        path = inspect.getsourcefile(cls) or ""
        return path, inspect.getsourcelines(cls)[1]
    except (OSError, TypeError):
        return "", 0
