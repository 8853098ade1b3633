"""What a new plugin project can implement: a class for each kind of factory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Part:
    """One implementation in a new project.

    ``singular`` and ``plural`` are words for people; ``option`` is what ``aiperf profile`` must be
    told to use it, empty for what is used whenever it is there.
    """

    factory: str
    factory_class: str
    class_type: str
    class_name: str
    singular: str
    plural: str
    option: str


# Factory: class suffix, one and several of them for people, option of `aiperf profile`.
_KINDS: Final = {
    "endpoint": ("Endpoint", "an endpoint", "endpoints", "--endpoint-type"),
    "transport": ("Transport", "a transport", "transports", "--transport"),
    "dataset": ("Dataset", "a dataset", "datasets", "--dataset-type"),
    "arrival": ("Arrival", "an arrival pattern", "arrival patterns", "--arrival-pattern"),
    "metric": ("Metric", "a metric", "metrics", ""),
    "exporter": ("Exporter", "an exporter", "exporters", ""),
    "ui": ("UI", "a user interface", "user interfaces", "--ui-type"),
    "tokenizer": ("Tokenizer", "a tokenizer", "tokenizers", "--tokenizer"),
    "executor": ("Executor", "an executor", "executors", "--executor"),
}

FACTORIES: Final = tuple(_KINDS)
"""The factories that the packaged template has an implementation for."""


def parts_of(factories: Iterable[str], plugin: str, class_prefix: str) -> tuple[Part, ...]:
    """Return the parts for some of :data:`FACTORIES`, in the order of that."""
    wanted = frozenset(factories)
    return tuple(
        Part(
            factory,
            f"{suffix}Factory",
            plugin,
            class_prefix + suffix,
            singular,
            plural,
            f"{option} {plugin}" if option else "",
        )
        for factory, (suffix, singular, plural, option) in _KINDS.items()
        if factory in wanted
    )


def profile_options(parts: Iterable[Part]) -> str:
    """Return what to write after ``aiperf profile`` to measure with all of ``parts``."""
    options = [part.option for part in parts if part.option]
    return " ".join([*options, "--streaming", "--request-count 10"])
