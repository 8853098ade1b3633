"""The wires, some of them made in a loop, with relays of a class each."""

from __future__ import annotations

from printshop.common.enums import RelayType, WireType
from printshop.common.factories import RelayFactory, WireFactory


class Wire:
    """Connects desks."""

    def __init__(self, address: str, bind: bool, options: dict | None = None, **more: object):
        self.shown = [type(self).__name__, address, bind, options, more]


@WireFactory.register(WireType.PUSH)
class PushWire(Wire):
    """Made to push."""


@WireFactory.register(WireType.PULL)
class PullWire(Wire):
    """Made to pull."""


@WireFactory.register(WireType.ASK)
class AskWire(Wire):
    """Made to ask."""


@WireFactory.register(WireType.ANSWER)
class AnswerWire(Wire):
    """Made to answer."""


@WireFactory.register(WireType.SHOUT)
class ShoutWire(Wire):
    """Made to shout."""


def make_relay(kind: RelayType, front: type, back: type) -> type:
    """Make a class and register it."""

    class Relay:
        """Joins two wires."""

        ends = (front, back)

        def __init__(self, **more: object) -> None:
            self.shown = [each.__name__ for each in self.ends]

    Relay.__name__ = f"Relay-{kind}"
    RelayFactory.register(kind)(Relay)
    return Relay


RELAYS = [
    make_relay(RelayType.FAN_IN, PushWire, PullWire),
    make_relay(RelayType.FAN_OUT, AskWire, AnswerWire),
    make_relay(RelayType.BOTH, ShoutWire, ShoutWire),
]
