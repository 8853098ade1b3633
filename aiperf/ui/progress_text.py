"""What a moment of a run is in words and as a fraction."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiperf.common.models import Progress


def fraction_done(progress: Progress) -> float | None:
    """Return how much of the phase is done, 0 to 1; ``None`` if it has no known end.

    A phase ends at its number of requests or its duration, whichever comes first.
    """
    shares: list[float] = []
    if progress.request_count:
        shares.append(progress.completed / progress.request_count)
    if progress.duration_s:
        shares.append(progress.elapsed_s / progress.duration_s)
    return min(1.0, max(shares)) if shares else None


def in_words(progress: Progress) -> str:
    """Return the state of the phase on one line, without its name."""
    requests = f"{progress.completed:,}"
    if progress.request_count:
        requests += f"/{progress.request_count:,}"
    elapsed = f"{progress.elapsed_s:.0f} s"
    if progress.duration_s:
        elapsed += f" of {progress.duration_s:g} s"
    return (
        f"{requests} requests, {progress.errors:,} errors, "
        f"{progress.in_flight:,} in flight, {elapsed}"
    )


def live_in_words(progress: Progress) -> str:
    """Return the rate and the latencies of the latest requests, empty if there are none yet."""
    recent = progress.recent
    if recent is None:
        return ""
    words = [f"{recent.requests_per_s:,.1f} requests/s"]
    for name, (median, _, p99) in recent.latencies_ms.items():
        words.append(f"{name} {median:,.1f} ms (p99 {p99:,.1f})")
    return ", ".join(words)
