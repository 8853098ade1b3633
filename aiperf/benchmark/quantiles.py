"""Exact order statistics of more values than memory should hold at once.

The bits of a float64, read as an integer, are in the order of the numbers once the sign is dealt
with. A histogram of their leading bits says in which bin each wanted value is, and at which place
in it. Then the values of those few bins are sorted; where they are still too many, a histogram of
further bits is made within them. That is Munro and Paterson's selection in several passes
(https://doi.org/10.1016/0304-3975(80)90061-4), with bits in place of their samples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    Chunks = Callable[[], Iterable[NDArray[np.float64]]]

SORTED = 1 << 20
"""So many values (8 MiB) are sorted in memory at most."""

_SHIFTS = (45, 30, 15, 0)
"""The bits that each pass leaves; the first looks at a sign, 11 of exponent and 7 of mantissa."""
_SIGN = np.uint64(1 << 63)


def at_ranks(chunks: Chunks, ranks: Sequence[int], count: int) -> list[float]:
    """Return the values at ``ranks``, counted from 0, of all values in ascending order.

    Args:
        chunks: yields all values in arrays, the same ones at each call. None of them is NaN. A
            chunk is not looked at after the next one has come.
        ranks: each below the number of values.
        count: the number of values.
    """
    if count <= SORTED:
        return list(map(float, _sorted_in_memory(chunks, count)[list(ranks)]))
    wanted = np.asarray(ranks, dtype=np.int64)
    bins = np.zeros(1, dtype=np.uint64)  # where something is wanted, as leading bits; ascending
    place = np.zeros(len(wanted), dtype=np.intp)  # for each rank, which of these bins it is in
    width = 64
    for shift in _SHIFTS:
        counts = _histogram(chunks, bins, width, shift)
        upto = np.cumsum(counts, axis=1)
        inner = np.array(
            [np.searchsorted(upto[p], w, side="right") for p, w in zip(place, wanted, strict=True)]
        )
        wanted = wanted - (upto[place, inner] - counts[place, inner])
        found = (bins[place] << np.uint64(width - shift)) | inner.astype(np.uint64)
        sizes = counts[place, inner]
        bins, first, place = np.unique(found, return_index=True, return_inverse=True)
        width = shift
        if not shift:
            return list(map(float, _numbers(bins[place])))
        if sizes[first].sum() <= SORTED:
            break
    kept = np.sort(np.concatenate([_within(chunk, bins, width)[0] for chunk in chunks()]))
    before = np.cumsum(sizes[first]) - sizes[first]
    return list(map(float, _numbers(kept[before[place] + wanted])))


def _sorted_in_memory(chunks: Chunks, count: int) -> NDArray[np.float64]:
    """Return all values in ascending order."""
    values = np.empty(count, dtype=np.float64)
    start = 0
    for chunk in chunks():
        values[start : start + len(chunk)] = chunk
        start += len(chunk)
    values.sort()
    return values


def _histogram(
    chunks: Chunks, bins: NDArray[np.uint64], width: int, shift: int
) -> NDArray[np.int64]:
    """Count the values in each of ``bins`` by their next ``width - shift`` bits, a row for each."""
    size = 1 << (width - shift)
    counts = np.zeros(len(bins) * size, dtype=np.int64)
    for chunk in chunks():
        keys, which = _within(chunk, bins, width)
        inner = (keys >> np.uint64(shift)) & np.uint64(size - 1)
        counts += np.bincount(inner.astype(np.intp) + which * size, minlength=len(counts))
    return counts.reshape(len(bins), size)


def _within(
    chunk: NDArray[np.float64], bins: NDArray[np.uint64], width: int
) -> tuple[NDArray[np.uint64], NDArray[np.intp]]:
    """Return the values of a chunk that are in ``bins``, as keys, and in which one each is."""
    keys = _keys(chunk)
    if width == 64:  # noqa: PLR2004 - the bits of a float64: there is one bin, with everything
        return keys, np.zeros(len(keys), dtype=np.intp)
    leading = keys >> np.uint64(width)
    which = np.minimum(np.searchsorted(bins, leading), len(bins) - 1)
    is_in = bins[which] == leading
    return keys[is_in], which[is_in]


def _keys(values: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Return integers in the order of ``values``; minus zero is zero."""
    bits = (values + 0.0).view(np.uint64)
    return np.where(bits & _SIGN, ~bits, bits | _SIGN)


def _numbers(keys: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Return the values whose keys these are."""
    return np.where(keys & _SIGN, keys ^ _SIGN, ~keys).view(np.float64)
