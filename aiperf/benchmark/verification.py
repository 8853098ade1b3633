"""Measures the measuring: runs against the embedded server, beside the server's own log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aiperf.benchmark.ground_truth import Truth, compare
from aiperf.benchmark.session import run_session
from aiperf.common.config import (
    BenchmarkConfig,
    ComponentTypes,
    DatasetConfig,
    LoadConfig,
    OutputConfig,
    TransportConfig,
)
from aiperf.server.settings import ServerSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

MEDIAN_MS = 0.2
P99_MS = 2.0
BUSY_SHARE = 0.7
"""What an error may be while the client uses less than this share of a core."""

JUDGED = ("time_to_first_token", "inter_token_latency")
"""The quantities whose errors decide."""

_TOKENS = 16
_TTFT_MS = 10.0
_LEAST_ITL_MS = 2.0
_CHUNKS_PER_MS = 8.0
"""How many tokens all requests together may get in a millisecond, so that the server keeps up."""
_LEAST_REQUESTS = 100
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Spread:
    """The distribution of one quantity's error, in milliseconds; the size counts, not the sign."""

    quantity: str
    count: int
    median: float
    p99: float
    max: float

    @property
    def is_small(self) -> bool:
        """Whether it is within what is promised."""
        return self.median < MEDIAN_MS and self.p99 < P99_MS


@dataclass(frozen=True, slots=True)
class Verified:
    """One run beside the server's log.

    ``failures`` are sentences; there are none where all is well. ``is_judged`` is whether the
    client was idle enough for the errors to be promised.
    """

    concurrency: int
    requests: int
    chunks: int
    cpu_share: float
    spreads: tuple[Spread, ...]
    failures: tuple[str, ...]
    is_judged: bool


def verify(concurrencies: Sequence[int], directory: Path, seed: int) -> Iterator[Verified]:
    """Run once at each concurrency and yield what was found; the artifacts are in ``directory``.

    Raises:
        AIPerfError: A run cannot be made.
    """
    for concurrency in concurrencies:
        place = directory / f"concurrency{concurrency}"
        log = directory / f"truth{concurrency}.jsonl"
        directory.mkdir(parents=True, exist_ok=True)
        requests = max(_LEAST_REQUESTS, _ROUNDS * concurrency)
        outcome = run_session(
            BenchmarkConfig(
                model="mock-model",
                transport=TransportConfig(url=""),
                dataset=DatasetConfig(
                    entries=16,
                    input_tokens_mean=64,
                    output_tokens_mean=_TOKENS,
                    random_seed=seed,
                ),
                load=LoadConfig(
                    concurrency=concurrency,
                    request_count=requests,
                    warmup_request_count=concurrency,  # opens the connections
                ),
                output=OutputConfig(place, show="nothing"),
                types=ComponentTypes(ui="none", exporters=("json", "jsonl")),
                streaming=True,
                command=("aiperf", "verify"),
            ),
            ServerSettings(
                ttft=_TTFT_MS,
                itl=max(_LEAST_ITL_MS, concurrency / _CHUNKS_PER_MS),
                jitter=0.1,
                seed=seed,
                log=log,
            ),
        )
        truth = compare(place / "profile_export.jsonl", log, warmup=concurrency)
        share = outcome.result.client_health["cpu_share"]
        yield judge(truth, concurrency=concurrency, requests=requests, cpu_share=share)


def judge(truth: Truth, *, concurrency: int, requests: int, cpu_share: float) -> Verified:
    """Return what one run showed; ``requests`` is how many there should have been."""
    spreads = tuple(_spread(name, values) for name, values in truth.errors_ms.items())
    is_judged = cpu_share < BUSY_SHARE
    failures = list(truth.problems)
    if truth.requests != requests:
        failures.append(f"{requests} requests were sent, and {truth.requests} can be compared")
    failures += [
        f"the error of {each.quantity} is {each.median:.3f} ms at the median and {each.p99:.3f} ms "
        f"at p99; it should be under {MEDIAN_MS} and {P99_MS:g} ms"
        for each in spreads
        if is_judged and each.quantity in JUDGED and not each.is_small
    ]
    return Verified(
        concurrency=concurrency,
        requests=truth.requests,
        chunks=truth.chunks,
        cpu_share=cpu_share,
        spreads=spreads,
        failures=tuple(failures),
        is_judged=is_judged,
    )


def _spread(quantity: str, errors_ms: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Spread:
    sizes = np.abs(errors_ms)
    median, p99 = np.percentile(sizes, (50, 99)).tolist()
    return Spread(quantity, len(sizes), median, p99, float(sizes.max()))
