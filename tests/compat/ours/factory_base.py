"""AIPerf's factories, under the names that the application imports."""

from aiperf.common.factories import (
    AIPerfFactory,
    AIPerfSingletonFactory,
    FactoryCreationError,
    FactoryMixin,
    InvalidStateError,
)

__all__ = [
    "AIPerfFactory",
    "AIPerfSingletonFactory",
    "FactoryCreationError",
    "FactoryMixin",
    "InvalidStateError",
]
