"""Imports what :mod:`aiperf.testing` exports, when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from aiperf.plugins.nearest import did_you_mean

EXPORTS: Final = {
    "ArrivalContract": "aiperf.testing.arrival_contract",
    "DatasetContract": "aiperf.testing.dataset_contract",
    "EndpointContract": "aiperf.testing.endpoint_contract",
    "ExecutorContract": "aiperf.testing.executor_contract",
    "ExporterContract": "aiperf.testing.exporter_contract",
    "MetricContract": "aiperf.testing.metric_contract",
    "TokenizerContract": "aiperf.testing.tokenizer_contract",
    "TransportContract": "aiperf.testing.transport_contract",
    "UIContract": "aiperf.testing.ui_contract",
    "IsolatedPlugins": "aiperf.testing.isolated",
    "isolated_plugins": "aiperf.testing.isolated",
}


def load(name: str) -> object:
    """Return what ``aiperf.testing`` calls ``name``.

    Raises:
        AttributeError: there is nothing of that name.
        ModuleNotFoundError: it needs pytest, which is not installed; the message says how to.
    """
    if name not in EXPORTS:
        raise AttributeError(
            f"module 'aiperf.testing' has no attribute {name!r}. {did_you_mean(name, EXPORTS)}"
        )
    try:
        module = import_module(EXPORTS[name])
    except ModuleNotFoundError as error:
        if error.name != "pytest":
            raise
        raise ModuleNotFoundError(
            f"aiperf.testing.{name} needs pytest, which is not installed. "
            "Run: pip install 'aiperf[testing]'",
            name="pytest",
        ) from error
    found: object = getattr(module, name)
    return found
