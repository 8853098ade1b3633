"""Counts the tokens of each request, or takes the counts of the server."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from aiperf.benchmark.input_tokens import counted_tokens, input_tokens
from aiperf.benchmark.part_errors import part_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.common.models import ParsedResponse, RequestRecord, Turn
    from aiperf.common.protocols import TokenizerProtocol

_PROMPTS = 1 << 15
"""The counts of so many prompts are kept; a dataset goes round, and turns come again as history."""

_ANSWERS = 1 << 11
"""The counts of so many answers are kept, and with each its text, which nobody else needs for long:
it comes again with the next turns of its conversation, and never after that."""


class Uncounted(NamedTuple):
    """A request with all turns of its conversation; ``None`` is nothing to count."""

    record: RequestRecord
    parsed: ParsedResponse | None
    turns: Sequence[Turn]

    @property
    def characters(self) -> int:
        """How long the response is."""
        return 0 if self.parsed is None else sum(map(len, _texts(self.parsed)))


class TokenCounting:
    """Puts token counts into the records of requests that succeeded.

    Args:
        tokenizer: counts, unless ``use_server_token_count``; not any more once it failed.
        use_server_token_count: whether the server's counts stand for the tokenizer's.
        warnings: gets a line for what could not be counted, once.
    """

    def __init__(
        self, tokenizer: TokenizerProtocol, *, use_server_token_count: bool, warnings: list[str]
    ) -> None:
        self._tokenizer: TokenizerProtocol | None = tokenizer
        self._prompt_tokens = lru_cache(_PROMPTS)(tokenizer.count)
        self._answer_tokens = lru_cache(_ANSWERS)(tokenizer.count)
        self._takes_servers = use_server_token_count
        self._known: dict[str, int] = {}
        self._missed_usage = False
        self._warnings = warnings

    @property
    def can_count_beside(self) -> bool:
        """Whether counting leaves the interpreter to others, and is worth it."""
        return not self._takes_servers and callable(getattr(self._tokenizer, "count_all", None))

    def count_several(self, batch: Sequence[Uncounted]) -> None:
        """Fill in the counts of several requests, whose responses are counted at one go."""
        count_all = getattr(self._tokenizer, "count_all", None)
        if count_all is not None:
            texts = [text for each in batch if each.parsed for text in _texts(each.parsed) if text]
            try:
                self._known = dict(zip(texts, count_all(texts), strict=True))
            except (Exception, SystemExit):  # noqa: BLE001 - what fails again by itself is told
                self._known = {}
        for record, parsed, turns in batch:
            if parsed is not None:
                self.count(record, parsed, turns)
        self._known = {}

    def count(self, record: RequestRecord, parsed: ParsedResponse, turns: Sequence[Turn]) -> None:
        """Fill in the counts of a request: its last turn is that of ``record.turn_index``."""
        record.usage = parsed.usage
        record.max_tokens = turns[record.turn_index].max_tokens
        if self._takes_servers:
            self._take(record)
        else:
            self._count_input(record, turns)
            self._count_output(record, parsed)

    def _take(self, record: RequestRecord) -> None:
        """Take the counts that the server gave; say once that it did not."""
        usage = record.usage
        if usage is None:
            if not self._missed_usage:
                self._missed_usage = True
                self._warnings.append(
                    f"The server sent no usage, first with request {record.session_num}: such a "
                    "request has no token counts. Leave --use-server-token-count out, or make the "
                    "server report usage."
                )
            return
        record.input_tokens = usage.input_tokens
        record.reasoning_tokens = usage.reasoning_tokens
        record.output_tokens = usage.output_tokens
        reasoning = usage.reasoning_tokens or 0
        # Some servers count reasoning apart from the output, others as a part of it.
        if usage.output_tokens is not None and usage.output_tokens >= reasoning:
            record.output_tokens = usage.output_tokens - reasoning

    def _count_input(self, record: RequestRecord, turns: Sequence[Turn]) -> None:
        """Count what the dataset has not counted; see :meth:`_count_output`."""
        if not record.turn_index:
            record.input_tokens = turns[0].input_tokens
            if record.input_tokens is not None:
                return
        turns = turns[: record.turn_index + 1]
        tokenizer = self._tokenizer
        if tokenizer is None:
            record.input_tokens = counted_tokens(turns)
            return
        try:
            record.input_tokens = input_tokens(turns, self._prompt_tokens, self._answer_tokens)
        except (Exception, SystemExit) as failure:  # noqa: BLE001 - a plugin's; the run goes on
            self._tokenizer = None
            self._warnings.append(
                f"{part_error(tokenizer, 'count the tokens of a prompt', failure)}. From request "
                f"{record.session_num} on, no tokens were counted"
            )

    def _count_output(self, record: RequestRecord, parsed: ParsedResponse) -> None:
        """Count with the tokenizer; one that raises leaves this and later records uncounted."""
        tokenizer = self._tokenizer
        if tokenizer is None:
            return
        output, reasoning = _texts(parsed)
        try:
            if output or reasoning:
                record.output_tokens = self._count(tokenizer, output) if output else 0
            if reasoning:
                record.reasoning_tokens = self._count(tokenizer, reasoning)
        except (Exception, SystemExit) as failure:  # noqa: BLE001 - a plugin's; the run goes on
            record.output_tokens = record.reasoning_tokens = None
            self._tokenizer = None
            self._warnings.append(
                f"{part_error(tokenizer, 'count the tokens of a response', failure)}. From request "
                f"{record.session_num} on, no output was counted"
            )

    def _count(self, tokenizer: TokenizerProtocol, text: str) -> int:
        return self._known[text] if text in self._known else tokenizer.count(text)


def _texts(parsed: ParsedResponse) -> tuple[str, str]:
    """Return what a response has of output, and of reasoning."""
    return parsed.text + parsed.tool_calls, parsed.reasoning
