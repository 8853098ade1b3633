"""Which implementations a run used and where they came from, for every artifact."""

from __future__ import annotations

import hashlib
import platform
import re
import sys
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiperf._version import __version__
from aiperf.common.factories import (
    ArrivalFactory,
    DatasetFactory,
    EndpointFactory,
    ExecutorFactory,
    ExporterFactory,
    MetricFactory,
    TokenizerFactory,
    TransportFactory,
    UIFactory,
)
from aiperf.plugins.report import PluginStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aiperf.common.config import BenchmarkConfig
    from aiperf.common.factory import AIPerfFactory
    from aiperf.plugins.report import DiscoveryReport

REDACTED = "***"
_SECRET_OPTIONS = frozenset({"--api-key"})
_SECRET_HEADER = re.compile(r"auth|key|token|secret|cookie", re.IGNORECASE)


def provenance(
    config: BenchmarkConfig, metrics: Iterable[str], report: DiscoveryReport
) -> dict[str, Any]:
    """Return the provenance of a run, JSON-ready.

    Each implementation has its factory, class type, identifier, origin, plugin, distribution,
    version, module, class, file and the file's SHA-256. A file that cannot be read has none.
    """
    return {
        "implementations": [
            _implementation(factory, class_type) for factory, class_type in _used(config, metrics)
        ],
        "overrides": _overrides(),
        "plugins": [
            {"name": record.name, "status": record.status.value, "why": _why(record)}
            for record in report
        ],
        "aiperf_version": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "command": redacted_command(config.command),
    }


def input_config(config: BenchmarkConfig) -> dict[str, Any]:
    """Return the configuration, JSON-ready and without secrets."""
    plain: dict[str, Any] = _plain(asdict(config))
    transport = plain["transport"]
    if transport["api_key"] is not None:
        transport["api_key"] = REDACTED
    transport["headers"] = {
        name: REDACTED if _SECRET_HEADER.search(name) else value
        for name, value in transport["headers"].items()
    }
    transport["url"] = _without_password(transport["url"])
    plain["command"] = redacted_command(config.command)
    return plain


def redacted_command(command: Sequence[str]) -> list[str]:
    """Return a command line with the values of secret options and headers blotted out."""
    shown: list[str] = []
    previous = ""
    for word in command:
        option, equals, value = word.partition("=")
        if previous in _SECRET_OPTIONS:
            shown.append(REDACTED)
        elif equals and option in _SECRET_OPTIONS:
            shown.append(f"{option}={REDACTED}")
        elif previous in ("-H", "--header") or (equals and option == "--header"):
            lead = f"{option}=" if equals and option == "--header" else ""
            name, colon, _ = (value if lead else word).partition(":")
            secret = not colon or _SECRET_HEADER.search(name)
            shown.append(f"{lead}{name}:{REDACTED}" if secret else word)
        else:
            shown.append(_without_password(word))
        previous = word
    return shown


def _used(
    config: BenchmarkConfig, metrics: Iterable[str]
) -> Iterator[tuple[type[AIPerfFactory[Any, Any]], str]]:
    types = config.types
    yield EndpointFactory, types.endpoint
    yield TransportFactory, types.transport
    yield DatasetFactory, types.dataset
    yield ArrivalFactory, types.arrival
    yield TokenizerFactory, types.tokenizer
    yield ExecutorFactory, types.executor
    yield UIFactory, types.ui
    for exporter in types.exporters:
        yield ExporterFactory, exporter
    for metric in metrics:
        yield MetricFactory, metric


def _implementation(factory: type[AIPerfFactory[Any, Any]], class_type: str) -> dict[str, Any]:
    selected = factory.list_implementations(class_type)[0]
    loaded = factory.get_class_from_type(class_type)
    file = getattr(sys.modules.get(loaded.__module__), "__file__", None)
    return {
        "factory": selected.factory,
        "class_type": class_type,
        "identifier": selected.identifier,
        "origin": selected.origin.kind.value,
        "plugin": selected.origin.plugin,
        "distribution": selected.origin.distribution,
        "version": selected.origin.version,
        "module": loaded.__module__,
        "class": loaded.__qualname__,
        "file": file,
        "sha256": _sha256(file),
    }


def _sha256(file: str | None) -> str | None:
    if file is None:
        return None
    try:
        return hashlib.sha256(Path(file).read_bytes()).hexdigest()
    except OSError:
        return None


def _overrides() -> dict[str, str]:
    """Return every override in force, as ``factory.class_type`` to reference."""
    registry = EndpointFactory.plugin_registry
    found = {}
    for slot in registry.slots.values():
        for class_type in registry.class_types(slot):
            override = registry.selection.override(slot, class_type)
            if override is not None:
                found[f"{slot.name}.{class_type}"] = override[0]
    return found


def _why(record: Any) -> str | None:
    if record.status is PluginStatus.FAILED:
        return str(record.error)
    return record.reason or None


def _without_password(text: str) -> str:
    return re.sub(r"(://[^/@:\s]*):[^/@\s]*@", rf"\1:{REDACTED}@", text)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
