"""Which error a response has: the transport's before that of its body; none is raised."""

from __future__ import annotations

import pytest

from aiperf.common.errors import EmptyResponseError
from aiperf.common.models import ErrorDetails, RawRecord
from aiperf.endpoints.response_error import error_of

TIMEOUT = ErrorDetails("ReadTimeout", "late")


def raising(error):
    def read():
        raise error

    return read


@pytest.mark.parametrize("read", [lambda: None, raising(EmptyResponseError("x")), raising(OSError)])
def test_the_transports_error_stays(read):
    assert error_of(RawRecord(error=TIMEOUT), read) is TIMEOUT


def test_what_was_read_is_an_error_or_none():
    """A failure of reading itself says what was raised."""
    assert error_of(RawRecord(), lambda: None) is None
    assert error_of(RawRecord(), raising(EmptyResponseError("no word"))) == ErrorDetails(
        "EmptyResponseError", "no word"
    )
    unreadable = error_of(RawRecord(), raising(KeyError("x")))
    assert unreadable is not None
    assert unreadable.type == "InvalidResponseError"
    assert "KeyError: 'x'" in unreadable.message
