"""The checks, one of which cannot be made and one of which is a function."""

from __future__ import annotations

from printshop.common.enums import CheckType
from printshop.common.factories import CheckFactory


class Check:
    """Looks at a page."""

    def __init__(self, strict: bool = False) -> None:
        self.strict = strict


@CheckFactory.register(CheckType.SIZE)
class SizeCheck(Check):
    """Measures."""


@CheckFactory.register(CheckType.INK)
class InkCheck(Check):
    """Weighs."""


@CheckFactory.register(CheckType.FONTS)
def fonts_check(strict: bool = False) -> Check:
    """Make a check."""
    return Check(strict)
