"""What a person asked a benchmark to do: one frozen value for each part that reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from aiperf.common.dataset_config import (
    DatasetConfig as DatasetConfig,  # noqa: PLC0414, TC001 - exported: one module has all
)
from aiperf.common.share import WHOLE, Share

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class TransportConfig:
    """Where requests go and how long they may take.

    ``url`` is ``http://host[:port][/prefix]``, ``https://…`` or ``unix:///path``; requests go to it
    and to ``other_urls`` in turn. All timeouts, and ``dns_ttl``, for how long the addresses of a
    name are used, are seconds; ``None`` means no limit. ``verify`` is ``False`` to accept any
    certificate, and ``ca_file`` a PEM bundle to trust, not the system's. ``api_key_header`` is
    the header that the key goes into, as the endpoint's metadata says: after ``Bearer`` in
    ``Authorization``, as it is in any other. With ``trace``, each record has a
    :class:`~aiperf.common.request_trace.RequestTrace`, if the transport can.
    """

    url: str
    connect_timeout: float | None = 10.0
    request_timeout: float | None = 600.0
    idle_timeout: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    api_key: str | None = field(default=None, repr=False)
    api_key_header: str = "Authorization"
    verify: bool = True
    ca_file: str | None = None
    other_urls: tuple[str, ...] = ()
    url_strategy: Literal["round-robin"] = "round-robin"
    connection_reuse: Literal["pooled", "never", "sticky-user-sessions"] = "pooled"
    first_byte_timeout: float | None = None
    max_response_bytes: int | None = 64 * 1024 * 1024
    dns_ttl: float | None = None
    proxy: str | None = None
    trace: bool = False


@dataclass(frozen=True, slots=True)
class TokenizerConfig:
    """What the tokenizer is to load: a model's or an encoding's name, or a path.

    ``revision`` is a branch, tag or commit; ``None`` is the newest. ``trust_remote_code`` lets code
    run that comes with the tokenizer.
    """

    name: str | None = None
    revision: str | None = None
    trust_remote_code: bool = False


@dataclass(frozen=True, slots=True)
class LoadConfig:
    """How much load and for how long; durations are seconds, rates are requests a second.

    The run ends at ``request_count`` requests, after ``session_count`` conversations or after
    ``benchmark_duration``, whichever comes first; requests in flight at the end of the duration
    get ``grace_period`` more.

    ``concurrency`` is that of a closed loop. ``concurrency_limit`` is how many conversations may
    be under way in an open loop (``None``: no limit). ``arrival_smoothness`` is the shape of the
    gamma distribution. A ramp takes the concurrency from 1, or the rate from 0, to what it is to
    be. ``timestamps_ms`` are when the conversations of a trace start, counted from the beginning
    of the phase, filled in from the dataset for an arrival that follows it.

    ``prefill_concurrency`` is how many requests may wait for their first token at a time.
    ``user_centric_rate`` is how many requests a second ``num_users`` users send together;
    ``mean_turns`` is how many turns conversations have, filled in from the dataset.

    ``request_cancellation_rate`` is the percentage of requests to cancel,
    ``request_cancellation_delay`` seconds after each was sent; ``random_seed`` says which.

    Of the warm-up, ``None`` means what the benchmark has, for ``warmup_grace_period`` no limit.
    Without a count of requests or sessions and without a duration there is no warm-up.

    ``workers_max`` is how many processes may generate the load, where several can. One of several
    places has its ``share``: of the slots of ``concurrency`` and ``concurrency_limit``, of the
    schedule, and of the order of the conversations. Counts of requests and sessions are its own.
    """

    concurrency: int = 1
    request_count: int | None = None
    benchmark_duration: float | None = None
    grace_period: float = 30.0
    warmup_request_count: int = 0
    session_count: int | None = None
    concurrency_limit: int | None = None
    concurrency_ramp_duration: float | None = None
    prefill_concurrency: int | None = None
    prefill_concurrency_ramp_duration: float | None = None
    request_rate: float | None = None
    request_rate_ramp_duration: float | None = None
    arrival_smoothness: float | None = None
    user_centric_rate: float | None = None
    num_users: int | None = None
    mean_turns: float = 1.0
    fixed_schedule_auto_offset: bool = False
    fixed_schedule_start_offset: float | None = None
    fixed_schedule_end_offset: float | None = None
    timestamps_ms: tuple[float, ...] = ()
    request_cancellation_rate: float = 0.0
    request_cancellation_delay: float = 0.0
    random_seed: int | None = None
    warmup_session_count: int | None = None
    warmup_duration: float | None = None
    warmup_grace_period: float | None = None
    warmup_concurrency: int | None = None
    warmup_concurrency_ramp_duration: float | None = None
    warmup_prefill_concurrency: int | None = None
    warmup_prefill_concurrency_ramp_duration: float | None = None
    warmup_request_rate: float | None = None
    warmup_request_rate_ramp_duration: float | None = None
    workers_max: int | None = None
    share: Share = WHOLE


@dataclass(frozen=True, slots=True)
class OutputConfig:
    """Where the artifacts go, and what of the results and of the log a person is shown.

    ``export_level`` says what is written of single requests: nothing, their metrics, or what was
    sent and received, too. ``prefix`` is the beginning of the files' names in place of their own.
    """

    artifact_dir: Path
    show: Literal["tables", "json", "nothing"] = "tables"
    verbose: bool = False
    export_level: Literal["summary", "records", "raw"] = "records"
    prefix: str | None = None

    def file(self, name: str, ending: str) -> Path:
        """Return the path of the artifact called ``name`` + ``ending``."""
        return self.artifact_dir / f"{self.prefix or name}{ending}"


@dataclass(frozen=True, slots=True)
class MetricsConfig:
    """What is computed beside the metrics of the whole run.

    ``goodput`` maps a metric's tag to the value, in its unit, that a good request does not exceed
    (or reaches, where more is better). ``slice_duration`` is in seconds; ``None``: no slices.
    ``show_trace_timing`` puts the phases of requests into a short table, too.
    """

    goodput: Mapping[str, float] = field(default_factory=dict)
    slice_duration: float | None = None
    show_trace_timing: bool = False


@dataclass(frozen=True, slots=True)
class SweepConfig:
    """How several runs follow each other, and what is computed of equal ones.

    There are ``num_profile_runs`` with the same values; the means over them have intervals that
    are to be right with the probability ``confidence_level``. The cooldowns are pauses before a
    run with the same values and before one with others, in seconds.
    """

    num_profile_runs: int = 1
    confidence_level: float = 0.95
    profile_run_cooldown: float = 0.0
    parameter_sweep_cooldown: float = 0.0


@dataclass(frozen=True, slots=True)
class ComponentTypes:
    """The class type that each factory is asked for, as plain strings; no exporters: all.

    ``warmup_arrival`` is the arrival pattern of the warm-up, ``None`` for that of the benchmark.
    """

    endpoint: str = "chat"
    transport: str = "http"
    dataset: str = "synthetic"
    arrival: str = "concurrency"
    tokenizer: str = "builtin"
    executor: str = "local"
    ui: str = "progress"
    exporters: tuple[str, ...] = ()
    warmup_arrival: str | None = None


@dataclass(frozen=True, slots=True)
class BenchmarkConfig:
    """One whole benchmark, ready to run; ``command`` is the command line that asked for it.

    ``plugins_locked`` is the lock that the implementations must be those of, if there is one.
    ``follow_timestamps`` asks for the arrival pattern ``fixed_schedule`` if the dataset has
    timestamps.
    """

    model: str
    transport: TransportConfig
    dataset: DatasetConfig
    load: LoadConfig
    output: OutputConfig
    types: ComponentTypes = field(default_factory=ComponentTypes)
    tokenizer: TokenizerConfig = field(default_factory=TokenizerConfig)
    metrics: MetricsConfig = field(default_factory=MetricsConfig)
    streaming: bool = False
    endpoint_path: str | None = None
    extra_inputs: Mapping[str, Any] = field(default_factory=dict)
    use_legacy_max_tokens: bool = False
    use_server_token_count: bool = False
    command: tuple[str, ...] = ()
    plugins_locked: Path | None = None
    follow_timestamps: bool = False
