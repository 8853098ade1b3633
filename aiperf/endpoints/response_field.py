"""Where the answer is in a response: a JMESPath expression, or the places where most APIs have it.

Source: https://jmespath.org/specification.html.
"""

from __future__ import annotations

from typing import Any, Final

import jmespath
from jmespath.exceptions import JMESPathError

from aiperf.common.errors import ConfigError

_OPTION = "--extra-inputs"
_ANYWHERE = "text"
_PLACES: Final = tuple(
    map(
        jmespath.compile,
        (
            "data[?object == 'embedding'].embedding",
            "embeddings",
            "embedding",
            "rankings",
            "results",
            "text",
            "content",
            "response",
            "output",
            "result",
            "generated_text",
            "choices[0].text",
            "choices[0].message.content",
            "choices[0].delta.content",
        ),
    )
)


class ResponseField:
    """Finds an answer's content.

    Args:
        expression: JMESPath; ``None`` and ``text`` stand for wherever it is.

    Raises:
        ConfigError: it is no such expression.
    """

    def __init__(self, expression: Any) -> None:
        self.expression = None if expression in (None, _ANYWHERE) else str(expression)
        self._places = _PLACES
        if self.expression is not None:
            try:
                self._places = (jmespath.compile(self.expression),)
            except JMESPathError as error:
                reason = " ".join(str(error).split())
                raise ConfigError(
                    f"{_OPTION} response_field: {self.expression!r} is no JMESPath expression: "
                    f"{reason}. Write it like choices[0].text",
                    option=_OPTION,
                ) from error

    def find(self, response: Any) -> str | None:
        """Return the text in ``response``, ``""`` for content that is no text, ``None`` for none.

        Numbers, and lists with something in them, are content: scores, embeddings and the like.
        """
        for place in self._places:
            try:
                found = _content(place.search(response))
            except JMESPathError:  # a function was called with what it does not take
                found = None
            if found is not None:
                return found
        return None


def _content(value: Any) -> str | None:
    if isinstance(value, str):
        return value or None
    if isinstance(value, list) and value:
        if all(isinstance(each, str) for each in value):
            return "".join(value) or None
        return None if any(each is None or each in ("", [], {}) for each in value) else ""
    return "" if isinstance(value, int | float) and not isinstance(value, bool) else None
