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
    except AIPerfError as error:
        return record.error or error_details(error)
    except Exception as error:  # noqa: BLE001 - nothing that a server sends may end the run
        return record.error or error_details(_unreadable(error))
    return record.error


def _unreadable(error: Exception) -> InvalidResponseError:
    """Return the error for a response at which reading itself failed."""
    return InvalidResponseError(
        f"the response could not be read: {type(error).__name__}: {error}; please report it"
    )
