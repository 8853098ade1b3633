from __future__ import annotations

import re

import pytest

from aiperf.server.tokens import TokenSource, count_tokens

PIECES = re.compile(r" ?\w+| ?[^\w\s]+|\s+")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("Hello", 1),
        ("Hello there, world!", 5),
        ("a  b\n", 4),
        ("naïve — 東京", 3),
        ("x" * 10_000, 1),
    ],
)
def test_a_prompt_is_counted_in_words_and_punctuation(text, tokens):
    """The count is that of the documented expression."""
    assert count_tokens(text) == tokens == len(PIECES.findall(text))


def test_each_token_is_counted_as_one():
    """Alone, and joined to the others: a client's count is the number of tokens sent."""
    words = [word.decode() for word in TokenSource(0).take(0, 5000)]
    assert all(re.fullmatch(r" [a-z]+", word) for word in words)
    assert count_tokens("".join(words)) == 5000


def test_tokens_follow_from_seed_and_number():
    """The same seed and number give the same tokens; another of either gives others."""
    tokens = TokenSource(7).take(3, 20)
    assert TokenSource(7).take(3, 20) == tokens
    assert TokenSource(7).take(4, 20) != tokens
    assert TokenSource(8).take(3, 20) != tokens


@pytest.mark.parametrize("count", [1, 8191, 8192, 8193, 131_072])
def test_any_number_of_tokens_can_be_had(count):
    """A longer response begins like a shorter one."""
    source = TokenSource(0)
    for number in range(20):
        tokens = source.take(number, count)
        assert len(tokens) == count
        assert tokens[:1] == source.take(number, 1)
