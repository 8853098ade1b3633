"""Records as a transport leaves them."""

from __future__ import annotations

from array import array

import pytest

from aiperf.common.models import RawRecord


@pytest.fixture
def record_of():
    """Give a function that makes a record of the parts of a body; they arrived at 1, 2 etc."""

    def record_of(*parts, content_type="application/json", error=None):
        return RawRecord(
            status=200,
            content_type=content_type,
            parts=list(parts),
            part_ns=array("q", range(1, len(parts) + 1)),
            error=error,
        )

    return record_of
