"""Token counts as servers give them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.common.models import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping


def usage_of(value: Mapping[str, Any] | None) -> Usage | None:
    """Return the token counts of an OpenAI ``usage`` object, ``None`` without one.

    Raises:
        AttributeError: As ``TypeError``, it says that ``value`` is no such object.
        TypeError: As above.
    """
    if not value:
        return None
    details = value.get("completion_tokens_details") or {}
    return Usage(
        input_tokens=count_of(value.get("prompt_tokens")),
        output_tokens=count_of(value.get("completion_tokens")),
        reasoning_tokens=count_of(details.get("reasoning_tokens")),
    )


def count_of(value: Any) -> int | None:
    """Return a token count, ``None`` if there is none.

    Raises:
        TypeError: It is neither.
    """
    if value is None or (type(value) is int and value >= 0):
        return value
    msg = f"not a token count: {value!r}"
    raise TypeError(msg)
