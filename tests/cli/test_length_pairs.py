"""``--sequence-distribution``."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiperf.cli.length_pairs import length_pairs
from aiperf.common.dataset_config import LengthPair

PAIRS = (
    LengthPair(256, 128, 40, input_stddev=10, output_stddev=5),
    LengthPair(512, 256, 60),
)


@pytest.mark.parametrize(
    "text",
    [
        "256|10,128|5:40;512,256:60",
        " 256 | 10 , 128 | 5 : 40 ; 512 , 256 : 60.0 ",
        "[(256|10,128|5):40,(512,256):60]",
        (
            '{"pairs": [{"isl": 256, "isl_stddev": 10, "osl": 128, "osl_stddev": 5, "prob": 40},'
            ' {"isl": 512, "osl": 256, "prob": 60}]}'
        ),
    ],
)
def test_there_are_three_ways_to_write_it(text):
    """Those of NVIDIA's AIPerf."""
    assert length_pairs(text) == PAIRS


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "'' is not INPUT"),
        ("256,128", "'256,128' is not INPUT"),
        ("256,128:50;oops", "'oops' is not INPUT"),
        ("256,128:50", "the percentages must be 100 together, not 50"),
        ("0,128:100", "a length is at least 1 token"),
        ("{", "it is not JSON"),
        ('{"pairs": [{"isl": 1}]}', "it is not of the form"),
        ('{"pairs": 3}', "it is not of the form"),
        ('{"pairs": []}', "the percentages must be 100 together, not 0"),
        (
            '{"pairs": [{"isl": 1, "osl": 1, "prob": 100, "isl_stddev": -1}]}',
            "a percentage or a deviation is at least 0",
        ),
    ],
)
def test_what_is_none_is_said(text, reason):
    with pytest.raises(ValueError, match=re.escape(reason)):
        length_pairs(text)


@settings(database=None, deadline=None)
@given(st.text(alphabet='0123456789|,:;.()[]{}" islob', max_size=40))
def test_any_text_is_pairs_or_an_error(text):
    """No other exception, and what is read adds up."""
    try:
        pairs = length_pairs(text)
    except ValueError:
        return
    assert sum(pair.percent for pair in pairs) == pytest.approx(100)
