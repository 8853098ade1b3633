"""The contract of a metric: what it declares, and numbers that can be averaged."""

from __future__ import annotations

import copy
import math
from array import array
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from aiperf.common.factories import MetricFactory
from aiperf.common.models import RawRecord, Usage
from aiperf.common.over_time import OverTime
from aiperf.common.protocols import RecordMetricProtocol, RunMetricProtocol
from aiperf.common.request_trace import RequestTrace
from aiperf.testing import samples
from aiperf.testing.contract import Contract, blaming

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.common.models import RequestRecord
    from aiperf.common.protocols import RunTotals
    from aiperf.plugins.implementations import Implementation

_NEEDS = {"streaming", "tokens", "tokenizer", "http_trace"}


class MetricContract(Contract):
    """Subclass it, set ``implementation``, and give what it computes in ``examples``.

    An example is a record (``samples.record(...)``) or a run's totals (``samples.Totals(...)``)
    and the value that is right for it. ``requires`` names the metrics that it reads, as its entry
    does; where the class is registered, the entry is checked to say the same as the class.
    """

    factory = MetricFactory
    protocols = (RecordMetricProtocol, RunMetricProtocol)

    examples: ClassVar[Sequence[tuple[Any, float | list[float] | OverTime | None]]] = ()
    requires: ClassVar[Sequence[str]] = ()

    def test_it_says_what_it_is(self) -> None:
        """Scope, tag, header and unit, as texts for people and programs."""
        made = self.the_class()
        assert made.scope in ("record", "run"), f"scope is {made.scope!r}: 'record' or 'run'"
        for name in ("tag", "header", "unit"):
            value = getattr(made, name)
            assert isinstance(value, str), f"{name} is {value!r}, not a text"
            assert value == value.strip(), f"{name} is {value!r}, with blanks around it"
            assert value.isprintable(), f"{name} is {value!r}, more than one line"
        assert made.tag.isidentifier(), f"the tag {made.tag!r} cannot be a name in JSON tools"
        assert made.header, "the header is empty"

    def test_its_entry_says_the_same(self) -> None:
        """What is registered can be read without importing the class, so it must be true."""
        made = self.the_class()
        known = {each.class_type for each in MetricFactory.list_implementations()}
        for entry in self._entries():
            assert entry.class_type == made.tag, (
                f"it is registered under {entry.class_type!r}, but its tag is {made.tag!r}"
            )
            for name in ("scope", "unit", "header"):
                said = entry.metadata.get(name)
                assert said == getattr(made, name), (
                    f"its entry says {name}={said!r}, the class {getattr(made, name)!r}"
                )
            gives_lists = any(isinstance(expected, list) for _, expected in self.examples)
            assert entry.metadata.get("several") or not gives_lists, (
                "it gives a list for a request: its entry must say several=True, so that nobody "
                "makes an objective of it"
            )
            unknown = set(entry.metadata.get("requires", ())) - known
            assert not unknown, f"its entry requires metrics that nobody registered: {unknown}"
            needs = set(entry.metadata.get("needs", ()))
            assert needs <= _NEEDS, f"its entry needs {needs - _NEEDS}; there is only {_NEEDS}"

    def test_the_examples(self) -> None:
        """Each gives the value that its author worked out."""
        if not self.examples:
            pytest.fail(
                f"{type(self).__name__} has no example: set `examples` to pairs such as "
                "(samples.record(output_tokens=5), 5.0)",
                pytrace=False,
            )
        metric = self.make()
        for given, expected in self.examples:
            with blaming(f"compute() must have a value for {given}"):
                value = metric.compute(given)
            _check(value, given)
            is_plain = isinstance(expected, int | float | list)
            assert value == (pytest.approx(expected) if is_plain else expected), (
                f"compute({given}) is {value!r}, not {expected!r}"
            )

    def test_odd_input(self) -> None:
        """Nothing counted, nothing streamed, one chunk, no duration: a finite number or none."""
        metric = self.make()
        for given in self._odd():
            with blaming(f"compute() must give a number or None for {given}"):
                value = metric.compute(given)
            _check(value, given)

    def test_nothing_is_kept_or_changed(self) -> None:
        """A record comes out as it went in, and the next one is computed by itself."""
        metric = self.make()
        for given, _ in self.examples:
            before = copy.deepcopy(given)
            first = metric.compute(given)
            assert given == before, "compute() changed what it was given"
            assert metric.compute(given) == first, "compute() depends on what it computed before"

    def _odd(self) -> list[RequestRecord | RunTotals]:
        metrics = dict.fromkeys(self._required(), 10.0)
        if self.the_class().scope == "run":
            zeros = samples.Totals(0.0, 0, 0)
            return [
                zeros,
                samples.Totals(totals=metrics),
                samples.Totals(0.0, 1, 0, totals=dict.fromkeys(metrics, 0.0)),
                samples.Totals(columns=dict.fromkeys(metrics, (0.0, math.nan, -100.0))),
                samples.Totals(0.0, 0, 2, columns=dict.fromkeys(metrics, (math.nan, math.nan))),
            ]
        start = 1000 * samples.MS
        changes: list[dict[str, Any]] = [
            {"input_tokens": None, "output_tokens": None, "reasoning_tokens": None},
            {"input_tokens": 0, "output_tokens": 0, "reasoning_tokens": 0},
            {"output_tokens": 1},
            {"content_ns": array("q", [start + samples.MS])},
            {"content_ns": array("q", [start, start, start])},
            {"scheduled_ns": None},
            {"usage": None, "max_tokens": None, "reasoning_chunks": 3, "raw": None},
            {"raw": RawRecord(start_ns=start, end_ns=start, trace=RequestTrace())},
            {"usage": Usage(), "max_tokens": 0, "reasoning_chunks": 0},
            {"ack_ns": 0, "end_ns": start},
            {"metrics": dict.fromkeys(metrics, 0.0)},
        ]
        return [samples.record(**{"metrics": metrics, **each}) for each in changes]

    def _required(self) -> set[str]:
        required = set(self.requires)
        for entry in self._entries():
            required |= set(entry.metadata.get("requires", ()))
        return required

    def _entries(self) -> list[Implementation]:
        made = self.the_class()
        target = made.__module__, made.__qualname__
        return [
            each
            for each in MetricFactory.list_implementations()
            if (each.module_path, each.class_name) == target
        ]


def _check(value: object, given: object) -> None:
    if isinstance(value, OverTime):
        value = [*value[:-1], *value.percentiles.values()]
    for each in value if isinstance(value, list) else [value]:
        is_number = isinstance(each, int | float) and not isinstance(each, bool)
        assert each is None or is_number, f"compute({given}) is {value!r}, no number"
        assert not is_number or math.isfinite(each), f"compute({given}) is {value!r}, not finite"  # type: ignore[arg-type]  # it is a number
    assert not isinstance(value, list) or None not in value, f"compute({given}) has a None in it"
