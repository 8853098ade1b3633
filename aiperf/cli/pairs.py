"""Options that take ``NAME:VALUE``, or a JSON object, any number of times."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from collections.abc import Sequence


def pairs(option: str, texts: Sequence[str], *, parse_values: bool) -> dict[str, Any]:
    """Return ``NAME:VALUE`` texts and JSON objects as one mapping, later ones winning."""
    found: dict[str, Any] = {}
    example = "temperature:0.7" if parse_values else "X-Tenant:acme"
    for text in texts:
        if text.lstrip().startswith("{"):
            found.update(_json_object(option, text))
            continue
        name, colon, value = text.partition(":")
        if not colon or not name.strip():
            raise click.BadParameter(
                f"{text!r} is not NAME:VALUE, such as {example}.", param_hint=f"'{option}'"
            )
        found[name.strip()] = _value(value.strip()) if parse_values else value.strip()
    return found


def _json_object(option: str, text: str) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = _from_json(text)
    except ValueError as error:
        raise click.BadParameter(
            f"{text!r} is not JSON: {error}", param_hint=f"'{option}'"
        ) from None
    return loaded


def header_text(value: Any) -> str:
    """Return a header's value, which a JSON object may have given as something else.

    Raises:
        click.BadParameter: it did.
    """
    if not isinstance(value, str):
        raise click.BadParameter(
            "the values of a JSON object of headers must be strings.", param_hint="'--header'"
        )
    return value


def _value(text: str) -> Any:
    """Return ``text`` as the JSON value that it is, or as it stands."""
    try:
        return _from_json(text)
    except ValueError:
        return text


def _from_json(text: str) -> Any:
    """Decode JSON, and not the ``NaN`` and ``Infinity`` that Python takes for it."""
    return json.loads(text, parse_constant=_refuse)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON value")
