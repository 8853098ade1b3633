"""The desks: services, each told its own type."""

from __future__ import annotations

from printshop.common.enums import DeskType
from printshop.common.factories import DeskFactory, UnsupportedError


class Desk:
    """What they share; the factory sets the type."""

    desk_type: DeskType


@DeskFactory.register(DeskType.INTAKE)
class Intake(Desk):
    """Takes orders."""


@DeskFactory.register(DeskType.PRESS)
class Press(Desk):
    """Prints."""


@DeskFactory.register(DeskType.BINDING)
class Binding(Desk):
    """Binds."""


@DeskFactory.register(DeskType.PACKING, override_priority=-1)
class Packing(Desk):
    """Packs, unless somebody else does."""


@DeskFactory.register(DeskType.PACKING)
class BetterPacking(Packing):
    """Does."""


@DeskFactory.register("till")
class Till(Desk):
    """Registered by a string."""


@DeskFactory.register("night_shift")
class NightShift(Desk):
    """Of a type that the enum does not have."""


try:
    DeskFactory.register_all(DeskType.TILL, DeskType.PRESS)
except UnsupportedError as error:
    REFUSED = str(error)
