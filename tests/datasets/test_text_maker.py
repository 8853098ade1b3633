"""Texts of a wanted length, with tokenizers that have a token for each word and with others."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from aiperf.datasets.streams import Streams
from aiperf.datasets.text_maker import TextMaker
from aiperf.datasets.words import WORDS
from aiperf.tokenizers.builtin import BuiltinTokenizer


class BPE:
    """Byte-level pairs, learnt from the words that texts are made of.

    Args:
        size: how many tokens there are: with few, most words are several.
        markers: how many tokens each text has besides.
    """

    def __init__(self, size, markers=0):
        self._inner = Tokenizer(models.BPE())
        self._inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        self._inner.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(vocab_size=size, show_progress=False)
        lines = [word for word in WORDS for _ in range(2)] + [f"a {word}" for word in WORDS]
        self._inner.train_from_iterator(lines, trainer)
        self._markers = [0] * markers

    def encode(self, text):
        return self._markers + self._inner.encode(text).ids

    def decode(self, token_ids):
        return self._inner.decode(list(token_ids[len(self._markers) :]))

    def count(self, text):
        return len(self.encode(text))


TOKENIZERS = {
    "builtin": BuiltinTokenizer(),
    "a token a word": BPE(6000),
    "a token a word, and markers": BPE(6000, markers=2),
    "tokens in a word": BPE(300),
    "tokens in a word, and markers": BPE(300, markers=1),
}


@pytest.fixture(params=TOKENIZERS)
def tokenizer(request):
    return TOKENIZERS[request.param]


@pytest.fixture
def texts(tokenizer):
    return TextMaker(tokenizer, Streams(1)("texts"))


@pytest.mark.parametrize("length", [4, 5, 17, 33, 550, 3000])
def test_a_text_has_the_length_asked_for(texts, tokenizer, length):
    """As the tokenizer counts it; where tokens are parts of words, within one."""
    rng = Streams(2)("texts")
    for _ in range(5):
        text, count = texts.make(rng, length)
        assert count == tokenizer.count(text)
        assert abs(count - length) <= 1


def test_texts_are_joined_and_counted(texts, tokenizer):
    rng = Streams(3)("texts")
    parts = [texts.make(rng, length) for length in (10, 20, 30)]
    text, count = texts.join(*parts)
    assert text == " ".join(part for part, _ in parts)
    assert count == tokenizer.count(text)


def test_pieces_are_put_together_to_a_length(texts, tokenizer):
    """All but the last are whole."""
    rng = Streams(4)("texts")
    pieces = [texts.make_piece(rng, 32) for _ in range(3)]
    text, count = texts.assemble(pieces[:2], pieces[2], 75)
    assert text.startswith(f"{pieces[0][0]} {pieces[1][0]} ")
    assert count == tokenizer.count(text)
    assert abs(count - 75) <= 1


def test_long_texts_begin_differently(texts):
    """A prefix cache has nothing to find, though long texts are made of phrases."""
    rng = Streams(5)("texts")
    beginnings = {" ".join(texts.make(rng, 200)[0].split()[:4]) for _ in range(100)}
    assert len(beginnings) == 100
