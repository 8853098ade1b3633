"""Which implementations a run used and where they came from, for every artifact."""

from __future__ import annotations

import hashlib
import platform
import re
import sys
from dataclasses import asdict
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
from aiperf.plugins.resolution import resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aiperf.common.config import BenchmarkConfig, TransportConfig
    from aiperf.common.factory import AIPerfFactory
    from aiperf.plugins.report import DiscoveryReport

REDACTED = "***"
_SECRET_OPTIONS = frozenset({"--api-key"})
_HEADER_OPTIONS = frozenset({"-H", "--header"})
_URL_OPTIONS = frozenset({"-u", "--url"})
_SECRET_HEADER = re.compile(
    r"auth|key|token|secret|cookie|passw|credential|signature", re.IGNORECASE
)
_SECRET_VALUE = re.compile(r"(bearer|basic|digest|token)\s", re.IGNORECASE)
_CREDENTIALS = re.compile(r"(?<=://)\S*@")  # to the last @: a password may have one, and a slash
_SHORTEST_SECRET = 6
_TELLING = _SECRET_OPTIONS | _HEADER_OPTIONS | _URL_OPTIONS


def provenance(
    config: BenchmarkConfig, metrics: Iterable[str], report: DiscoveryReport
) -> dict[str, Any]:
    """Return the provenance of a run, JSON-ready.

    Each implementation has its factory, class type, identifier, origin, plugin, distribution,
    version, module, class, file and the file's SHA-256. A file that cannot be read has none.
    ``plugins_digest`` is that of a lock of what every class type resolves to, used or not.

    Raises:
        FactoryCreationError: one of the implementations does not exist or cannot be loaded.
    """
    return {
        "implementations": [
            _implementation(factory, class_type) for factory, class_type in _used(config, metrics)
        ],
        "overrides": _overrides(),
        "plugins_digest": resolve(EndpointFactory.plugin_registry).digest,
        "plugins_locked": config.plugins_locked is not None,
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
    del plain["load"]["share"]  # this is the whole
    transport = plain["transport"]
    if transport["api_key"] is not None:
        transport["api_key"] = REDACTED
    transport["headers"] = {
        name: REDACTED if _is_secret(name, value) else value
        for name, value in transport["headers"].items()
    }
    transport["url"] = without_credentials(transport["url"])
    transport["other_urls"] = [without_credentials(url) for url in transport["other_urls"]]
    plain["command"] = redacted_command(config.command)
    return plain


def secrets_of(transport: TransportConfig) -> tuple[str, ...]:
    """Return what no artifact may contain, whoever says it: the API key, secret headers' values.

    Of a value such as ``Bearer abc…`` the part after the blank is one by itself. What is too short
    to be a secret would only be blotted out of ordinary words.
    """
    values = [value for name, value in transport.headers.items() if _is_secret(name, value)]
    values += [value.rpartition(" ")[2] for value in values]
    if transport.api_key is not None:
        values.append(transport.api_key)
    secrets = {value for value in values if len(value) >= _SHORTEST_SECRET}
    return tuple(sorted(secrets, key=len, reverse=True))


def redacted_command(command: Sequence[str]) -> list[str]:
    """Return a command line with the values of secret options and headers blotted out."""
    shown: list[str] = []
    previous = ""
    for word in command:
        option, value = (previous, word) if previous in _TELLING else _taken_apart(word)
        shown.append(word.removesuffix(value) + _redacted(option, value))
        previous = word
    return shown


def without_credentials(url: str) -> str:
    """Return a URL without the user name and the password that it may have."""
    return _CREDENTIALS.sub(f"{REDACTED}@", url)


def _taken_apart(word: str) -> tuple[str, str]:
    """Return the option and the value of a word that has both, as ``--url=…`` and ``-u…`` do."""
    if word.startswith("--") and "=" in word:
        option, _, value = word.partition("=")
        return option, value
    if word[:2] in _TELLING and len(word) > len("-u"):
        return word[:2], word[2:]
    return "", word


def _redacted(option: str, value: str) -> str:
    """Return what may be shown of an option's value."""
    if option in _SECRET_OPTIONS:
        return REDACTED
    if option in _HEADER_OPTIONS:
        name, colon, text = value.partition(":")
        if not colon or value.lstrip().startswith("{"):
            return REDACTED
        return f"{name}:{REDACTED}" if _is_secret(name, text) else value
    if option in _URL_OPTIONS and "://" not in value:
        return without_credentials(f"://{value}").removeprefix("://")
    return without_credentials(value)


def _is_secret(header: str, value: str) -> bool:
    return bool(_SECRET_HEADER.search(header) or _SECRET_VALUE.match(value.strip()))


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
    loaded = factory.get_class_from_type(class_type)
    selected = factory.list_implementations(class_type)[0]
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
                found[f"{slot.name}.{class_type}"] = override.reference
    return found


def _why(record: Any) -> str | None:
    if record.status is PluginStatus.FAILED:
        return str(record.error)
    return record.reason or None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
