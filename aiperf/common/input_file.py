"""Reads the objects of a file: JSON Lines, or one JSON array; packed with gzip or not."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from aiperf.common.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO

ReadT = TypeVar("ReadT")

OPTION = "--input-file"
_SHOWN = 5
"""How many bad lines are told; the others are counted."""
_CHUNK = 1 << 20
_BOM = "\ufeff".encode()
_FAILURES = (OSError, EOFError, zlib.error)


class BadLineError(ValueError):
    """One object of a file is not what it should be; the message says why, for a person."""


def read_objects(path: Path, read: Callable[[dict[str, Any]], ReadT]) -> Iterator[ReadT]:
    """Yield what ``read`` makes of each object of a file, in order; empty lines are passed over.

    A file of lines is read one line at a time. After a bad line nothing more is yielded, and the
    rest is only looked at for other bad ones, so that a person can correct all of them at once.

    Raises:
        ConfigError: the file cannot be read, or has bad lines; it names the first of them with the
            reason of each. ``read`` tells of one by raising :class:`BadLineError`.
    """
    bad: list[str] = []
    count = 0
    for where, found in _located(path):
        try:
            value = read(_object(found))
        except BadLineError as error:
            count += 1
            if len(bad) < _SHOWN:
                bad.append(f"{where}: {error}")
        else:
            if not count:
                yield value
    if count:
        more = f"; and {count - len(bad)} more" if count > len(bad) else ""
        raise ConfigError(
            f"{path} cannot be sent: {'; '.join(bad)}{more}. Correct {OPTION}", option=OPTION
        )


def first_object(path: Path) -> dict[str, Any]:
    """Return the first object of a file, of which no more is read than needed.

    Raises:
        ConfigError: the file cannot be read, or does not begin with an object.
    """
    try:
        with _opened(path) as file:
            data = file.read(_CHUNK)
            while True:
                try:
                    return _first(data.decode(errors="ignore"))
                except json.JSONDecodeError:
                    more = file.read(3 * len(data)) if data else b""
                    if not more:
                        raise
                    data += more
    except _FAILURES as error:
        raise _cannot_read(path, error) from error
    except ValueError as error:
        raise ConfigError(
            f"{path} {_beginning(path, error)}. Correct {OPTION}: JSON Lines, or "
            "an array of objects",
            option=OPTION,
        ) from error


def _beginning(path: Path, error: ValueError) -> str:
    """Return what is wrong with the beginning of a file."""
    is_empty = path.is_file() and not path.stat().st_size
    return "is empty" if is_empty else f"does not begin with a JSON object ({error})"


def _first(text: str) -> dict[str, Any]:
    text = text.lstrip("\ufeff \t\r\n")
    found, _ = json.JSONDecoder().raw_decode(text.removeprefix("[").lstrip())
    if not isinstance(found, dict):
        raise BadLineError(f"but with a JSON {type(found).__name__}")
    return found


def _located(path: Path) -> Iterator[tuple[str, bytes | Any]]:
    """Yield where each object is and its bytes, or itself in a file that is one array."""
    try:
        with _opened(path) as file:
            for number, line in enumerate(file, start=1):
                text = (line.removeprefix(_BOM) if number == 1 else line).strip()
                if not text:
                    continue
                if text[:1] == b"[":
                    yield from _entries(path, text + b"\n" + file.read())
                    return
                yield f"line {number}", text
    except _FAILURES as error:
        raise _cannot_read(path, error) from error


def _entries(path: Path, data: bytes) -> Iterator[tuple[str, Any]]:
    try:
        entries = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise ConfigError(
            f"{path} begins like a JSON array and is none: {error}. Correct {OPTION}",
            option=OPTION,
        ) from error
    for number, entry in enumerate(entries, start=1):
        yield f"entry {number}", entry


def _object(found: Any) -> dict[str, Any]:
    if isinstance(found, bytes):
        try:
            found = orjson.loads(found)
        except orjson.JSONDecodeError as error:
            raise BadLineError(f"not JSON ({error})") from None
    if not isinstance(found, dict):
        raise BadLineError("not a JSON object")
    return found


def _opened(path: Path) -> BinaryIO:
    if path.suffix == ".gz":
        return gzip.open(path)  # type: ignore[return-value]  # typeshed's GzipFile is no BinaryIO
    return path.open("rb")


def _cannot_read(path: Path, error: BaseException) -> ConfigError:
    reason = getattr(error, "strerror", None) or error
    return ConfigError(f"{path} cannot be read: {reason}. Correct {OPTION}", option=OPTION)
