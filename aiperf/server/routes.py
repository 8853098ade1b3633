"""What answers the requests on one path, and how it says that it cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiperf.server import request
from aiperf.server.error_shapes import OPENAI_ERRORS, ErrorShape
from aiperf.server.reply import Reply

Answer = Callable[[Mapping[str, Any], int], Reply]
"""Gives the response to the fields of a request and its number; may raise ``BadRequestError``."""

Parse = Callable[[bytes, Iterable[tuple[bytes, bytes]]], Mapping[str, Any]]
"""Gives the fields of a request's body, for which its headers may matter; raises as well."""


@dataclass(frozen=True, slots=True)
class Route:
    """One path's ``POST``."""

    answer: Answer
    errors: ErrorShape = OPENAI_ERRORS
    parse: Parse = request.parse
