"""One number from a seed, a stream and a request's number: cheap, and the same everywhere."""

from __future__ import annotations

_MASK = (1 << 64) - 1

WORDS, DELAYS, FAILURES, SCORES = range(1, 5)
"""The streams: what is drawn for one purpose says nothing about what is drawn for another."""


def draw(seed: int, stream: int, number: int) -> int:
    """Return 64 well-mixed bits for ``number``.

    The finalizer of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
    generators", OOPSLA 2014), applied to the seed and then to the number.
    """
    return _mix(_mix(seed * 4 + stream) + number)


def _mix(value: int) -> int:
    value = (value + 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)
