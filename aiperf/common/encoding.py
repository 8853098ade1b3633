"""JSON for artifacts: orjson, and the standard library for what orjson refuses."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from aiperf.common.errors import ExportError

if TYPE_CHECKING:
    from pathlib import Path

_LINE = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE


def to_json(value: Any, path: Path, *, indent: bool = False) -> bytes:
    """Return ``value`` as JSON that ends with a newline; without ``indent`` it is one line.

    orjson refuses integers of more than 64 bits and text that is not valid Unicode (undecodable
    bytes of a command line or of a server's message); the standard library escapes such text.

    Raises:
        ExportError: ``value`` has no JSON form; ``path`` is the file that it was meant for.
    """
    try:
        return orjson.dumps(value, _plain, _LINE | orjson.OPT_INDENT_2 if indent else _LINE)
    except orjson.JSONEncodeError as refused:
        try:
            text = json.dumps(value, indent=2 if indent else None, allow_nan=False, default=_plain)
        except (TypeError, ValueError) as error:
            msg = (
                f"cannot write {path}: {refused}. Values from "
                "plugins and from the command line must be text, numbers, lists or mappings"
            )
            raise ExportError(msg, path=path) from error
        return text.encode() + b"\n"


def _plain(value: Any) -> Any:
    """Return the JSON form of a mapping that is no dict and of a path."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    msg = f"{type(value).__module__}.{type(value).__qualname__} has no JSON form"
    raise TypeError(msg)
