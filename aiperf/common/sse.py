"""Server-sent events out of the parts of a response body, each with the time it was complete.

The format is the event stream of the WHATWG HTML standard, section 9.2.6
(https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation):
UTF-8 lines that end with LF, CR or CRLF; a blank line ends an event; a line that begins with a
colon is a comment; one byte order mark may come first. Of its fields ``data`` is kept, and
``event`` is looked at where it says ``error``, as is a field that is called so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LF = 10
_CR = 13
_BLANK = b"\n\n"
_BOM = b"\xef\xbb\xbf"
_PLAIN = b"data: "
_NAMED = b"event: "
_NAMED_ERROR = b"event: error"
_FIELD = b"error:"
_IS_ERROR = (b"event: error", b"event:error")


class EventStream:
    """The events of one body; iterate over it once.

    Args:
        parts: The body, cut anywhere.
        part_ns: The time at which each part arrived.

    Yields:
        ``(ns, data)`` for each event that has data: the time of the part whose arrival completed
        it, and its data lines joined by line feeds.
    """

    __slots__ = ("_part_ns", "_parts", "error", "incomplete")

    def __init__(self, parts: Sequence[bytes], part_ns: Sequence[int]) -> None:
        self._parts = parts
        self._part_ns = part_ns
        self.incomplete = b""
        """After the last event: what is left that is not a whole event; empty if nothing is, or
        nothing but comments. Its lines end with LF."""
        self.error: bytes | None = None
        """After the last event: what the first event called ``error`` said, which some servers say
        in comments. It is yielded as any other if it has data."""

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Yield the events, then set :attr:`incomplete` and :attr:`error`."""
        rest = _Rest()
        for part, ns in zip(self._parts, self._part_ns, strict=True):
            # Bytes are searched for as numbers: that is several times as fast as for text.
            if rest.is_empty and _CR not in part:
                start = 6 if part.startswith(_PLAIN) else _data_start(part)
                end = len(part) - 2
                if start >= 0 and part.find(_LF, start) == end and part[-1] == _LF:
                    rest.after_cr = False
                    yield ns, part[start:end]
                    continue
                if part.endswith(_BLANK):  # several whole events
                    rest.after_cr = False
                    for block in part[:-2].split(_BLANK):
                        if block.startswith(_PLAIN) and _LF not in block:
                            yield ns, block[6:]
                        else:
                            for data in rest.add(block + _BLANK):
                                yield ns, data
                    continue
            for data in rest.add(part):
                yield ns, data
        self.incomplete = rest.unfinished()
        self.error = rest.error


def _data_start(part: bytes) -> int:
    """Return where the data begins of an event with a name, or without a blank before the data.

    It is -1 for what is not so plain.
    """
    start = 0
    if part.startswith(_NAMED) and not part.startswith(_NAMED_ERROR):
        start = part.find(_LF) + 1
    if not part.startswith(b"data:", start):
        return -1
    return start + (6 if part.startswith(b" ", start + 5) else 5)


class _Rest:
    """What has come of an event that is not complete."""

    __slots__ = ("_held", "_is_first", "after_cr", "error", "is_empty")

    def __init__(self) -> None:
        self._held: list[bytes] = []  # with LF as the one line end
        self._is_first = True
        self.is_empty = False  # the first event is never plain: a byte order mark may precede it
        self.after_cr = False
        """Whether the last byte was a CR: an LF that comes now belongs to the same line end."""
        self.error: bytes | None = None

    def add(self, part: bytes) -> Iterator[bytes]:
        """Yield the data of each event that ``part`` completes."""
        held = self._held
        text = part[1:] if self.after_cr and part.startswith(b"\n") else part
        self.after_cr = part.endswith(b"\r") if part else self.after_cr
        if b"\r" in text:
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if not text:
            return
        is_blank_line = text.startswith(b"\n") and held and held[-1].endswith(b"\n")
        held.append(text)
        self.is_empty = False
        if not (is_blank_line or b"\n\n" in text):
            return
        *blocks, left = b"".join(held).split(b"\n\n")
        held.clear()
        if left:
            held.append(left)
        self.is_empty = not left
        for block in blocks:
            event = block.removeprefix(_BOM) if self._is_first else block
            self._is_first = False
            data = _data_of(event)
            if self.error is None and b"error" in event:
                self.error = _error_of(event, data)
            if data is not None:
                yield data

    def unfinished(self) -> bytes:
        """Return what is left, if it is more than comments."""
        left = b"".join(self._held)
        if self._is_first:
            left = left.removeprefix(_BOM)
        is_event = any(line and not line.startswith(b":") for line in left.split(b"\n"))
        return left if is_event else b""


def _data_of(block: bytes) -> bytes | None:
    """Return the data of one event, given without its blank line; ``None`` if it has none."""
    if block.startswith(_PLAIN) and b"\n" not in block:
        return block[6:]
    values = [
        line[6:] if line.startswith(_PLAIN) else line[5:]
        for line in block.split(b"\n")
        if line.startswith(b"data:") or line == b"data"
    ]
    return b"\n".join(values) if values else None


def _error_of(block: bytes, data: bytes | None) -> bytes | None:
    """Return what an event called ``error`` says, ``None`` for any other.

    Versions of llama.cpp's server until 2025 send ``error: {…}`` instead: a field of that name.
    """
    lines = block.split(b"\n")
    if data is None and block.startswith(_FIELD):
        return lines[0].removeprefix(_FIELD).strip()
    if not any(line.rstrip() in _IS_ERROR for line in lines):
        return None
    if data is not None:
        return data
    return b" ".join(line[1:].strip() for line in lines if line.startswith(b":"))
