"""What a KServe v2 response says, whether it came as JSON or in the messages of gRPC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.endpoints.content import Content
from aiperf.endpoints.reading import read_body, read_response

if TYPE_CHECKING:
    from aiperf.common.models import ParsedResponse, RawRecord

_GRPC = "application/grpc"


class KServeContent(Content):
    """The text of one output tensor, from one response or from several of a stream.

    Args:
        output_name: The tensor's name; where there is none, the first tensor is taken.
    """

    __slots__ = ("_output_name",)

    whole_name = event_name = "a KServe v2 inference response"

    def __init__(self, output_name: str) -> None:
        super().__init__()
        self._output_name = output_name

    def nothing(self) -> str:
        """Return what to say of a response without any text."""
        return (
            f"the response has no text: its tensor {self._output_name!r}, or else its first one, "
            "is empty; look into the server's log, and name another with --extra-inputs "
            "v2_output_name"
        )

    def add_whole(self, response: dict[str, Any], ns: int) -> None:
        """Add the text that was complete at ``ns``; numbers are taken as JSON writes them."""
        outputs = response["outputs"]
        named = [each for each in outputs if each.get("name") == self._output_name]
        for output in (named or outputs)[:1]:
            text = "".join(map(_element, _flat(output["data"])))
            if text:
                self.text.append(text)
                self.content_ns.append(ns)

    def add_event(self, event: dict[str, Any], ns: int) -> None:
        """Add one response of a stream."""
        self.add_whole(event, ns)


def read_kserve(record: RawRecord, output_name: str) -> ParsedResponse:
    """Return what ``record``'s body means: one JSON value, or messages of gRPC.

    An error that the transport found stays the error; what came before it is still parsed.
    """
    is_grpc = record.content_type.startswith(_GRPC)
    read = _read_messages if is_grpc else read_body
    return read_response(record, KServeContent(output_name), read)


def _read_messages(record: RawRecord, content: Content) -> None:
    from aiperf.common.kserve_calls import response_json  # noqa: PLC0415 - protobuf is an extra

    for part, ns in zip(record.parts, record.part_ns, strict=True):
        content.add_event(response_json(part, record.content_type), ns)


def _flat(data: Any) -> list[Any]:
    """Return the elements of a tensor, which may be nested as its shape is."""
    if not isinstance(data, list):
        msg = f"not a tensor's data: {data!r}"
        raise TypeError(msg)
    flat: list[Any] = []
    for each in data:
        flat.extend(_flat(each) if isinstance(each, list) else (each,))
    return flat


def _element(value: Any) -> str:
    """Return one element as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return repr(value)
    msg = f"not an element of a tensor: {value!r}"
    raise TypeError(msg)
