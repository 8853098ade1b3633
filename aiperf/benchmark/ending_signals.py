"""The signals that end a run, with what was measured kept."""

from __future__ import annotations

import signal


def ending_signals() -> list[int]:
    """Return the numbers: of Ctrl-C, of a request to end, of a terminal that goes away."""
    numbers: list[int] = [signal.SIGINT, signal.SIGTERM]
    # Windows has none, and nohup lets a run outlive its terminal.
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:
        numbers.append(hangup)
    return numbers
