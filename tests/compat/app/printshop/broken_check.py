"""A check whose constructor raises; imported later than the others."""

from __future__ import annotations

from printshop.checks import Check
from printshop.common.enums import CheckType
from printshop.common.factories import CheckFactory


@CheckFactory.register(CheckType.BLEED)
class BleedCheck(Check):
    """Has no tool."""

    def __init__(self, strict: bool = False) -> None:
        raise OSError("no ruler")
