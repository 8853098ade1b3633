"""Whether a metric, which may be a plugin's, has what a run reads of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aiperf.benchmark.part_errors import name_of
from aiperf.plugins.errors import AIPerfError

if TYPE_CHECKING:
    from collections.abc import Mapping

NEEDS: Final = frozenset({"http_trace", "streaming", "tokenizer", "tokens"})
"""What a metric's entry may say that it needs of a run."""

_SCOPES: Final = ("record", "run")


class MetricShapeError(AIPerfError):
    """A metric is not what ``MetricProtocol`` says; ``class_type`` is its own."""

    class_type: str = ""


def refuse_misshapen(class_type: str, metric: object) -> None:
    """Raise unless ``metric`` has the attributes of a metric.

    Raises:
        MetricShapeError: It has not; the message names the class and the attribute.
    """
    whose = f"metric {class_type!r} ({name_of(metric)})"
    for name in ("tag", "header", "unit"):
        value = getattr(metric, name, None)
        if not isinstance(value, str):
            has = "no attribute" if value is None else f"{value!r} as its"
            raise MetricShapeError(
                f"{whose} has {has} {name!r}. Give the class one that is a string",
                class_type=class_type,
            )
    scope = getattr(metric, "scope", None)
    if scope not in _SCOPES:
        raise MetricShapeError(
            f"{whose} has {scope!r} as its 'scope'. Give the class 'record', for a value of each "
            "request, or 'run', for one of the whole run",
            class_type=class_type,
        )


def refuse_unknown_needs(offered: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise if an entry needs what no run can give: its metric would be missing from all results.

    Args:
        offered: The metadata of each metric's entry, by class type.

    Raises:
        MetricShapeError: One does.
    """
    for class_type, metadata in offered.items():
        for need in metadata.get("needs", ()):
            if need not in NEEDS:
                raise MetricShapeError(
                    f"metric {class_type!r} needs {need!r}, which no run gives. Correct 'needs' in "
                    f"the metadata of its registry entry; there are: {', '.join(sorted(NEEDS))}",
                    class_type=class_type,
                )
