"""KServe v2 over gRPC as a transport and an endpoint see it: calls, bytes and what they mean.

The transport asks for the call that carries a request's JSON; the endpoint asks for the JSON of the
bytes that came back, and is told by their content type which message they are. So neither knows the
other, and neither knows a message.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

import orjson
from google.protobuf.message import DecodeError

from aiperf.common.errors import ConfigError, InvalidResponseError, ServerReportedError, excerpt_of
from aiperf.common.kserve_messages import PACKAGE, SERVICE, read
from aiperf.common.kserve_tensors import request_message, response_payload

UNARY: Final = f"/{SERVICE}/ModelInfer"
STREAM: Final = f"/{SERVICE}/ModelStreamInfer"
CONTENT_TYPE: Final = "application/grpc+proto"
_STREAMED: Final = "ModelStreamInferResponse"
_WHOLE: Final = "ModelInferResponse"
_PATH: Final = re.compile(r"/v2/models/([^/]+)(?:/versions/([^/]+))?/infer")


class Call(NamedTuple):
    """One call, rendered: ``method`` is its path and ``request`` its message."""

    method: str
    request: bytes
    is_streamed: bool
    content_type: str
    """Says which message each part of the response is."""


def call_of(path: str, body: bytes, *, streaming: bool) -> Call:
    """Return the call that carries a request's JSON to the model that ``path`` names.

    Raises:
        ConfigError: That is no KServe v2 inference, or has what gRPC has no place for.
    """
    match = _PATH.fullmatch(path)
    if match is None:
        raise ConfigError(
            f"gRPC carries KServe v2 inference alone, whose path is /v2/models/MODEL/infer, and "
            f"not {path!r}; use --endpoint-type kserve_v2_infer, or --transport http",
            option="--endpoint-type",
        )
    model, version = (unquote(each or "") for each in match.groups())
    try:
        request = request_message(model, version, orjson.loads(body)).SerializeToString()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ConfigError(
            f"the request has no form in gRPC: {type(error).__name__}: {error}; correct "
            "--extra-inputs, or use --transport http",
            option="--extra-inputs",
        ) from error
    name = _STREAMED if streaming else _WHOLE
    return Call(
        method=STREAM if streaming else UNARY,
        request=request,
        is_streamed=streaming,
        content_type=f'{CONTENT_TYPE}; messageType="{PACKAGE}.{name}"',
    )


def response_json(part: bytes, content_type: str) -> dict[str, Any]:
    """Return the JSON of one message of a response.

    Raises:
        InvalidResponseError: It is not the message that ``content_type`` says.
        ServerReportedError: It is an error in the middle of a stream.
    """
    is_streamed = _STREAMED in content_type
    try:
        response = read(_STREAMED if is_streamed else _WHOLE, part)
        if is_streamed:
            if response.error_message:
                raise _reported(response.error_message)
            response = response.infer_response
        return response_payload(response)
    except (DecodeError, ValueError) as error:
        said = " ".join(str(error).split())
        raise InvalidResponseError(
            f"the server sent what is not a {_STREAMED if is_streamed else _WHOLE}: {said}; check "
            "that --url is a KServe v2 service",
            excerpt=excerpt_of(part),
        ) from error


def _reported(said: str) -> ServerReportedError:
    return ServerReportedError(f"the server reported an error: {excerpt_of(said.encode(), 500)}")
