"""The vocabulary of generated prompts."""

from __future__ import annotations

from aiperf.datasets.words import WORDS


def test_no_word_is_there_twice():
    """Each word is as likely as any other."""
    assert len(set(WORDS)) == len(WORDS)


def test_words_are_plain():
    """Lower-case ASCII, so that tokenizers see what they were trained on most."""
    assert all(word.isascii() and word.isalpha() and word.islower() for word in WORDS)


def test_there_are_enough_words_for_prompts_to_differ():
    """Two prompts that begin alike would be served from a prefix cache."""
    assert len(WORDS) >= 500
