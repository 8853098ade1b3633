"""What was under way at each moment of a run."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiperf.benchmark import curves
from aiperf.benchmark.curves import Curves
from aiperf.benchmark.record_table import FAILED, VALID, Table

MS = 1_000_000
ORIGIN = 1_700_000_000_000_000_000

REQUEST = st.tuples(*(st.integers(0, 20) for _ in range(3)), st.integers(0, 9), st.integers(1, 9))


def table_of(requests, *, streamed=True):
    """Return a table of requests: start, time to first token, decoding (ms), input and output.

    It begins and ends with a request that failed.
    """
    table = Table()
    table.add(ORIGIN, ORIGIN + 1, FAILED, {})
    for start, first, decoding, read, written in requests:
        began = ORIGIN + start * MS
        values = {
            "request_latency": float(first + decoding),
            "time_to_first_token": float(first),
            "input_sequence_length": read,
            "output_sequence_length": written,
        }
        if not streamed:
            values = {"request_latency": float(first + decoding)}
        table.add(began, began + (first + decoding) * MS, VALID, values)
    table.add(ORIGIN, ORIGIN + 60 * MS, FAILED, {})
    return table


def at_each_ms(requests):
    """Return what each curve was in each of sixty milliseconds, worked out one by one."""
    found = np.zeros((5, 60))
    for start, first, decoding, read, written in requests:
        prefill, decode = (
            slice(start, start + first),
            slice(start + first, start + first + decoding),
        )
        found[0, prefill] += 1
        found[1, decode] += 1
        found[2, prefill] += read / first * 1000 if first else 0
        found[3, decode] += (written - 1) / decoding * 1000 if decoding else 0
        found[4, prefill] += read
        found[4, decode] += read + written
    before, after, reading, writing, held = found
    return {
        ("concurrency", None): before + after,
        ("prefill_concurrency", None): before,
        ("decode_concurrency", None): after,
        ("tokens_in_flight", None): held,
        ("total_throughput", None): reading + writing,
        ("total_throughput", "active"): (reading + writing)[before + after > 0],
        ("decode_throughput", None): writing,
        ("decode_throughput", "active"): writing[after > 0],
        ("prefill_throughput", "active"): reading[before > 0],
        ("decode_throughput_per_user", None): writing / after.clip(1),
        ("prefill_throughput_per_user", "active"): (reading / before.clip(1))[before > 0],
    }


@given(st.lists(REQUEST, min_size=1, max_size=12), st.sampled_from([2, 1 << 13]))
def test_the_curves_are_what_a_stopwatch_would_say(requests, at_once):
    """Whatever the order, and in how many parts the run is looked at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(curves, "_AT_ONCE", at_once)
        made = Curves(table_of(requests), 0.06)
        for (name, active), values in at_each_ms(requests).items():
            found = made.over_time(name, active=bool(active))
            if not len(values):
                assert found is None
                continue
            assert found.avg == pytest.approx(values.mean())
            assert (found.min, found.max) == pytest.approx((values.min(), values.max()))
            assert found.std == pytest.approx(values.std(), abs=1e-6)
            for percent, value in found.percentiles.items():
                near = 1e-6 * (1 + value)
                assert (values <= value + near).mean() >= percent / 100 - 1e-9
                assert (values < value - near).mean() <= percent / 100 + 1e-9


def test_what_rounding_leaves_is_no_speed():
    """Where tokens took no time, and where the speeds of others have ended."""
    thirds = [(0, 3, 0, tokens, 1) for tokens in (1, 2, 5, 7)]
    made = Curves(table_of([*thirds, (0, 20, 0, 0, 1)]), 0.06)
    assert made.over_time("total_throughput", active=True).min == 0.0


def test_whole_responses_have_one_curve():
    """There is no first token to tell the phases apart."""
    made = Curves(table_of([(0, 10, 10, 1, 1), (10, 0, 20, 1, 1)], streamed=False), 0.06)
    assert made.over_time("concurrency", active=False).avg == pytest.approx(40 / 60)
    assert made.over_time("concurrency", active=False).max == 2
    assert made.over_time("decode_concurrency", active=False) is None


def test_a_run_without_a_valid_request_has_none():
    """Nothing was under way that counts."""
    assert Curves(table_of([]), 0.06).over_time("concurrency", active=False) is None
