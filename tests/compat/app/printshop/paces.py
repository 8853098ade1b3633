"""The paces, and a factory in a module of its own whose contract is an abstract class."""

from __future__ import annotations

from abc import ABC, abstractmethod

from factory_base import AIPerfFactory

from printshop.common.enums import PaceType
from printshop.common.factories import PaceFactory


class Pace:
    """Says when the next sheet may start."""

    def __init__(self, config: dict) -> None:
        self.rate = config.get("rate", 1)


@PaceFactory.register(PaceType.STEADY)
class Steady(Pace):
    """Always the same."""


@PaceFactory.register(PaceType.BURST)
class Burst(Pace):
    """All at once."""


@PaceFactory.register(PaceType.RANDOM)
class Random(Pace):
    """As it comes."""


class Strategy(ABC):
    """Uses a pace."""

    def __init__(self, config: dict) -> None:
        self.pace = PaceFactory.create_instance(config)

    @abstractmethod
    def start(self) -> str:
        """Begin."""


class StrategyFactory(AIPerfFactory[PaceType, Strategy]):
    """Defined beside its classes."""


@StrategyFactory.register(PaceType.STEADY)
class SteadyStrategy(Strategy):
    """Whole."""

    def start(self) -> str:
        """Begin."""
        return f"{type(self.pace).__name__} {self.pace.rate}"


@StrategyFactory.register(PaceType.BURST)
class HalfStrategy(Strategy):
    """Not whole: it cannot be made."""
