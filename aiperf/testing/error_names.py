"""The classes that an error in a record may name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.common.errors import AIPerfError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiperf.common.models import ErrorDetails


def error_class(error: ErrorDetails) -> type[AIPerfError] | None:
    """Return the class that ``error`` names, AIPerf's own or one that derives from it."""
    return next((each for each in _tree(AIPerfError) if each.__name__ == error.type), None)


def check_error(error: ErrorDetails, base: type[AIPerfError] = AIPerfError) -> None:
    """Check that an error can be counted and shown: its class, its message, its code.

    Raises:
        AssertionError: it cannot.
    """
    found = error_class(error)
    assert found is not None, (
        f"the error's type is {error.type!r}, which is no class of aiperf.common.errors and none "
        "that derives from one; use aiperf.common.errors.error_details(SomeError(...))"
    )
    assert issubclass(found, base), f"the error is {error}, which is not a {base.__name__}"
    assert error.message.strip(), f"the error {error.type} has no message for a person"
    assert "\n" not in error.message, f"the error's message has several lines: {error.message!r}"
    assert error.code is None or type(error.code) is int, f"its code is {error.code!r}, no number"


def _tree(root: type[AIPerfError]) -> Iterator[type[AIPerfError]]:
    yield root
    for child in root.__subclasses__():
        yield from _tree(child)
