"""What a response says, put together from a whole body or from the events of a stream."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, ClassVar

from aiperf.common.models import ParsedResponse
from aiperf.endpoints.json_body import load_object

if TYPE_CHECKING:
    from aiperf.common.models import ErrorDetails, Usage


class Content:
    """Collects the pieces of one response; a subclass knows a format's JSON.

    Both methods that it has to give take a JSON object and the time at which it was complete. They
    may raise any of :data:`~aiperf.endpoints.json_body.WRONG_SHAPE` where something in it is not
    as it should be, and ``ServerReportedError``.
    """

    __slots__ = (
        "content_ns",
        "finish_reason",
        "is_over",
        "reasoning",
        "reasoning_chunks",
        "text",
        "tool_calls",
        "usage",
    )

    whole_name: ClassVar[str]
    """What a whole response is, as in "the server sent JSON that is not …"."""
    event_name: ClassVar[str]
    """What an event is, as above."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.reasoning: list[str] = []
        self.tool_calls: list[str] = []
        self.content_ns = array("q")
        self.reasoning_chunks = 0
        """How many chunks there were while nothing but reasoning had come."""
        self.usage: Usage | None = None
        self.finish_reason: str | None = None
        """Why the model stopped, ``None`` until it said so."""
        self.is_over = False
        """Whether an event said that it was the last."""

    def nothing(self) -> str:
        """Return what to say of a response without any content, and what to do."""
        return (
            "the response has no content: no text, reasoning, refusal or tool call; look into "
            "the server's log, and check that the limit of output tokens leaves room for some"
        )

    def load(self, body: bytes) -> dict[str, Any]:
        """Return a whole body as a JSON object; for a format that has others, too."""
        return load_object(body)

    def add_whole(self, response: dict[str, Any], ns: int) -> None:
        """Add a response that came as a whole."""
        raise NotImplementedError

    def add_event(self, event: dict[str, Any], ns: int) -> None:
        """Add one event of a stream."""
        raise NotImplementedError

    def has_come(self, ns: int) -> None:
        """Note that content came at ``ns``, which may have been reasoning."""
        self.content_ns.append(ns)
        if not (self.text or self.tool_calls):
            self.reasoning_chunks = len(self.content_ns)

    def parsed(self, error: ErrorDetails | None = None) -> ParsedResponse:
        """Return what has been added so far, and the error that ended it."""
        return ParsedResponse(  # by position, at half the cost of names
            "".join(self.text),
            "".join(self.reasoning),
            "".join(self.tool_calls),
            self.content_ns,
            self.usage,
            self.finish_reason,
            error,
            self.reasoning_chunks,
        )


def text_of(value: Any) -> str:
    """Return a text that may be missing, or be a list of parts of which some are text.

    Raises:
        AttributeError: As ``TypeError``, it says that ``value`` is neither.
        TypeError: As above.
    """
    if type(value) is str:
        return value
    if not value:
        return ""
    if type(value) is list:
        return "".join([text_of(part.get("text")) for part in value])
    msg = f"not a text: {value!r}"
    raise TypeError(msg)
