"""A configuration to vary, and an embedded server that never waits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from aiperf.common.config import (
    BenchmarkConfig,
    ComponentTypes,
    DatasetConfig,
    LoadConfig,
    OutputConfig,
    TransportConfig,
)
from aiperf.server.process import EmbeddedServer
from aiperf.server.settings import ServerSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def config(tmp_path: Path) -> BenchmarkConfig:
    """Give the configuration of a small run that shows nothing, to no server."""
    return BenchmarkConfig(
        model="m",
        transport=TransportConfig(url="http://127.0.0.1:9"),
        dataset=DatasetConfig(entries=3, input_tokens_mean=5, output_tokens_mean=4, random_seed=1),
        load=LoadConfig(request_count=6),
        output=OutputConfig(tmp_path / "artifacts"),
        types=ComponentTypes(ui="none", exporters=("json", "jsonl")),
        command=("aiperf", "profile"),
    )


@pytest.fixture
def with_types(config: BenchmarkConfig) -> Callable[..., BenchmarkConfig]:
    """Give a function that changes class types and fields of the configuration."""

    def change(fields: dict[str, Any] | None = None, **types: Any) -> BenchmarkConfig:
        return replace(config, types=replace(config.types, **types), **(fields or {}))

    return change


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """Give the URL of a server whose tokens are due at once."""
    with EmbeddedServer(ServerSettings(ttft=0, itl=0)) as server:
        yield server.url
