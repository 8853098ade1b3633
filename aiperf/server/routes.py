"""What answers the requests on one path, and how it says that it cannot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiperf.server.error_shapes import OPENAI_ERRORS, ErrorShape
from aiperf.server.reply import Reply

Answer = Callable[[Mapping[str, Any], int], Reply]
"""Gives the response to the fields of a request and its number; may raise ``BadRequestError``."""


@dataclass(frozen=True, slots=True)
class Route:
    """One path's ``POST``."""

    answer: Answer
    errors: ErrorShape = OPENAI_ERRORS
