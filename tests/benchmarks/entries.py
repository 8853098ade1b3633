"""10,000 lazy entries: time and memory for each, beside a frozen slotted dataclass alone."""

from __future__ import annotations

import gc
import time
import tracemalloc
from dataclasses import dataclass
from typing import TYPE_CHECKING

from measure import Row

from aiperf.common.factories import AIPerfFactory
from aiperf.plugins.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable

_NUMBER = 10_000
_TYPES = [f"type{number}" for number in range(100)]
_MODULES = [f"package{number}.module" for number in range(100)]
_CLASSES = [f"Class{number}" for number in range(_NUMBER)]


@dataclass(frozen=True, slots=True)
class Plain:
    """The three strings that an entry cannot do without."""

    class_type: str
    module_path: str
    class_name: str


def _plain() -> object:
    return [
        Plain(_TYPES[number % 100], _MODULES[number % 100], _CLASSES[number])
        for number in range(_NUMBER)
    ]


def _registered() -> object:
    registry = Registry()

    class EntryFactory(AIPerfFactory[str, object], registry=registry):
        """A factory with many entries."""

    for number in range(_NUMBER):
        EntryFactory.register_lazy(_TYPES[number % 100], _MODULES[number % 100], _CLASSES[number])
    return registry


def _cost(make: Callable[[], object]) -> tuple[float, float]:
    """Return microseconds and bytes for each of the entries that ``make`` makes."""
    gc.collect()
    started = time.perf_counter()
    kept = make()
    micros = (time.perf_counter() - started) / _NUMBER * 1e6
    del kept
    gc.collect()
    tracemalloc.start()
    kept = make()
    size = tracemalloc.get_traced_memory()[0] / _NUMBER
    tracemalloc.stop()
    del kept
    return micros, size


def rows() -> list[Row]:
    """Measure and return the rows."""
    plain_us, plain_bytes = _cost(_plain)
    ours_us, ours_bytes = _cost(_registered)
    return [
        Row("a frozen slotted dataclass", f"{plain_us:.2f} us"),
        Row("a registered lazy entry", f"{ours_us:.2f} us", "dataclass", ours_us / plain_us),
        Row("a frozen slotted dataclass, memory", f"{plain_bytes:.0f} B"),
        Row(
            "a registered lazy entry, memory",
            f"{ours_bytes:.0f} B",
            "dataclass",
            ours_bytes / plain_bytes,
        ),
    ]
