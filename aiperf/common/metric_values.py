"""How one metric reads the value of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord


def scalar(record: RequestRecord, tag: str) -> float:
    """Return the single value of the metric called ``tag`` for ``record``.

    The metric that calls this names ``tag`` in ``requires`` of its registry entry; it is then
    computed only for records that have the value.

    Raises:
        KeyError: ``tag`` is not in ``requires``, or has no value for this record.
        TypeError: That metric has a list of values for each request.
    """
    value = record.metrics[tag]
    if isinstance(value, list):
        msg = f"metric {tag!r} has a list of values for each request where one value is needed"
        raise TypeError(msg)
    return value
