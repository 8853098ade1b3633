"""How many tokens a request's prompts have."""

from __future__ import annotations

from aiperf.benchmark.input_tokens import counted_tokens, input_tokens
from aiperf.common.models import Turn
from aiperf.tokenizers.builtin import BuiltinTokenizer


def count(*turns):
    tokenizer = BuiltinTokenizer()
    return input_tokens(turns, tokenizer.count, tokenizer.count)


def test_what_the_dataset_counted_is_taken():
    """The history of a request is part of it."""
    assert count(Turn(("a b",), input_tokens=7), Turn(("c",), input_tokens=5)) == 12


def test_what_it_did_not_count_is_counted():
    """Texts, query, and a system message where it begins."""
    first = Turn(("a b", "c"), system="be brief", query="d e f")
    assert count(first) == 8
    assert count(first, Turn(("g",), system="be brief")) == 9
    assert count(first, Turn(("g",), system="be long")) == 11


def test_what_the_server_answered_before_is_counted():
    """It is sent again with the turns that follow; the last turn's own answer comes afterwards."""
    first = Turn(("a b",), answer="c d e", input_tokens=7)
    assert count(first) == 7
    assert count(first, Turn(("f",), answer="g")) == 7 + 3 + 1


def test_images_alone_have_no_tokens():
    assert count(Turn((), images=("data:image/png;base64,AA==",))) == 0


def test_what_is_known_without_counting():
    """Nothing, as soon as one part of the prompt has no count."""
    counted = Turn(("a b",), input_tokens=7)
    assert counted_tokens((counted, counted)) == 14
    assert counted_tokens((counted, Turn(("c",)))) is None
    answered = Turn(("a b",), answer="d", input_tokens=7)
    assert counted_tokens((counted, answered)) == 14
    assert counted_tokens((answered, counted)) is None
