"""The errors of requests that take too long."""

from __future__ import annotations

from aiperf.transports.http_limits import Limits


def test_the_errors_say_the_limit_and_the_server():
    """The number is in the message and, as data, in the error."""
    limits = Limits(request_timeout=600.0, idle_timeout=2.5)
    too_long, silent = limits.request_error("h:1"), limits.idle_error("h:1")
    assert (too_long.seconds, silent.seconds) == (600.0, 2.5)
    assert "h:1 within the request timeout of 600 s" in str(too_long)
    assert "h:1 for the 2.5 s of the idle timeout" in str(silent)
