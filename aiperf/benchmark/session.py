"""One ``aiperf profile``: discovers plugins, starts the embedded server if needed, and runs."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from aiperf.benchmark.runner import Benchmark
from aiperf.common.factories import ExporterFactory, PluginDiscovery

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from aiperf.benchmark.runner import Outcome
    from aiperf.common.config import BenchmarkConfig


def run_session(config: BenchmarkConfig) -> Outcome:
    """Run one benchmark with every plugin that is installed.

    An empty URL stands for the embedded server, which lives as long as the run.

    Raises:
        AIPerfError: a plugin that a person named does not load, the configuration cannot work, or
            the embedded server does not start.
    """
    report = PluginDiscovery.discover_all()
    exporters = tuple(map(str, ExporterFactory.get_all_class_types()))
    config = replace(config, types=replace(config.types, exporters=exporters))
    with ExitStack() as stack:
        if not config.transport.url:
            from aiperf.server.process import EmbeddedServer  # noqa: PLC0415 - unless asked for
            from aiperf.server.settings import ServerSettings  # noqa: PLC0415 - as above

            server = stack.enter_context(EmbeddedServer(ServerSettings(port=0)))
            config = replace(config, transport=replace(config.transport, url=server.url))
        return Benchmark(config, report).run(event_loop_factory())


def event_loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return uvloop's loop where it is installed, ``None`` for asyncio's own."""
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return None
    return uvloop.new_event_loop
