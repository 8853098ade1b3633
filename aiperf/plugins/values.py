"""Frozen, slotted dataclasses that cost a process that starts next to nothing.

``dataclass``, ``field`` and ``replace`` are what the module ``dataclasses`` has under these names,
and that is what a type checker sees. While the program runs they do, for the form in which the
registry uses them, the same with a tenth of the code to compile: making the registry's few classes
with ``dataclasses`` takes a tenth of the time that all of discovery may. Whoever asks one of these
classes for its fields (``dataclasses.fields``, ``asdict``, ``replace``) gets them.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass, field, replace
else:

    def dataclass(*, frozen: bool, slots: bool) -> Callable[[type], type]:
        """Return a decorator that makes a frozen dataclass with slots; there is no other form.

        Raises:
            TypeError: another form is asked for.
        """
        if not (frozen and slots):
            raise TypeError("values are frozen and have slots; use dataclasses for any other")
        return _made

    def field(**options: Any) -> _Field:
        """Describe a field: ``default``, ``default_factory``, ``hash=False``, ``kw_only=True``."""
        return _Field(options)

    def replace(value: Any, /, **changes: Any) -> Any:
        """Return a copy of a value with other values in some of its fields."""
        return type(value)(**_contents(value) | changes)


__all__ = ["dataclass", "field", "replace"]


class _Field:
    """A field that is more than a name with a default."""

    __slots__ = ("options",)

    def __init__(self, options: dict[str, Any]) -> None:
        unknown = options.keys() - {"default", "default_factory", "hash", "kw_only"}
        if unknown:
            raise TypeError(f"no such option of a field here: {', '.join(sorted(unknown))}")
        self.options = options


class _Fields:
    """What ``dataclasses`` knows of a class, worked out by that module when somebody asks."""

    __slots__ = ("annotations", "defaults")

    def __init__(self, annotations: dict[str, Any], defaults: dict[str, Any]) -> None:
        self.annotations = annotations
        self.defaults = defaults

    def __get__(self, value: object, owner: type) -> dict[str, Any]:
        import dataclasses  # noqa: PLC0415 - few ask, and it is what this module saves

        names: dict[str, Any] = {
            name: dataclasses.field(**each.options) if isinstance(each, _Field) else each
            for name, each in self.defaults.items()
        }
        names |= {"__annotations__": self.annotations, "__module__": owner.__module__}
        twin: Any = dataclasses.dataclass(frozen=True)(type(owner.__name__, (), names))
        fields: dict[str, Any] = twin.__dataclass_fields__
        return fields


def _made(cls: type) -> type:
    """Return ``cls`` again, with slots, a constructor, and the methods of a frozen value."""
    namespace = dict(vars(cls))
    annotations = cls.__annotations__
    defaults = {name: namespace.pop(name) for name in annotations if name in namespace}
    options = {name: each.options for name, each in defaults.items() if isinstance(each, _Field)}
    hashed = [name for name in annotations if options.get(name, {}).get("hash", True)]
    for name in ("__dict__", "__weakref__"):
        namespace.pop(name, None)
    namespace |= {
        "__slots__": tuple(annotations),
        "__match_args__": tuple(
            name for name in annotations if not options.get(name, {}).get("kw_only")
        ),
        "__qualname__": cls.__qualname__,
        "__dataclass_fields__": _Fields(annotations, defaults),
        "__setattr__": _set,
        "__delattr__": _delete,
        "__repr__": _shown,
        **_comparisons(attrgetter(*annotations), attrgetter(*hashed)),
    }
    namespace.setdefault("__reduce__", _reduced)
    made: Any = type(cls)(cls.__name__, cls.__bases__, namespace)
    made.__init__ = _constructor(made, defaults)
    return made  # type: ignore[no-any-return]  # it is a class, whose constructor we have set


def _constructor(cls: Any, defaults: dict[str, Any]) -> Callable[..., None]:
    """Return ``__init__``, with the fields as its parameters."""
    known: dict[str, Any] = {"__name__": cls.__module__}
    positional: list[str] = []
    keyword_only: list[str] = []
    lines = []
    for name in cls.__slots__:
        known[f"_set_{name}"] = vars(cls)[name].__set__
        parameter = value = name
        if name in defaults:
            default = defaults[name]
            if isinstance(default, _Field):
                factory = default.options.get("default_factory")
                default = default.options.get("default", _MISSING)
                if factory is not None:
                    known[f"_make_{name}"], known["_MISSING"] = factory, _MISSING
                    value = f"_make_{name}() if {name} is _MISSING else {name}"
            known[f"_default_{name}"] = default
            parameter = f"{name}=_default_{name}"
        (positional if name in cls.__match_args__ else keyword_only).append(parameter)
        lines.append(f" _set_{name}(self, {value})\n")
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()\n")
    star = ["*"] if keyword_only else []
    parameters = ", ".join(["self", *positional, *star, *keyword_only])
    # As dataclasses does it: from the names of our own fields, and fast for each call.
    exec(f"def __init__({parameters}):\n{''.join(lines)}", known)  # noqa: S102
    constructor: Callable[..., None] = known["__init__"]
    constructor.__qualname__ = f"{cls.__qualname__}.__init__"
    return constructor


_MISSING = object()


def _comparisons(
    compared: Callable[[object], object], hashed: Callable[[object], object]
) -> dict[str, Any]:
    """Return ``__eq__`` and ``__hash__``, of what the two functions take from a value."""

    def equal(self: object, other: object) -> Any:
        if type(other) is not type(self):
            return NotImplemented
        return compared(self) == compared(other)

    def hash_of(self: object) -> int:
        return hash(hashed(self))

    return {"__eq__": equal, "__hash__": hash_of}


def _contents(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def _shown(self: Any) -> str:
    fields = ", ".join(f"{name}={value!r}" for name, value in _contents(self).items())
    return f"{type(self).__qualname__}({fields})"


def _reduced(self: Any) -> tuple[Any, ...]:
    return _from_contents, (type(self), _contents(self))


def _from_contents(cls: type, contents: dict[str, Any]) -> Any:
    return cls(**contents)


def _set(self: object, name: str, value: object) -> None:  # noqa: ARG001 - Python's signature
    raise _frozen(f"cannot assign to field {name!r}")


def _delete(self: object, name: str) -> None:  # noqa: ARG001 - as above
    raise _frozen(f"cannot delete field {name!r}")


def _frozen(message: str) -> Exception:
    from dataclasses import FrozenInstanceError  # noqa: PLC0415 - error path

    return FrozenInstanceError(message)
