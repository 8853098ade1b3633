"""Measures the measuring: runs against the embedded server, beside the server's own log."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from aiperf.benchmark.ground_truth import Truth, compare
from aiperf.benchmark.session import run_session
from aiperf.benchmark.transport_choice import is_for_grpc
from aiperf.common.config import (
    BenchmarkConfig,
    ComponentTypes,
    DatasetConfig,
    LoadConfig,
    OutputConfig,
    TransportConfig,
)
from aiperf.plugins.errors import AIPerfError
from aiperf.server.settings import ServerSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

BUSY_SHARE = 0.7
"""While the client uses less than this share of a core, errors are to be small."""

RATE_ERROR = 0.001
LAG_P99_MS = 2.0
"""How far the rate of requests may be from the one asked for, and how late a request may start."""

JUDGED = ("time_to_first_token", "inter_token_latency")
"""The quantities whose errors decide."""

_TOKENS = 16
_TTFT_MS = 10.0
_LEAST_ITL_MS = 2.0
_LEAST_REQUESTS = 100
_ROUNDS = 6
_RAMP_S = 0.5
_RATE_S = 5.0


class VerificationStopped(AIPerfError):  # noqa: N818 - nothing went wrong
    """A run was ended by the signal ``number``: there is nothing more to compare."""

    number: int = 0


@dataclass(frozen=True, slots=True)
class Protocol:
    """What requests are sent over, and what can be expected of it.

    ``chunks_per_ms`` is how many tokens all requests together may get in a millisecond, so that
    the embedded server keeps up; ``median_ms`` and ``p99_ms`` are what an error may be.
    """

    endpoint: str
    chunks_per_ms: float
    median_ms: float
    p99_ms: float

    def has_small(self, error: Spread) -> bool:
        """Return whether an error is within what is promised."""
        return error.median < self.median_ms and error.p99 < self.p99_ms


HTTP = Protocol("chat", chunks_per_ms=8.0, median_ms=0.2, p99_ms=2.0)
GRPC = Protocol("kserve_v2_infer", chunks_per_ms=2.0, median_ms=1.0, p99_ms=4.0)
"""grpcio takes a message through two threads of its own and the event loop, on either side."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The distribution of one quantity's error, in milliseconds; the size counts, not the sign."""

    quantity: str
    count: int
    median: float
    p99: float
    max: float


@dataclass(frozen=True, slots=True)
class Verified:
    """One run beside the server's log.

    ``load`` says what was asked for. ``delivered_rate`` is in requests a second, ``None`` in a
    closed loop. ``failures`` are sentences; there are none where all is well. ``is_judged`` is
    whether the client was idle enough for the errors to be promised.
    """

    load: str
    requests: int
    chunks: int
    cpu_share: float
    delivered_rate: float | None
    spreads: tuple[Spread, ...]
    failures: tuple[str, ...]
    is_judged: bool


def verify(
    concurrencies: Sequence[int],
    rates: Sequence[float],
    directory: Path,
    seed: int,
    transport: str = "http",
) -> Iterator[Verified]:
    """Run once at each concurrency and rate, over ``transport``, and yield what was found.

    The runs' artifacts and the server's logs are in ``directory``.

    Raises:
        VerificationStopped: A run was ended by a signal.
        AIPerfError: A run cannot be made.
    """
    protocol = GRPC if is_for_grpc(transport) else HTTP
    types = ComponentTypes(endpoint=protocol.endpoint, transport=transport)
    for concurrency in concurrencies:
        load = LoadConfig(
            concurrency=concurrency,
            request_count=max(_LEAST_REQUESTS, _ROUNDS * concurrency),
            # Opens the connections, so that no request has to wait for one; then requests begin
            # one after the other, so that none waits for the server to read all the others.
            warmup_request_count=concurrency,
            concurrency_ramp_duration=_RAMP_S if concurrency > 1 else None,
        )
        itl = max(_LEAST_ITL_MS, concurrency / protocol.chunks_per_ms)
        place = directory / f"concurrency-{concurrency}"
        truth, cpu_share = _run(load, itl, place, seed, types)
        yield judge(truth, f"{concurrency} concurrent", load, cpu_share, protocol)
    for rate in rates:
        load = LoadConfig(
            request_rate=rate, request_count=max(2, round(rate * _RATE_S)), random_seed=seed
        )
        place = directory / f"rate-{rate:g}"
        truth, cpu_share = _run(load, _LEAST_ITL_MS, place, seed, types)
        yield judge(truth, f"{rate:g} requests/s", load, cpu_share, protocol)


