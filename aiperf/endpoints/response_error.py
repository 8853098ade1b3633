"""Why a response is an error, whatever goes wrong when it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.common.errors import AIPerfError, InvalidResponseError, error_details

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiperf.common.models import ErrorDetails, RawRecord


def error_of(record: RawRecord, read: Callable[[], None]) -> ErrorDetails | None:
    """Return the error that the transport found, or else that of ``read``, which is called.

    What is read before the error stays where ``read`` puts it. Nothing is raised.
    """
    try:
        read()
    except Exception as error:  # noqa: BLE001 - nothing that a server sends may end the run
        return record.error or details_of(error)
    return record.error


def details_of(error: Exception) -> ErrorDetails:
    """Return what is wrong with a response over which reading raised ``error``."""
    if not isinstance(error, AIPerfError):
        error = InvalidResponseError(
            f"the response could not be read: {type(error).__name__}: {error}; please report it"
        )
    return error_details(error)
