"""Texts of random words that have a wanted number of tokens, whatever counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.datasets.words import WORDS

if TYPE_CHECKING:
    import random

    from aiperf.common.protocols import TokenizerProtocol

_SPARE = 8
"""How many tokens more than wanted are made, so that the cut can move to the right."""
_TRIES = 12
"""How often the cut is moved before the nearest length is taken."""
_PHRASE = 16
"""Words in a phrase, as many as tokens in a block of a server's prefix cache."""
_PHRASES = 1024
_LEAST_WORDS = 200
_PROBES = (1, 2, 3, 50, 700)


class TextMaker:
    """Makes texts for one tokenizer.

    Most tokenizers have a token for each common word that follows a blank. Where a few texts show
    that it is so, texts are put together of those words and nothing else needs to be counted;
    long ones of phrases that were made once, after a beginning of their own. For any other
    tokenizer, each text is encoded and cut at a token until it has the wanted length.

    Args:
        tokenizer: counts the tokens.
        rng: draws the phrases.
    """

    def __init__(self, tokenizer: TokenizerProtocol, rng: random.Random) -> None:
        self._tokenizer = tokenizer
        self._words: list[str] = []
        self._phrases: list[str] = []
        self._markers = 0
        self._learn(rng)

    def make(self, rng: random.Random, wanted: int) -> tuple[str, int]:
        """Return a text of ``wanted`` tokens, or as near as can be, and its number of tokens."""
        if not self._words:
            return self._cut(rng, wanted)
        count = max(1, wanted - self._markers)
        phrases = max(0, count // _PHRASE - 1)
        pieces = rng.choices(self._words, k=count - phrases * _PHRASE)
        if phrases:
            pieces += rng.choices(self._phrases, k=phrases)
        return " ".join(pieces), count + self._markers

    def join(self, *parts: tuple[str, int]) -> tuple[str, int]:
        """Return texts of :meth:`make` one after another, and how many tokens that is."""
        text = " ".join(text for text, _ in parts)
        if not self._words:
            return text, self._tokenizer.count(text)
        return text, sum(count for _, count in parts) - self._markers * (len(parts) - 1)

    def make_piece(self, rng: random.Random, wanted: int) -> tuple[str, int]:
        """Return a text that adds ``wanted`` tokens to another one, and their number."""
        text, count = self.make(rng, wanted + self._markers)
        return text, count - self._markers

    def assemble(
        self, pieces: list[tuple[str, int]], last: tuple[str, int], wanted: int
    ) -> tuple[str, int]:
        """Return pieces one after another and the beginning of ``last``, ``wanted`` tokens in all.

        As near as can be, that is, and with the number of tokens there are.
        """
        before = " ".join(text for text, _ in pieces)
        rest = wanted - sum(count for _, count in pieces)
        if self._words:
            end = " ".join(last[0].split(" ")[: max(1, rest - self._markers)])
            text = f"{before} {end}" if before else end
            return text, text.count(" ") + 1 + self._markers
        ids = self._tokenizer.encode(last[0])
        best, best_count = "", 0
        for _ in range(_TRIES):
            rest = min(max(rest, 1), len(ids))
            text = f"{before} {self._tokenizer.decode(ids[:rest])}".strip()
            count = self._tokenizer.count(text)
            if not best or abs(count - wanted) < abs(best_count - wanted):
                best, best_count = text, count
            if count == wanted:
                break
            rest += wanted - count
        return best, best_count

    def _learn(self, rng: random.Random) -> None:
        """Find the words that are one token each, and what a text has besides them."""
        count = self._tokenizer.count
        before = count("the")
        words = [word for word in WORDS if count(f"the {word}") == before + 1]
        least = min(map(count, words), default=0)
        words = [word for word in words if count(word) == least]
        markers = least - 1
        if len(words) < _LEAST_WORDS or markers < 0:
            return
        for size in _PROBES:
            if count(" ".join(rng.choices(words, k=size))) != size + markers:
                return
        self._words, self._markers = words, markers
        self._phrases = [" ".join(rng.choices(words, k=_PHRASE)) for _ in range(_PHRASES)]

    def _cut(self, rng: random.Random, wanted: int) -> tuple[str, int]:
        """Return a text that was cut at a token until it had its length.

        Text that is cut at a token may be counted differently than the tokens it was cut from,
        because a tokenizer adds markers or joins pieces anew; the cut moves by the difference.
        """
        tokenizer = self._tokenizer
        size = wanted + _SPARE
        source = " ".join(rng.choices(WORDS, k=size))
        ids = tokenizer.encode(source)
        while len(ids) < wanted + _SPARE:
            source += " " + " ".join(rng.choices(WORDS, k=size))
            size *= 2
            more = tokenizer.encode(source)
            if len(more) <= len(ids):  # twice the text and no more tokens: it has a limit
                break
            ids = more
        best = source.partition(" ")[0]
        best_count = tokenizer.count(best)
        cut = wanted
        for _ in range(_TRIES):
            text = tokenizer.decode(ids[:cut])
            if text.strip():
                count = tokenizer.count(text)
                if abs(count - wanted) < abs(best_count - wanted):
                    best, best_count = text, count
                if count == wanted:
                    break
                cut = min(max(cut + wanted - count, 1), len(ids))
            else:  # only markers: a server may refuse an empty prompt
                cut = min(cut + 1, len(ids))
        return best, best_count
