"""What plugin authors test with: an isolated registry and the contract of each factory.

Each name is imported when it is first used, so that one who needs only the registry gets no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiperf.testing.arrival_contract import ArrivalContract
    from aiperf.testing.dataset_contract import DatasetContract
    from aiperf.testing.endpoint_contract import EndpointContract
    from aiperf.testing.executor_contract import ExecutorContract
    from aiperf.testing.exporter_contract import ExporterContract
    from aiperf.testing.isolated import IsolatedPlugins, isolated_plugins
    from aiperf.testing.metric_contract import MetricContract
    from aiperf.testing.tokenizer_contract import TokenizerContract
    from aiperf.testing.transport_contract import TransportContract
    from aiperf.testing.ui_contract import UIContract

__all__ = [
    "ArrivalContract",
    "DatasetContract",
    "EndpointContract",
    "ExecutorContract",
    "ExporterContract",
    "IsolatedPlugins",
    "MetricContract",
    "TokenizerContract",
    "TransportContract",
    "UIContract",
    "isolated_plugins",
]


def __getattr__(name: str) -> object:
    from aiperf.testing.exports import load  # noqa: PLC0415 - as said above

    return load(name)


def __dir__() -> list[str]:
    return __all__
