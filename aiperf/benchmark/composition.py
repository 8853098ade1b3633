"""Puts the parts of a benchmark together; each comes from its factory, by its class type."""

from __future__ import annotations

import random
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from aiperf.benchmark.conversation_order import conversation_order
from aiperf.benchmark.part_errors import blamed_on
from aiperf.benchmark.settled_load import follows_trace, settled
from aiperf.benchmark.tokenizer_choice import build_tokenizer
from aiperf.benchmark.trace_window import starts_ms
from aiperf.common.errors import ConfigError
from aiperf.common.factories import (
    ArrivalFactory,
    DatasetFactory,
    EndpointFactory,
    ExporterFactory,
    PluginDiscovery,
    TransportFactory,
)
from aiperf.common.models import ModelEndpoint
from aiperf.common.warmup import warmup_load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aiperf.common.config import BenchmarkConfig, LoadConfig
    from aiperf.common.dataset_config import SamplingStrategy
    from aiperf.common.models import Conversation
    from aiperf.common.protocols import (
        ArrivalProtocol,
        EndpointProtocol,
        ExporterProtocol,
        TokenizerProtocol,
        TransportProtocol,
    )
    from aiperf.plugins.snapshot import Snapshot


_SEED_BITS = 48


@dataclass(frozen=True, slots=True)
class Parts:
    """What an executor drives in one place; see ``LoadParts``."""

    endpoint: EndpointProtocol
    transport: TransportProtocol
    arrival: ArrivalProtocol
    warmup_arrival: ArrivalProtocol
    conversations: Sequence[Conversation]
    is_trace: bool = False
    sampling_strategy: SamplingStrategy = "sequential"
    random_seed: int | None = None

    def order(self) -> Iterator[int]:
        """Yield the index of the conversation to send next, as the sampling strategy has it.

        Those of a trace come once, in its own order.
        """
        count = len(self.conversations)
        if self.is_trace:
            return iter(range(count))
        return conversation_order(count, self.sampling_strategy, self.random_seed)


class LoadBuilder:
    """Builds the parts of the load from a configuration, here or in another process.

    The configuration is pickled with a snapshot of the plugins. The other process restores them
    when it first asks for a part, so that it has the same parts or none. Without a seed to go by,
    one is drawn, which goes along, too.
    """

    def __init__(self, config: BenchmarkConfig) -> None:
        seed = config.dataset.random_seed
        self._seed = secrets.randbits(_SEED_BITS) if seed is None else seed
        self._config = config
        self._conversations: Sequence[Conversation] | None = None
        self._tokenizer: TokenizerProtocol | None = None
        self._snapshot: Snapshot | None = None
        self._is_restored = True

    def __call__(self, load: LoadConfig | None = None, /) -> Parts:
        """Return fresh parts, for the whole load or for a share of it.

        Raises:
            ResolutionDiffersError, SnapshotError: this process cannot have the plugins of the one
                that pickled the builder.
            AIPerfError: a part cannot be made.
        """
        conversations = self.conversations
        config = self._config
        types, load, seed = config.types, load or config.load, self._seed
        is_trace = follows_trace(types.arrival)
        if is_trace:
            load = replace(load, timestamps_ms=tuple(starts_ms(conversations)))
        arrival = ArrivalFactory.create_instance(
            types.arrival,
            config=load,
            rng=random.Random(seed),  # noqa: S311 - a load pattern
        )
        warmup, warmup_arrival = warmup_load(load), arrival
        if warmup is not None:
            warmup_arrival = ArrivalFactory.create_instance(
                types.warmup_arrival or ("concurrency" if is_trace else types.arrival),
                config=warmup,
                rng=random.Random(f"{seed} warmup"),  # noqa: S311 - as above
            )
        return Parts(
            endpoint=build_endpoint(config),
            transport=build_transport(config),
            arrival=arrival,
            warmup_arrival=warmup_arrival,
            conversations=conversations,
            is_trace=is_trace,
            sampling_strategy=config.dataset.sampling_strategy,
            random_seed=seed,
        )

    async def try_out(self) -> None:
        """Make the parts once, to be told what cannot work before anything is written.

        Raises:
            AIPerfError: a part cannot be made.
        """
        await self().transport.close()

    @property
    def conversations(self) -> Sequence[Conversation]:
        """The dataset, made once in each process; of a trace, what is replayed.

        Raises:
            ConfigError: it is empty.
            AIPerfError: it cannot be made.
        """
        self._restore()
        if self._conversations is None:
            config = self._config
            dataset = DatasetFactory.create_instance(
                config.types.dataset,
                config=replace(config.dataset, random_seed=self._seed),
                tokenizer=self.tokenizer,
            )
            with blamed_on(dataset, "load its conversations"):
                loaded = dataset.load()
            if not loaded:
                raise ConfigError(
                    f"Dataset {config.types.dataset!r} has no conversation. Give it at least one."
                )
            self._config, self._conversations = settled(config, loaded)
        return self._conversations

    @property
    def config(self) -> BenchmarkConfig:
        """The configuration, with what depends on the dataset settled; see :func:`settled`.

        Raises:
            AIPerfError: the dataset cannot be made.
        """
        self.conversations  # noqa: B018 - settles it
        return self._config

    @property
    def tokenizer(self) -> TokenizerProtocol:
        """The tokenizer, made once in each process: a large one takes a second to load.

        Raises:
            AIPerfError: it cannot be made.
        """
        self._restore()
        if self._tokenizer is None:
            self._tokenizer = build_tokenizer(self._config)
        return self._tokenizer

    def __getstate__(self) -> dict[str, Any]:
        """Leave the dataset and the tokenizer out, and take the plugins along.

        Raises:
            SnapshotError: something that was registered cannot reach another process.
        """
        return {
            "_config": self._config,
            "_seed": self._seed,
            "_conversations": None,
            "_tokenizer": None,
            "_snapshot": self._snapshot or PluginDiscovery.snapshot(),
            "_is_restored": False,
        }

    def _restore(self) -> None:
        if self._snapshot is not None and not self._is_restored:
            PluginDiscovery.restore(self._snapshot)
            self._is_restored = True


def build_endpoint(config: BenchmarkConfig) -> EndpointProtocol:
    """Return the endpoint that formats and parses."""
    return EndpointFactory.create_instance(
        config.types.endpoint,
        model_endpoint=ModelEndpoint(
            model=config.model,
            streaming=config.streaming,
            path=config.endpoint_path,
            extra_inputs=config.extra_inputs,
            use_legacy_max_tokens=config.use_legacy_max_tokens,
            use_server_token_count=config.use_server_token_count,
        ),
    )


def build_transport(config: BenchmarkConfig) -> TransportProtocol:
    """Return the transport; the API key goes into the header that the endpoint's metadata names."""
    transport = config.transport
    header = endpoint_metadata(config).get("api_key_header")
    if header is not None:
        transport = replace(transport, api_key_header=header)
    return TransportFactory.create_instance(config.types.transport, config=transport)


def build_exporters(config: BenchmarkConfig) -> list[ExporterProtocol]:
    """Return the exporters, in the order of the configuration."""
    return [
        ExporterFactory.create_instance(name, config=config.output)
        for name in config.types.exporters
    ]


def endpoint_metadata(config: BenchmarkConfig) -> Mapping[str, Any]:
    """Return what the entry of the endpoint says, without importing its class."""
    selected = EndpointFactory.list_implementations(config.types.endpoint)
    return selected[0].metadata if selected else {}
