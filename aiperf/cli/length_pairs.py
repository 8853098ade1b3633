"""``--sequence-distribution``: how many prompts have which lengths.

Source of the syntax:
https://github.com/ai-dynamo/aiperf/blob/main/docs/tutorials/sequence-distributions.md.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from aiperf.common.dataset_config import LengthPair

if TYPE_CHECKING:
    from collections.abc import Iterable

_NUMBER = r"(\d+(?:\.\d+)?|\.\d+)"
_PAIR = re.compile(
    rf"\(?\s*(\d+)(?:\s*\|\s*{_NUMBER})?\s*,\s*(\d+)(?:\s*\|\s*{_NUMBER})?\s*\)?\s*:\s*{_NUMBER}\s*"
)
_WHOLE = 100.0
_FORM = "INPUT[|STDDEV],OUTPUT[|STDDEV]:PERCENT;…, such as '256|10,128|5:40;512,256:60'"


class LengthPairs(click.ParamType):  # type: ignore[type-arg]  # not generic before click 8.3
    """Pairs of lengths with their percentages: text, in brackets or not, or JSON."""

    name = "pairs"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[LengthPair, ...]:
        """Return the pairs, or fail with what is wrong."""
        if isinstance(value, tuple):
            return value
        try:
            return length_pairs(str(value))
        except ValueError as error:
            self.fail(f"{value!r}: {error}.", param, ctx)

    def text(self, value: Iterable[LengthPair]) -> str:
        """Return what :meth:`convert` makes ``value`` of."""
        return ";".join(
            f"{pair.input_mean:.0f}|{pair.input_stddev!r},"
            f"{pair.output_mean:.0f}|{pair.output_stddev!r}:{pair.percent!r}"
            for pair in value
        )


def length_pairs(text: str) -> tuple[LengthPair, ...]:
    """Return the pairs that ``text`` says.

    Raises:
        ValueError: it does not have the form, or the percentages are not 100 together.
    """
    text = text.strip()
    pairs = _from_json(text) if text.startswith("{") else _from_text(text)
    for pair in pairs:
        if not (pair.input_mean >= 1 and pair.output_mean >= 1):
            raise ValueError("a length is at least 1 token")
    total = math.fsum(pair.percent for pair in pairs)
    if not math.isclose(total, _WHOLE, rel_tol=1e-6):
        raise ValueError(f"the percentages must be 100 together, not {total:g}")
    return pairs


def _from_text(text: str) -> tuple[LengthPair, ...]:
    if text.startswith("[") and text.endswith("]"):
        text = re.sub(r",\s*\(", ";(", text[1:-1])
    pairs = []
    for each in text.split(";"):
        found = _PAIR.fullmatch(each.strip())
        if found is None:
            raise ValueError(f"{each.strip()!r} is not {_FORM}")
        inputs, input_stddev, outputs, output_stddev, percent = found.groups(default="0")
        pair = LengthPair(float(inputs), float(outputs), float(percent))
        pairs.append(
            replace(pair, input_stddev=float(input_stddev), output_stddev=float(output_stddev))
        )
    return tuple(pairs)


def _from_json(text: str) -> tuple[LengthPair, ...]:
    form = '{"pairs": [{"isl": 256, "isl_stddev": 10, "osl": 128, "osl_stddev": 5, "prob": 100}]}'
    try:
        pairs = tuple(
            LengthPair(
                input_mean=float(each["isl"]),
                output_mean=float(each["osl"]),
                percent=float(each["prob"]),
                input_stddev=float(each.get("isl_stddev", 0)),
                output_stddev=float(each.get("osl_stddev", 0)),
            )
            for each in json.loads(text)["pairs"]
        )
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON ({error}); write {form}") from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ValueError(f"it is not of the form {form}") from None
    numbers = [
        number for each in pairs for number in (each.percent, each.input_stddev, each.output_stddev)
    ]
    if not all(math.isfinite(number) and number >= 0 for number in numbers):
        raise ValueError("a percentage or a deviation is at least 0")
    return pairs
