"""What a class has, as far as a protocol cares; the same from source and from a loaded class."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Any

from aiperf.devtools.lookup import UNKNOWN


class Kind(Enum):
    """How a member is reached."""

    METHOD = "method"
    PROPERTY = "property"
    ATTRIBUTE = "attribute"
    OTHER = "something decorated"
    """There, but nothing more is known: a decorated method may take anything."""


class How(IntEnum):
    """How a parameter may be given; the numbers are those of :mod:`inspect`."""

    POSITION = 0
    EITHER = 1
    REST = 2
    NAME = 3
    NAMED_REST = 4


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a method, ``self`` left out."""

    name: str
    how: How
    required: bool

    def __str__(self) -> str:
        """Write it as in a signature."""
        stars = {How.REST: "*", How.NAMED_REST: "**"}.get(self.how, "")
        return f"{stars}{self.name}"


class Asynchrony(Enum):
    """What calling a method gives."""

    SYNC = "sync"
    ASYNC = "async"
    EITHER = "either"
    """It may return an awaitable, or the class is not known well enough."""


@dataclass(frozen=True, slots=True)
class Member:
    """One name of a class.

    Attributes:
        name: the name.
        kind: how it is reached.
        parameters: of a method, without ``self``; ``None`` if they are not known.
        asynchrony: of a method, what calling it gives.
        is_abstract: whether a subclass has to provide it.
        value: of an attribute, where it is constant.
        allowed: of a protocol's attribute, the values or the types that it may have.
        path: the file that has it.
        line: the line in it.
    """

    name: str
    kind: Kind
    parameters: tuple[Parameter, ...] | None = None
    asynchrony: Asynchrony = Asynchrony.EITHER
    is_abstract: bool = False
    value: Any = UNKNOWN
    allowed: tuple[Any, ...] = ()
    path: str = ""
    line: int = 0


@dataclass(slots=True)
class ClassModel:
    """A class and all its members, inherited ones too.

    Attributes:
        name: its name.
        path: its file.
        line: its line.
        members: by name; ``__init__`` is one where the class or a base has it.
        is_complete: whether there is nothing that could bring further members.
        is_made_freely: whether its constructor's parameters are not known.
    """

    name: str
    path: str = ""
    line: int = 0
    members: dict[str, Member] = field(default_factory=dict)
    is_complete: bool = True
    is_made_freely: bool = False
