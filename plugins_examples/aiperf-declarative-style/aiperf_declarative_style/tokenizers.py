"""A tokenizer for models that read bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class UTF8Tokenizer:
    """The bytes of a text in UTF-8 are its tokens.

    Args:
        name: Accepted because every tokenizer has one; there is only one vocabulary.
    """

    def __init__(self, *, name: str | None = None) -> None:
        self.name = name or "utf8"

    def count(self, text: str) -> int:
        """Return the number of bytes in ``text``."""
        return len(text.encode())

    def encode(self, text: str) -> list[int]:
        """Return the bytes of ``text``."""
        return list(text.encode())

    def decode(self, token_ids: Sequence[int]) -> str:
        """Return the text of ``token_ids``; a character that is cut through becomes ``U+FFFD``."""
        return bytes(token_ids).decode(errors="replace")
