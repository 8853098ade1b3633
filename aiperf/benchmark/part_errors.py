"""What a part raises that it must not, as an error that names the part."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from aiperf.plugins.errors import AIPerfError, described

if TYPE_CHECKING:
    from collections.abc import Iterator


class PartError(AIPerfError):
    """A part that a factory gave failed at its job; the cause is what it raised."""


def name_of(part: object) -> str:
    """Return how messages call a part: its module and its class."""
    return f"{type(part).__module__}:{type(part).__qualname__}"


def part_error(part: object, task: str, error: BaseException) -> AIPerfError:
    """Return ``error`` itself if it is one of ours, else one that says whose it is.

    Args:
        part: what raised it.
        task: what it was to do, after "failed to".
        error: what it raised.
    """
    if isinstance(error, AIPerfError):
        return error
    return PartError(
        f"{name_of(part)} failed to {task}: {described(error)}. Correct it, or select another "
        "implementation"
    )


@contextmanager
def blamed_on(part: object, task: str) -> Iterator[None]:
    """Raise whatever ``part`` raises inside the block as :func:`part_error` has it.

    That includes ``SystemExit``, which a library may raise for an error of its own.
    """
    try:
        yield
    except (Exception, SystemExit) as error:
        blamed = part_error(part, task, error)
        if blamed is error:
            raise
        raise blamed from error
