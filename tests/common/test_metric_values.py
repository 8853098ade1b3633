"""Reading one metric's value from another."""

from __future__ import annotations

from array import array

import pytest

from aiperf.common.metric_values import scalar
from aiperf.common.models import PROFILING, RequestRecord


@pytest.fixture
def record():
    """A record with one metric of each kind."""
    return RequestRecord(
        session_num=0,
        x_request_id="request-0",
        x_correlation_id="session-0",
        conversation_id="session_000000",
        turn_index=0,
        phase=PROFILING,
        start_ns=1,
        ack_ns=2,
        end_ns=3,
        scheduled_ns=None,
        content_ns=array("q"),
        metrics={"single": 12.5, "several": [1.0, 2.0]},
    )


def test_a_single_value_is_returned(record):
    """A metric with one value for each request gives it."""
    assert scalar(record, "single") == 12.5


def test_a_list_is_not_a_single_value(record):
    """A metric with several values is refused by its name."""
    with pytest.raises(TypeError, match="metric 'several' has a list of values"):
        scalar(record, "several")


def test_a_value_that_is_not_there_is_an_error(record):
    """A metric that was not computed is no zero."""
    with pytest.raises(KeyError, match="missing"):
        scalar(record, "missing")
