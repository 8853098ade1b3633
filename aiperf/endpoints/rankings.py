"""What the formats for rankings share: a query, passages, and a score for each of them."""

from __future__ import annotations

from array import array
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from aiperf.common.errors import ConfigError, EmptyResponseError
from aiperf.common.models import ParsedResponse
from aiperf.endpoints.addressing import json_headers, url_path
from aiperf.endpoints.json_body import WRONG_SHAPE, load_json, refuse_error, wrong_shape
from aiperf.endpoints.media import refuse_media
from aiperf.endpoints.response_error import error_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aiperf.common.models import ModelEndpoint, RawRecord, Turn, Usage


class RankingsEndpoint:
    """One format for rankings; it is never streamed and yields no output tokens.

    A subclass gives the path, the request's body and where the scores are in a response.
    """

    default_path: ClassVar[str]

    def __init__(self, *, model_endpoint: ModelEndpoint) -> None:
        self._model = model_endpoint

    @property
    def path(self) -> str:
        """The URL path that requests go to."""
        return url_path(self._model, self.default_path)

    @property
    def headers(self) -> Mapping[str, str]:
        """The content type sent, and the one that is wanted back."""
        return json_headers()

    def format_payload(self, turns: Sequence[Turn]) -> dict[str, Any]:
        """Return the request body: the query and the passages of the last turn.

        Raises:
            ConfigError: The turn has no query or no passage, or what this format has no place for.
        """
        turn = turns[-1]
        refuse_media((turn,), "rankings")
        if turn.system:
            raise ConfigError(
                "requests for rankings have no system message; leave --system-prompt out",
                option="--system-prompt",
            )
        if turn.query is None or not turn.texts:
            missing = "query" if turn.query is None else "passage"
            raise ConfigError(
                f"requests for rankings need a query and passages, and the dataset's prompt has no "
                f"{missing}; choose a --dataset-type that has both, or add a text called "
                f"{'query' if turn.query is None else 'passages'} to each line of --input-file",
                option="--dataset-type",
            )
        payload = self.build_payload(self._model.model, turn.query, list(turn.texts))
        payload.update(self._model.extra_inputs)
        return payload

    def parse_response(self, record: RawRecord) -> ParsedResponse:
        """Return the usage; the content came when the last of the body did.

        A response without a score is an error. An error that the transport found stays.
        """
        parsed = ParsedResponse()
        parsed.error = error_of(record, partial(self._read, record, parsed))
        return parsed

    def build_payload(self, model: str, query: str, passages: list[str]) -> dict[str, Any]:
        """Return the request's body, without what a person adds."""
        raise NotImplementedError

    def scores_of(self, response: Any) -> Iterable[tuple[Any, Any]]:
        """Return each ranked passage's index and score; wrong ones are found out by the caller.

        May raise any of :data:`~aiperf.endpoints.json_body.WRONG_SHAPE`.
        """
        raise NotImplementedError

    def usage_of(self, response: Any) -> Usage | None:
        """Return the server's token counts, ``None`` where the format has none; as above."""
        raise NotImplementedError

    def _read(self, record: RawRecord, parsed: ParsedResponse) -> None:
        body = b"".join(record.parts)
        count = 0
        if body.strip():
            response = load_json(body)
            if isinstance(response, dict):
                refuse_error(response, body)
            try:
                for index, score in self.scores_of(response):
                    _check(index, score)
                    count += 1
                parsed.usage = self.usage_of(response)
            except WRONG_SHAPE as error:
                raise wrong_shape("a ranking of passages", body) from error
        if not count:
            raise EmptyResponseError("the response ranks no passage; look into the server's log")
        parsed.content_ns = array("q", record.part_ns[-1:])


def _check(index: Any, score: Any) -> None:
    if type(index) is not int or index < 0 or type(score) not in (int, float):
        msg = f"not a passage's index and score: {index!r}, {score!r}"
        raise TypeError(msg)
