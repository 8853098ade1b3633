"""JSON for programs, whatever a plugin puts into its names and metadata."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import click


def echo_json(document: Any) -> None:
    """Print ``document`` as JSON; what JSON has no word for becomes a string."""
    click.echo(json.dumps(plain(document), indent=2))


def plain(value: Any) -> Any:
    """Return ``value`` in what JSON has: its mappings, sequences, strings, numbers and null."""
    result: Any
    match value:
        case None | bool() | int() | str():
            result = value
        case float() if math.isfinite(value):
            result = value
        case Mapping():
            result = {_text(key): plain(each) for key, each in value.items()}
        case list() | tuple():
            result = [plain(each) for each in value]
        case set() | frozenset():
            result = sorted((plain(each) for each in value), key=str)
        case _:
            result = _text(value)
    return result


def _text(value: object) -> str:
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001 - a plugin's object may fail at that
        return f"<{type(value).__name__} whose str() raised {type(error).__name__}>"
