"""The errors of the factories, by the path from which the old decorator API's users import them."""

from aiperf.plugins.errors import AIPerfError, FactoryCreationError, InvalidStateError

__all__ = ["AIPerfError", "FactoryCreationError", "InvalidStateError"]
