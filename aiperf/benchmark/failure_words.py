"""What went wrong in a run, a line for each."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiperf.benchmark.runner import Outcome
    from aiperf.common.models import ErrorDetails


_NOT_CONNECTED = frozenset({"ConnectError", "ConnectTimeout", "DNSError"})
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
"""What other programs take a proxy from; AIPerf does not, lest a benchmark measure one unawares."""


def failures_in_words(outcome: Outcome) -> list[str]:
    """Return what failed, and why there is no result if nobody stopped the run."""
    said = list(map(str, outcome.failures))
    if outcome.stopped_by is None and not outcome.has_results:
        said.append(_why_nothing(outcome))
    return said


def _why_nothing(outcome: Outcome) -> str:
    """Return one line for a run in which no request succeeded."""
    if outcome.result.errors:
        most = outcome.result.errors[0]
        return f"No request succeeded; {most.count} ended with {_in_words(most.error)}"
    if outcome.last_error is not None:
        last = _in_words(outcome.last_error)
        return f"No request was measured; the warm-up's last failure is {last}"
    return "No request was sent. Give a longer --benchmark-duration, or a --request-count."


def _in_words(error: ErrorDetails) -> str:
    code = f" {error.code}" if error.code is not None else ""
    proxy = _unused_proxy() if error.type in _NOT_CONNECTED else ""
    return f"{error.type}{code}: {error.message}{proxy}"


def _unused_proxy() -> str:
    """Return what to do if the server can be reached only through a proxy."""
    names = (each for upper in _PROXIES for each in (upper.lower(), upper) if os.environ.get(each))
    name = next(names, None)
    if name is None:
        return ""
    return f". The proxy in {name} is not used: that takes --transport httpx --proxy URL"
