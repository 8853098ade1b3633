"""Token counts as servers give them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.common.models import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping


def usage_of(value: Mapping[str, Any] | None) -> Usage | None:
    """Return the token counts of an OpenAI ``usage`` object, ``None`` without one.

    Its names are those of completions (``prompt_tokens``) or of responses (``input_tokens``).

    Raises:
        AttributeError: As ``TypeError``, it says that ``value`` is no such object.
        TypeError: As above.
    """
    if not value:
        return None
    get = value.get
    inputs = get("prompt_tokens_details") or get("input_tokens_details")
    outputs = get("completion_tokens_details") or get("output_tokens_details")
    return Usage(
        count_of(get("prompt_tokens", get("input_tokens"))),
        count_of(get("completion_tokens", get("output_tokens"))),
        count_of(outputs.get("reasoning_tokens")) if outputs else None,
        count_of(get("total_tokens")),
        count_of(inputs.get("cached_tokens")) if inputs else None,
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
