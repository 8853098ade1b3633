"""The contract of a tokenizer: counts, ids and texts that agree."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, ClassVar

import pytest

from aiperf.common.factories import TokenizerFactory
from aiperf.common.protocols import TokenizerProtocol
from aiperf.testing.contract import Contract, blaming
from aiperf.testing.text import TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable


class TokenizerContract(Contract):
    """Subclass it and set ``implementation``."""

    factory = TokenizerFactory
    protocols = (TokenizerProtocol,)

    lossless: ClassVar[bool] = True
    """Whether ``decode(encode(text))`` is the text; not so for one that lowers case, say."""
    name: ClassVar[str | None] = None
    """The name that it is made with."""

    @pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
    def test_a_text(self, text: str) -> None:
        """Its count is the number of its ids, and the ids mean the text."""
        tokenizer = self._tokenizer()
        with blaming(f"any text can be counted and encoded, {text[:60]!r} too"):
            count, ids = tokenizer.count(text), tokenizer.encode(text)
        assert type(count) is int, f"count() gave {count!r}, no integer"
        assert isinstance(ids, list), f"encode() gave {type(ids).__name__}, no list"
        assert all(type(each) is int and each >= 0 for each in ids), f"an id is no number: {ids}"
        assert count == len(ids), f"count() is {count}, but there are {len(ids)} ids: {text[:60]!r}"
        decoded = tokenizer.decode(ids)
        assert isinstance(decoded, str), f"decode() gave {decoded!r}, not a text"
        if self.lossless:
            assert decoded == text, f"{text[:60]!r} came back as {decoded[:60]!r}"

    def test_texts_together_have_no_more_tokens_than_texts_apart(self) -> None:
        """A text of words has tokens, and twice the text has more."""
        tokenizer = self._tokenizer()
        one, two = (tokenizer.count("several plain words " * times) for times in (1, 2))
        assert 0 < one < two, f"a text has {one} tokens, twice the text {two}"

    def test_the_same_text_has_the_same_tokens(self) -> None:
        """At every call, whatever came between, and as another instance counts it."""
        tokenizer, other = self._tokenizer(), self._tokenizer()
        first = [(tokenizer.count(text), tokenizer.encode(text)) for text in TEXTS]
        again = [(tokenizer.count(text), tokenizer.encode(text)) for text in TEXTS]
        assert first == again, "the second time, a text had other tokens"
        counts = [other.count(text) for text in reversed(TEXTS)]
        assert counts == [count for count, _ in reversed(first)], "two instances count differently"

    def test_ids_in_any_sequence(self) -> None:
        """A part of them, and a tuple, can be decoded; so can none."""
        tokenizer = self._tokenizer()
        ids = tokenizer.encode("one two three four")
        for part in _parts(ids):
            with blaming(f"the ids {part!r} are encode()'s own"):
                assert isinstance(tokenizer.decode(part), str)
        if self.lossless:
            assert tokenizer.decode(()) == "", "no ids are no text"

    def test_several_are_counted_as_each_by_itself(self) -> None:
        """In another thread, too, where the tokenizer has ``count_all``."""
        tokenizer = self._tokenizer()
        count_all = getattr(tokenizer, "count_all", None)
        if count_all is None:
            return
        with ThreadPoolExecutor(1) as thread, blaming("count_all() takes any number of texts"):
            counts = list(thread.submit(count_all, list(TEXTS)).result())
            assert list(count_all([])) == [], "no texts have no counts"
        assert counts == [tokenizer.count(text) for text in TEXTS], "count_all() and count() differ"

    def test_no_name_is_needed(self) -> None:
        """``name=None`` means the tokenizer's own choice."""
        if self.name is not None:
            pytest.skip("the kit is told a name to make it with")
        with blaming("it must be possible to make it without a name"):
            self.make()

    def _tokenizer(self) -> TokenizerProtocol:
        tokenizer: TokenizerProtocol = self.make(name=self.name)
        return tokenizer


def _parts(ids: list[int]) -> Iterable[list[int] | tuple[int, ...]]:
    return (ids[:1], ids[:-1], ids[1:], tuple(ids), [*ids, *ids])
