"""Any JSON API: a template makes the request, and an expression finds the answer."""

from __future__ import annotations

import contextlib
from array import array
from typing import TYPE_CHECKING, Any

from aiperf.common.errors import (
    AIPerfError,
    ConfigError,
    EmptyResponseError,
    InvalidSSEError,
    error_details,
    excerpt_of,
)
from aiperf.common.models import ParsedResponse
from aiperf.common.sse import EventStream
from aiperf.endpoints import json_lines
from aiperf.endpoints.addressing import url_path
from aiperf.endpoints.json_body import (
    WRONG_SHAPE,
    load_json,
    refuse_error,
    reported_by_event,
    unreadable,
)
from aiperf.endpoints.payload_template import PayloadTemplate
from aiperf.endpoints.response_field import ResponseField
from aiperf.endpoints.usage import usage_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aiperf.common.models import ModelEndpoint, RawRecord, Turn

_DONE = b"[DONE]"
_SSE = "text/event-stream"
_SSE_BEGINNINGS = (b"data:", b"event:", b"id:", b"retry:", b":", b"\xef\xbb\xbf")
_OPTION = "--extra-inputs"
_STREAMED = f"{_SSE}, application/x-ndjson, application/json"


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
        error: AIPerfError | None = None
        fields: list[str] = []
        try:
            self._read(record, parsed, fields)
        except AIPerfError as exc:
            error = exc
        except Exception as exc:  # noqa: BLE001 - nothing that a server sends may end the run
            error = unreadable(exc)
        if error is None and not parsed.content_ns:
            error = self._nothing(fields)
        parsed.error = record.error or (error_details(error) if error else None)
        return parsed

    def _read(self, record: RawRecord, parsed: ParsedResponse, fields: list[str]) -> None:
        kind = record.content_type.partition(";")[0].strip().lower()
        beginning = b"".join(record.parts[:8]).lstrip()
        if kind in json_lines.TYPES:
            self._add(json_lines.json_lines(record.parts, record.part_ns), parsed, fields)
        elif kind == _SSE or (not kind.endswith("json") and beginning.startswith(_SSE_BEGINNINGS)):
            self._read_events(record, parsed, fields)
        else:
            body = b"".join(record.parts)
            if body.strip():
                self._add([(record.part_ns[-1], body)], parsed, fields)

    def _read_events(self, record: RawRecord, parsed: ParsedResponse, fields: list[str]) -> None:
        stream = EventStream(record.parts, record.part_ns)
        self._add(stream, parsed, fields)
        if stream.error is not None:
            raise reported_by_event(stream.error)
        if stream.incomplete and stream.incomplete.strip() != b"data: [DONE]":
            excerpt = excerpt_of(stream.incomplete)
            raise InvalidSSEError(
                f"the stream ended in the middle of an event: {excerpt}; look into the server's "
                "log",
                excerpt=excerpt,
            )

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
                if not data or data == _DONE:
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
