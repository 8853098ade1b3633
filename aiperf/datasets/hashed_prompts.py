"""Prompts made of blocks that are known by a number, so that equal numbers share a beginning."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiperf.datasets.streams import Streams
    from aiperf.datasets.text_maker import TextMaker

_KEPT = 4096
"""How many blocks are kept; the others are made again when they come again."""


class HashedPrompts:
    """Makes the prompts of a trace.

    Args:
        texts: makes the blocks.
        streams: each block is drawn from a stream of its own.
        block_size: tokens in a block.
    """

    def __init__(self, texts: TextMaker, streams: Streams, block_size: int) -> None:
        self._texts = texts
        self._streams = streams
        self.block_size = block_size
        self._block = lru_cache(_KEPT)(self._make)

    def make(self, hash_ids: list[int], length: int) -> tuple[str, int]:
        """Return a prompt of ``length`` tokens, and how many there are.

        All blocks but the last are whole, so ``length`` lies in the last of them.
        """
        *whole, last = hash_ids
        return self._texts.assemble(
            [self._block(each) for each in whole], self._block(last), length
        )

    def _make(self, hash_id: int) -> tuple[str, int]:
        return self._texts.make_piece(self._streams(f"hash {hash_id}"), self.block_size)
