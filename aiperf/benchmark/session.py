"""One ``aiperf profile``: discovers plugins, starts the embedded server if needed, and runs."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from aiperf.benchmark.dataset_choice import with_dataset
from aiperf.benchmark.open_files import allow_open_files, most_connections
from aiperf.benchmark.provenance import without_credentials
from aiperf.benchmark.run_log import RunLog
from aiperf.benchmark.runner import Benchmark
from aiperf.benchmark.tokenizer_choice import with_tokenizer
from aiperf.benchmark.transport_choice import is_for_grpc
from aiperf.common.factories import ExporterFactory, PluginDiscovery, TransportFactory

if TYPE_CHECKING:
    import asyncio
    import logging
    from collections.abc import Callable

    from aiperf.benchmark.runner import Outcome
    from aiperf.common.config import BenchmarkConfig
    from aiperf.server.settings import ServerSettings


def run_session(config: BenchmarkConfig, server: ServerSettings | None = None) -> Outcome:
    """Run one benchmark with every plugin that is installed.

    An empty URL stands for the embedded server, with the settings ``server``; it lives as long as
    the run.

    Raises:
        LockError, ResolutionDiffersError: the plugins are not those of the lock that must hold.
        AIPerfError: a plugin that a person named does not load, the configuration cannot work, or
            the embedded server does not start.
    """
    report = PluginDiscovery.discover_all()
    if config.plugins_locked is not None:
        from aiperf.plugins.lock import Lock  # noqa: PLC0415 - unless asked for

        lock = Lock.read(config.plugins_locked)
        lock.check(ExporterFactory.plugin_registry, config.plugins_locked)
    if not config.types.exporters:
        exporters = tuple(map(str, ExporterFactory.get_all_class_types()))
        config = replace(config, types=replace(config.types, exporters=exporters))
    config = with_dataset(with_tokenizer(config))
    allow_open_files(most_connections(config))
    run_log = RunLog(config.output.artifact_dir, verbose=config.output.verbose)
    with ExitStack() as stack:
        log = stack.enter_context(run_log)
        for record in report:
            log.info("plugin %s: %s %s", record.name, record.status, record.error or record.reason)
        if not config.transport.url:
            from aiperf.server.process import EmbeddedServer  # noqa: PLC0415 - unless asked for
            from aiperf.server.settings import ServerSettings  # noqa: PLC0415 - as above

            over_grpc = is_for_grpc(config.types.transport)
            if over_grpc:
                TransportFactory.get_class_from_type(config.types.transport)  # or say what it lacks
                server = replace(server or ServerSettings(), grpc_port=0)
            embedded = stack.enter_context(EmbeddedServer(server))
            url = embedded.grpc_url if over_grpc else embedded.url
            config = replace(config, transport=replace(config.transport, url=url))
        benchmark = Benchmark(config, report)
        log.info("measuring %s", without_credentials(config.transport.url))
        outcome = benchmark.run(event_loop_factory())
        _log(log, outcome)
    if run_log.failure is not None:
        return replace(outcome, failures=(*outcome.failures, run_log.failure))
    return outcome


def _log(log: logging.Logger, outcome: Outcome) -> None:
    for each in outcome.result.errors:
        log.warning(
            "%d requests ended with %s: %s", each.count, each.error.type, each.error.message
        )
    for warning in outcome.result.warnings:
        log.warning("%s", warning)
    for failure in outcome.failures:
        log.error("%s", failure)
    ended = "ended" if outcome.stopped_by is None else f"was stopped by signal {outcome.stopped_by}"
    log.info("the run %s; artifacts: %s", ended, ", ".join(outcome.artifacts))


def event_loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return uvloop's loop where it is installed, ``None`` for asyncio's own."""
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return None
    return uvloop.new_event_loop
