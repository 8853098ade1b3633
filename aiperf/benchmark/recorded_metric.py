"""Metrics whose values a file has."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord
    from aiperf.common.protocols import RecordMetricProtocol


def recorded_metric(tag: str, header: str, unit: str) -> RecordMetricProtocol:
    """Return a metric of requests that were recorded with its values: nothing is computed again."""
    names = {"tag": tag, "header": header, "unit": unit}
    made: RecordMetricProtocol = type("RecordedMetric", (_Recorded,), names)()
    return made


class _Recorded:
    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str]
    header: ClassVar[str]
    unit: ClassVar[str]

    def compute(self, record: RequestRecord) -> float | list[float] | None:
        """Return the value that the record has."""
        return record.metrics.get(self.tag)