def _run(
    load: LoadConfig, itl: float, place: Path, seed: int, types: ComponentTypes
) -> tuple[Truth, float]:
    """Run ``load`` against an embedded server of its own.

    Returns what both sides say, and which share of a core the client used.
    """
    place.mkdir(parents=True, exist_ok=True)
    log = place / "truth.jsonl"
    outcome = run_session(
        BenchmarkConfig(
            model="mock-model",
            transport=TransportConfig(url=""),
            dataset=DatasetConfig(
                entries=16, input_tokens_mean=64, output_tokens_mean=_TOKENS, random_seed=seed
            ),
            load=load,
            output=OutputConfig(place, show="nothing"),
            types=replace(
                types,
                ui="none",
                exporters=("json", "jsonl"),
                arrival="concurrency" if load.request_rate is None else "constant",
            ),
            streaming=True,
            command=("aiperf", "verify"),
        ),
        ServerSettings(ttft=_TTFT_MS, itl=itl, jitter=0.1, seed=seed, log=log),
    )
    if outcome.stopped_by is not None:
        raise VerificationStopped(
            f"stopped by signal {outcome.stopped_by} before all runs had ended",
            number=outcome.stopped_by,
        )
    truth = compare(place / "profile_export.jsonl", log, warmup=load.warmup_request_count)
    return truth, outcome.result.client_health["cpu_share"]


def judge(
    truth: Truth, name: str, load: LoadConfig, cpu_share: float, protocol: Protocol = HTTP
) -> Verified:
    """Return what one run of ``load``, called ``name``, showed."""
    spreads = tuple(_spread(quantity, errors) for quantity, errors in truth.errors_ms.items())
    is_judged = cpu_share < BUSY_SHARE
    failures = list(truth.problems)
    if truth.requests != load.request_count:
        failures.append(
            f"{load.request_count} requests were to be sent, and {truth.requests} can be compared"
        )
    if is_judged:
        failures += [
            f"the error of {each.quantity} is {each.median:.3f} ms at the median and "
            f"{each.p99:.3f} ms at p99; it should be under {protocol.median_ms:g} and "
            f"{protocol.p99_ms:g} ms"
            for each in spreads
            if each.quantity in JUDGED and not protocol.has_small(each)
        ]
        failures += _late(truth, load)
    return Verified(
        load=name,
        requests=truth.requests,
        chunks=truth.chunks,
        cpu_share=cpu_share,
        delivered_rate=None if load.request_rate is None else truth.rate,
        spreads=spreads,
        failures=tuple(failures),
        is_judged=is_judged,
    )


def _late(truth: Truth, load: LoadConfig) -> Iterator[str]:
    """Yield how a run of a constant rate did not keep to it."""
    rate, lags = load.request_rate, truth.lags_ms
    if rate is None:
        return
    if abs(truth.rate / rate - 1) > RATE_ERROR:
        yield (f"{truth.rate:.2f} requests/s were sent; it should be {rate:g} ± {RATE_ERROR:.1%}")
    p99 = float(np.percentile(lags, 99)) if len(lags) else 0.0
    if p99 > LAG_P99_MS:
        yield f"requests started {p99:.3f} ms late at p99; it should be under {LAG_P99_MS:g} ms"


def _spread(quantity: str, errors_ms: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Spread:
    sizes = np.abs(errors_ms)
    median, p99 = np.percentile(sizes, (50, 99)).tolist()
    return Spread(quantity, len(sizes), median, p99, float(sizes.max()))
