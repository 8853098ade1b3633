"""The writers, made with a folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from printshop.common.enums import WriterType
from printshop.common.factories import WriterFactory


class WriterProtocol(Protocol):
    """What a writer provides."""

    def write(self, page: str) -> str:
        """Write a page and return where it is."""


@WriterFactory.register(WriterType.PROOF)
@dataclass
class ProofWriter:
    """Writes proofs."""

    folder: str
    copies: int = 1

    def write(self, page: str) -> str:
        """Return where the page is."""
        return f"{self.folder}/proof-{page}"


@WriterFactory.register(WriterType.PLATE)
@dataclass
class PlateWriter:
    """Writes plates."""

    folder: str
    copies: int = 1

    def write(self, page: str) -> str:
        """Return where the page is."""
        return f"{self.folder}/plate-{page}"


@WriterFactory.register(WriterType.POSTER)
@dataclass
class PosterWriter:
    """Writes posters."""

    folder: str
    copies: int = 1

    def write(self, page: str) -> str:
        """Return where the page is."""
        return f"{self.folder}/poster-{page}"


@WriterFactory.register(WriterType.BOOKLET)
@dataclass
class BookletWriter:
    """Writes booklets."""

    folder: str
    copies: int = 1

    def write(self, page: str) -> str:
        """Return where the page is."""
        return f"{self.folder}/booklet-{page}"
