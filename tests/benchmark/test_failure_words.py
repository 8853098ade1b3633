"""What a run that failed says for itself."""

from __future__ import annotations

import pytest

from aiperf.benchmark.failure_words import failures_in_words
from aiperf.benchmark.runner import Outcome
from aiperf.common.models import ErrorCount, ErrorDetails
from aiperf.testing import samples


def said_of(kind):
    """Return the line on a run whose requests all ended with an error of this type."""
    errors = (ErrorCount(ErrorDetails(kind, "no"), 2),)
    result = samples.result(errors=errors)
    (line,) = failures_in_words(Outcome(result, (), (), None, has_results=False, last_error=None))
    return line


@pytest.mark.parametrize("name", ["https_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_a_proxy_that_was_not_used_is_named_where_nothing_connects(name, monkeypatch):
    """It would explain why other programs reach the server; of other errors it explains none."""
    for each in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(each, raising=False)
        monkeypatch.delenv(each.upper(), raising=False)
    assert said_of("DNSError") == "No request succeeded; 2 ended with DNSError: no"
    monkeypatch.setenv(name, "http://proxy:3128")
    assert said_of("DNSError").endswith(
        f"no. The proxy in {name} is not used: that takes --transport httpx --proxy URL"
    )
    assert said_of("HTTPStatusError").endswith(": no")
