"""A tokenizer that needs no download: words, punctuation and blanks, found by one expression.

Its counts are those of no model. They are exact, the same everywhere and cheap, which is what a
comparison of two runs needs; for a model's own counts take its own tokenizer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# Each character is a word character, a blank or neither, so the pieces of a text join to the text.
# Possessive (++) for speed alone: giving characters back could never lead to a match.
_pieces = re.compile(r" ?\w++| ?[^\w\s]++|\s++").findall


class BuiltinTokenizer:
    """Splits text into runs of word characters, of other characters and of blanks.

    A single space belongs to the word or the punctuation that follows it. Ids are given to pieces
    in the order in which an instance first encodes them, so they mean nothing to another instance.

    Args:
        name: Accepted because every tokenizer has one; there is only one vocabulary.
    """

    def __init__(self, *, name: str | None = None) -> None:
        self.name = name or "builtin"
        self._ids: dict[str, int] = {}
        self._texts: list[str] = []
        self.about = {"name": "builtin", "library": "aiperf"}
        """Which tokenizer it is, for the provenance; its pieces are no fixed vocabulary."""

    def count(self, text: str) -> int:
        """Return the number of tokens in ``text``; no ids are given out."""
        return len(_pieces(text))

    def encode(self, text: str) -> list[int]:
        """Return the token ids of ``text``; new pieces get new ids."""
        ids = self._ids
        found = _pieces(text)
        for piece in found:
            if piece not in ids:
                ids[piece] = len(ids)
                self._texts.append(piece)
        return [ids[piece] for piece in found]

    def decode(self, token_ids: Sequence[int]) -> str:
        """Return the text of ``token_ids``; ``decode(encode(text))`` is ``text``.

        Raises:
            ValueError: An id was not given out by this instance.
        """
        texts = self._texts
        if token_ids and not 0 <= min(token_ids) <= max(token_ids) < len(texts):
            unknown = next(each for each in token_ids if not 0 <= each < len(texts))
            msg = (
                f"token id {unknown} was not given out by this tokenizer, which has "
                f"{len(texts)} tokens. Decode with the instance that encoded"
            )
            raise ValueError(msg)
        return "".join([texts[each] for each in token_ids])
