"""Records and runs with round numbers, so that expected values can be worked out by hand."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

import numpy as np
import pytest

from aiperf.common.models import PROFILING, RequestRecord

START_NS = 7_000_000_000


@dataclass(frozen=True)
class Totals:
    """A run with given totals."""

    duration_s: float = 0.0
    request_count: int = 0
    error_count: int = 0
    totals: dict[str, float] = field(default_factory=dict)
    good_count: int | None = None
    columns: dict[str, list[float]] = field(default_factory=dict)

    def column(self, tag: str) -> np.ndarray | None:
        return np.array(self.columns[tag]) if tag in self.columns else None

    def over_time(self, curve: str, *, active: bool = False) -> None:  # noqa: ARG002 - the contract
        return None

    def total(self, tag: str) -> float | None:
        return self.totals.get(tag)


@pytest.fixture
def make_run():
    """Give the function that makes a run with given totals."""
    return Totals


@pytest.fixture
def make_record():
    """Give the function that makes a valid record whose content arrived ``content_ms`` after start.

    ``metrics`` are the values of metrics that were computed before.
    """

    def make(content_ms=(), *, scheduled_ms=None, metrics=None, **counts):
        arrivals = [START_NS + round(each * 1_000_000) for each in content_ms]
        return RequestRecord(
            session_num=0,
            x_request_id="request-0",
            x_correlation_id="session-0",
            conversation_id="session_000000",
            turn_index=0,
            phase=PROFILING,
            start_ns=START_NS,
            ack_ns=START_NS + 1,
            end_ns=(arrivals[-1] if arrivals else START_NS) + 5_000_000,
            scheduled_ns=None if scheduled_ms is None else START_NS + scheduled_ms * 1_000_000,
            content_ns=array("q", arrivals),
            metrics=dict(metrics or {}),
            **counts,
        )

    return make
