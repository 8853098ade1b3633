"""The readers, one of which loses to others."""

from __future__ import annotations

from printshop.common.enums import ReaderType
from printshop.common.factories import ReaderFactory


class Reader:
    """Reads a file."""

    def __init__(self, name: str = "", pages: int = 1) -> None:
        self.name, self.pages = name, pages


@ReaderFactory.register(ReaderType.PDF)
class PdfReader(Reader):
    """Reads pdf."""


@ReaderFactory.register(ReaderType.PNG)
class PngReader(Reader):
    """Reads png."""


@ReaderFactory.register(ReaderType.SVG)
class SvgReader(Reader):
    """Reads svg."""


@ReaderFactory.register(ReaderType.TIFF)
class TiffReader(Reader):
    """Reads tiff."""


@ReaderFactory.register(ReaderType.PS)
class PsReader(Reader):
    """Reads ps."""


@ReaderFactory.register(ReaderType.PNG, override_priority=5)
class QuickPngReader(Reader):
    """Beats the first."""


@ReaderFactory.register("png", override_priority=5)
class LatePngReader(Reader):
    """Comes too late."""


@ReaderFactory.register(ReaderType.TIFF, override_priority=-3)
class LowTiffReader(Reader):
    """Has no chance."""


@ReaderFactory.register_all(ReaderType.TEXT, "markdown", "html", override_priority=2)
class TextReader(Reader):
    """Reads three kinds."""


ReaderFactory.register(ReaderType.SVG, override_priority=1)(QuickPngReader)
ReaderFactory.register(ReaderType.SVG, override_priority=2)(SvgReader)
