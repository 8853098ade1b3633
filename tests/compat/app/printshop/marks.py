"""The marks: parsers, found by strings that come from outside."""

from __future__ import annotations

from factory_base import FactoryCreationError

from printshop.common.enums import MarkType
from printshop.common.factories import MarkFactory


class Mark:
    """Understands one kind of mark."""

    def parse(self, text: str) -> str:
        """Return what it understood."""
        return f"{type(self).__name__}:{text}"


@MarkFactory.register(MarkType.PAGE)
class PageMark(Mark):
    """Marks pages."""


@MarkFactory.register(MarkType.SHEET)
class SheetMark(Mark):
    """Marks sheets."""


@MarkFactory.register(MarkType.LIST)
class ListMark(Mark):
    """Holds others."""

    def parse(self, text: str) -> str:
        """Parse each with the parser of its kind."""
        return "+".join(parse(*part.split("=", 1)) for part in text.split(";"))


def parse(kind: str, text: str) -> str:
    """Parse a mark of a kind that may be unknown."""
    try:
        return MarkFactory.get_or_create_instance(kind).parse(text)
    except FactoryCreationError:
        return f"unknown:{kind}"
