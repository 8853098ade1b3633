"""Any JSON API: a template makes the request, and an expression finds the answer."""

from __future__ import annotations

import contextlib
from array import array
from functools import partial
from typing import TYPE_CHECKING, Any

from aiperf.common.errors import ConfigError, EmptyResponseError
from aiperf.common.models import ParsedResponse
from aiperf.common.sse import EventStream
from aiperf.endpoints import json_lines
from aiperf.endpoints.addressing import url_path
from aiperf.endpoints.event_stream import (
    CONTENT_TYPE,
    DONE,
    is_event_stream,
    media_type,
    refuse_error_event,
    refuse_unfinished,
)
from aiperf.endpoints.json_body import WRONG_SHAPE, load_json, refuse_error
from aiperf.endpoints.payload_template import PayloadTemplate
from aiperf.endpoints.response_error import error_of
from aiperf.endpoints.response_field import ResponseField
from aiperf.endpoints.usage import usage_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aiperf.common.models import ModelEndpoint, RawRecord, Turn

_OPTION = "--extra-inputs"
_STREAMED = f"{CONTENT_TYPE}, application/x-ndjson, application/json"


class TemplateEndpoint:
    """Speaks what the extra inputs ``payload_template`` and ``response_field`` say.

    Other extra inputs are added to each payload. A response is one JSON value, server-sent events
    or a JSON value on each line; each of them is searched for content.
    """

    def __init__(self, *, model_endpoint: ModelEndpoint) -> None:
        self._model = model_endpoint
        extra = dict(model_endpoint.extra_inputs)
        if "payload_template" not in extra:
            raise ConfigError(
                "endpoint type template needs a template: give --extra-inputs "
                'payload_template:FILE, or --extra-inputs \'payload_template:{"text": '
                "{{ text|tojson }}}'",
                option=_OPTION,
            )
        self._template = PayloadTemplate(extra.pop("payload_template"))
        self._field = ResponseField(extra.pop("response_field", None))
        self._extra = extra

    @property
    def path(self) -> str:
        """The URL path that requests go to: what ``--custom-endpoint`` says, or the URL's own."""
        return url_path(self._model, "/")

    @property
    def headers(self) -> Mapping[str, str]:
        """The content type sent, and those that are wanted back."""
        accept = _STREAMED if self._model.streaming else "application/json"
        return {"Content-Type": "application/json", "Accept": accept}

    def format_payload(self, turns: Sequence[Turn]) -> dict[str, Any]:
        """Return the request body.

        Raises:
            ConfigError: The template does not render a JSON object from these turns.
        """
        model = self._model
        payload = self._template.render(turns, model.model, streaming=model.streaming)
        payload.update(self._extra)
        return payload

    def parse_response(self, record: RawRecord) -> ParsedResponse:
        """Return what ``record``'s body means; its content type tells whether it is a stream.

        Nothing but the connection says that a stream is over, unless it has a ``[DONE]``. An error
        that the transport found stays; what came before it is still parsed.
        """
        parsed = ParsedResponse()
        parsed.error = error_of(record, partial(self._read, record, parsed))
        return parsed

    def _read(self, record: RawRecord, parsed: ParsedResponse) -> None:
        fields: list[str] = []
        if media_type(record) in json_lines.TYPES:
            self._add(json_lines.json_lines(record.parts, record.part_ns), parsed, fields)
        elif is_event_stream(record):
            stream = EventStream(record.parts, record.part_ns)
            self._add(stream, parsed, fields)
            refuse_error_event(stream)
            refuse_unfinished(stream)
        else:
            body = b"".join(record.parts)
            if body.strip():
                self._add([(record.part_ns[-1], body)], parsed, fields)
        if not parsed.content_ns:
            raise self._nothing(fields)

    def _add(
        self, values: Iterable[tuple[int, bytes]], parsed: ParsedResponse, fields: list[str]
    ) -> None:
        """Add the content of each JSON value, with the time at which it was complete.

        ``fields`` gets the names that the first object has, for a message.
        """
        texts: list[str] = []
        times = array("q")
        try:
            for ns, data in values:
                if not data or data == DONE:
                    continue
                value = load_json(data)
                if isinstance(value, dict):
                    refuse_error(value, data)
                    if not fields:
                        fields += map(str, value)
                    with contextlib.suppress(*WRONG_SHAPE):  # an API may have a usage of its own
                        parsed.usage = usage_of(value.get("usage")) or parsed.usage
                elif self._field.expression is None and not isinstance(value, list):
                    continue
                text = self._field.find(value)
                if text is not None:
                    texts.append(text)
                    times.append(ns)
        finally:
            parsed.text = "".join(texts)
            parsed.content_ns = times

    def _nothing(self, fields: list[str]) -> EmptyResponseError:
        expression = self._field.expression
        where = "where most APIs have it" if expression is None else f"at {expression!r}"
        found = f"its fields are {', '.join(fields)}" if fields else "it has no fields"
        return EmptyResponseError(
            f"the response has no content {where}; {found[:300]}. Say with {_OPTION} "
            "response_field:PATH where it is"
        )
