"""The factories: one for each pluggable part of AIPerf, and the base for an application's own.

``AIPerfFactory`` is what everything else is made with. A subclass is a factory, and gets its
hook, by being defined::

    class WidgetFactory(AIPerfFactory[str, "WidgetProtocol"]):
        '''Makes widgets. An implementation provides spin().'''

Plugins then register with ``aiperf_register_widget``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf import aiperf_registry
from aiperf._version import __version__
from aiperf.common.factory import AIPerfFactory, FactoryMixin
from aiperf.common.singleton import AIPerfSingletonFactory
from aiperf.plugins.default import default_registry
from aiperf.plugins.discovery import Discovery
from aiperf.plugins.errors import FactoryCreationError, InvalidStateError

if TYPE_CHECKING:
    from aiperf.common.protocols import (
        ArrivalProtocol,
        DatasetProtocol,
        EndpointProtocol,
        ExecutorProtocol,
        ExporterProtocol,
        MetricProtocol,
        TokenizerProtocol,
        TransportProtocol,
        UIProtocol,
    )
    from aiperf.plugins.report import DiscoveryReport
    from aiperf.plugins.snapshot import Snapshot

__all__ = [
    "AIPerfFactory",
    "AIPerfSingletonFactory",
    "ArrivalFactory",
    "DatasetFactory",
    "EndpointFactory",
    "ExecutorFactory",
    "ExporterFactory",
    "FactoryCreationError",
    "FactoryMixin",
    "InvalidStateError",
    "MetricFactory",
    "PluginDiscovery",
    "TokenizerFactory",
    "TransportFactory",
    "UIFactory",
]


class PluginDiscovery:
    """Loads plugins for every factory of the process."""

    _discovery = Discovery(default_registry)

    @classmethod
    def discover_all(cls) -> DiscoveryReport:
        """Load the installed plugins, then the modules named in ``AIPERF_PLUGIN_MODULES``.

        Any number of calls, from any thread; a later one returns the same report unless a
        variable has changed. A plugin that is merely installed and fails is in the report, with
        the reason, and costs nothing else.

        Raises:
            PluginSettingError: an environment variable is malformed or names nothing.
            DiscoveryError: something that a person named did not load; the rest did.
        """
        return cls._discovery.discover_all()

    @classmethod
    def refresh(cls) -> DiscoveryReport:
        """Look again at what is installed and at the environment.

        Raises:
            PluginSettingError, DiscoveryError: as :meth:`discover_all`.
        """
        return cls._discovery.refresh()

    @classmethod
    def so_far(cls) -> DiscoveryReport:
        """Return what is known of plugins now, loading nothing; for use after an error."""
        return cls._discovery.so_far()

    @classmethod
    def snapshot(cls, start_method: str | None = None) -> Snapshot:
        """Return what another process needs to have the same plugins and selections; it pickles.

        Args:
            start_method: ``"fork"`` if it is for forked processes alone. They have everything
                that was registered, so nothing is refused.

        Raises:
            SnapshotError: something was registered, by a call, a decorator or as an object, that
                another process cannot have; each is named.
        """
        from aiperf.plugins.snapshot import take  # noqa: PLC0415 - few processes start others

        return take(cls._discovery, start_method)

    @classmethod
    def restore(cls, snapshot: Snapshot) -> DiscoveryReport:
        """Give this process the plugins and selections of the one that took the snapshot.

        Raises:
            SnapshotError: a registration cannot be had in this process.
            ResolutionDiffersError: this process resolves a class type differently; each is named.
            PluginSettingError, DiscoveryError: as :meth:`discover_all`.
        """
        snapshot.apply(cls._discovery)
        return cls._discovery.so_far()

    @classmethod
    def initialize_worker(cls, snapshot: Snapshot) -> None:
        """Restore, as the ``initializer`` of a process pool; ``initargs`` is ``(snapshot,)``.

        A pool starts a new worker for ever when its initializer raises, or says only that one
        died. So this raises nothing: where :meth:`restore` fails, every factory of the worker
        raises that error, and the pool hands it to whoever waits for a result.
        """
        snapshot.initialize(cls._discovery)


class EndpointFactory(AIPerfFactory[str, "EndpointProtocol"]):
    """Wire formats: a request's payload from a turn, a response's meaning from its bytes.

    An implementation provides ``EndpointProtocol``. It knows no network and no clock.

    Metadata:
        path (str): the URL path that requests go to.
        streaming (bool): whether a response can be streamed.
        tokens (bool): whether it yields output tokens.
        streaming_path (str): the URL path of streamed responses, where it is another one.
        streaming_transports (list of str): the transports over which it can be streamed, where
            those are not all.
        inputs (list of str): what of a turn it sends: ``text``, ``image``, ``audio``, ``query``.
        api_key_header (str): the header that the API key goes into, by itself; without it, the
            key goes into ``Authorization`` after ``Bearer``.

    Example::

        import json

        from aiperf import LazyEntry, hookimpl
        from aiperf.common.models import ErrorDetails, ParsedResponse


        class PlainChat:
            '''Chat completions that are not streamed, with a temperature of zero.'''

            headers = {"Content-Type": "application/json"}

            def __init__(self, *, model_endpoint):
                self._server = model_endpoint
                self.path = "/" + (model_endpoint.path or "v1/chat/completions").lstrip("/")

            def format_payload(self, turns):
                messages = [{"role": "user", "content": turns[-1].texts[0]}]
                payload = {"model": self._server.model, "messages": messages, "temperature": 0}
                return {**payload, **self._server.extra_inputs}

            def parse_response(self, record):
                if record.error:
                    return ParsedResponse(error=record.error)
                try:
                    body = json.loads(b"".join(record.parts))
                    text = body["choices"][0]["message"]["content"]
                    if text == "" or not isinstance(text, str):
                        raise ValueError("there is no text in the answer")
                except (ValueError, LookupError, TypeError, RecursionError) as error:
                    return ParsedResponse(error=ErrorDetails("InvalidResponseError", str(error)))
                return ParsedResponse(text=text, content_ns=record.part_ns[-1:])


        @hookimpl
        def aiperf_register_endpoint():
            return [
                LazyEntry(
                    "chat",
                    __name__,
                    "PlainChat",
                    identifier="plain_chat",
                    description="chat completions, not streamed",
                    metadata={"path": "/v1/chat/completions", "streaming": False, "tokens": True},
                )
            ]
    """


class TransportFactory(AIPerfFactory[str, "TransportProtocol"]):
    """Ways to send a request and stamp the times of its response.

    An implementation provides ``TransportProtocol``. It knows no wire format.

    Metadata:
        traces (bool): whether it tells the phases of a request, for ``--export-http-trace``.
        schemes (list of str): the URL schemes that it speaks. ``--transport``, where it is left
            out, follows the URL's, and the embedded server speaks ``http`` or else ``grpc``.

    Example::

        from aiperf import LazyEntry, hookimpl


        class TaggedTransport:
            '''The builtin HTTP, with one more header on each request.'''

            def __init__(self, *, config):
                from aiperf.transports.http_transport import HTTPTransport  # only where it is used

                self._http = HTTPTransport(config=config)

            def prepare(self, path, body, headers):
                return self._http.prepare(path, body, {**headers, "X-Team": "acme"})

            async def send(self, request, record, **ids):
                await self._http.send(request, record, **ids)

            async def close(self):
                await self._http.close()


        @hookimpl
        def aiperf_register_transport():
            return [
                LazyEntry(
                    "http",
                    __name__,
                    "TaggedTransport",
                    identifier="tagged_http",
                    description="HTTP/1.1 with the header X-Team",
                    metadata={"schemes": ["http", "https"]},
                )
            ]
    """


class DatasetFactory(AIPerfFactory[str, "DatasetProtocol"]):
    """Sources of conversations.

    An implementation provides ``DatasetProtocol``. It gives the same conversations for the same
    ``config.random_seed``.

    Metadata:
        fields (list of str): the fields of a file's first object by which it is chosen for the
            file where a person names no dataset.
        directories (bool): whether it is chosen for a directory.

    Example::

        import random

        from aiperf import LazyEntry, hookimpl
        from aiperf.common.models import Conversation, Turn

        QUESTIONS = ("How far is the Moon?", "Who wrote Faust?", "What is a qubit?")


        class QuestionDataset:
            '''Asks one of a few questions each time.'''

            def __init__(self, *, config, tokenizer):
                self._config = config
                self._tokenizer = tokenizer

            def load(self):
                rng = random.Random(self._config.random_seed)
                return [self._conversation(n, rng) for n in range(self._config.entries)]

            def _conversation(self, number, rng):
                text = rng.choice(QUESTIONS)
                turn = Turn((text,), input_tokens=self._tokenizer.count(text))
                return Conversation(f"question-{number}", (turn,))


        @hookimpl
        def aiperf_register_dataset():
            return [
                LazyEntry(
                    "synthetic",
                    __name__,
                    "QuestionDataset",
                    identifier="questions",
                    description="one of three questions, at random",
                )
            ]
    """


class ArrivalFactory(AIPerfFactory[str, "ArrivalProtocol"]):
    """Arrival patterns: when the next request may start.

    An implementation provides ``ArrivalProtocol``. One that returns times is an open loop, and each
    time lets one request start; one that returns ``None`` is a closed loop, and what it lets start
    is a conversation to its end. A class with ``follows_trace = True`` gets the times of the
    dataset in ``config.timestamps_ms``; one with ``paces_users = True`` provides ``PacesUsers``,
    too.

    Example::

        import asyncio
        from time import perf_counter_ns

        from aiperf import LazyEntry, hookimpl

        INTERVAL_NS = 10_000_000


        class SteadyArrival:
            '''A request every 10 ms, whether or not the server keeps up.'''

            def __init__(self, *, config, rng):
                self._next_ns = 0

            async def acquire(self):
                scheduled_ns = self._next_ns or perf_counter_ns()
                self._next_ns = scheduled_ns + INTERVAL_NS
                await asyncio.sleep(max(0, scheduled_ns - perf_counter_ns()) / 1e9)
                return scheduled_ns

            def release(self):
                '''Nobody waits for a request to end.'''


        @hookimpl
        def aiperf_register_arrival():
            return [
                LazyEntry(
                    "concurrency",
                    __name__,
                    "SteadyArrival",
                    identifier="steady",
                    description="open loop, 100 requests a second",
                )
            ]
    """


class MetricFactory(AIPerfFactory[str, "MetricProtocol"]):
    """Metrics; the class type is the metric's tag.

    An implementation provides ``RecordMetricProtocol``, a value for each request, or
    ``RunMetricProtocol``, one for the run. It is made without arguments.

    Metadata:
        scope (str): ``"record"`` or ``"run"``.
        unit (str): the unit of its values.
        header (str): its name in tables.
        requires (list of str): tags of the metrics whose values it reads.
        needs (list of str): what must be given: by the endpoint, ``"streaming"`` and ``"tokens"``,
            and by the options, ``"tokenizer"`` and ``"http_trace"``.
        several (bool): whether a request has several values, so that no objective can be set.
        larger_is_better (bool): whether an objective is met by at least its value, not at most.
        secondary (bool): whether a short table leaves it out.

    Example::

        from aiperf import LazyEntry, hookimpl


        class WaitingShare:
            '''How much of a request's latency is waiting for its first token.'''

            scope = "record"
            tag = "waiting_share"
            header = "Waiting Share"
            unit = "%"

            def compute(self, record):
                waiting = record.metrics.get("time_to_first_token")
                latency = record.metrics.get("request_latency")
                return 100 * waiting / latency if waiting and latency else None


        @hookimpl
        def aiperf_register_metric():
            return [
                LazyEntry(
                    "waiting_share",
                    __name__,
                    "WaitingShare",
                    identifier="waiting_share",
                    metadata={
                        "scope": "record",
                        "unit": "%",
                        "header": "Waiting Share",
                        "requires": ["time_to_first_token", "request_latency"],
                        "needs": ["streaming"],
                    },
                )
            ]
    """


class ExporterFactory(AIPerfFactory[str, "ExporterProtocol"]):
    r"""Writers of artifacts.

    An implementation provides ``ExporterProtocol``.

    Example::

        from aiperf import LazyEntry, hookimpl
        from aiperf.common.files import make_directory_for, write_whole


        class MeansExporter:
            '''Writes means.txt: a line for each metric, with its mean.'''

            wants_records = False

            def __init__(self, *, config):
                self._path = config.artifact_dir / "means.txt"

            def start(self, context):
                make_directory_for(self._path)

            def record(self, record):
                '''Never called: wants_records is False.'''

            def finish(self, result):
                lines = [f"{each.header}: {each.avg:.2f} {each.unit}" for each in result.statistics]
                write_whole(self._path, "\n".join(lines).encode())
                return str(self._path)


        @hookimpl
        def aiperf_register_exporter():
            return [
                LazyEntry(
                    "means",
                    __name__,
                    "MeansExporter",
                    identifier="means",
                    description="means.txt, a line for each metric",
                )
            ]
    """


class UIFactory(AIPerfFactory[str, "UIProtocol"]):
    r"""What a person sees while a benchmark runs.

    An implementation provides ``UIProtocol``. It is made without arguments.

    Example::

        import sys

        from aiperf import LazyEntry, hookimpl


        class TitleUI:
            '''Shows the run in the title of the terminal's window.'''

            def start(self, title):
                self._show(title)

            def update(self, progress):
                self._show(f"{progress.completed} done, {progress.errors} failed")

            def stop(self):
                self._show("")

            def _show(self, text):
                if sys.stderr.isatty():
                    sys.stderr.write(f"\x1b]0;{text}\a")
                    sys.stderr.flush()


        @hookimpl
        def aiperf_register_ui():
            return [
                LazyEntry(
                    "title",
                    __name__,
                    "TitleUI",
                    identifier="title",
                    description="the title of the terminal's window",
                )
            ]
    """


class TokenizerFactory(AIPerfFactory[str, "TokenizerProtocol"]):
    """Ways to count tokens.

    An implementation provides ``TokenizerProtocol``.

    Metadata:
        loads (bool): whether it loads something by its name; it is told the model's name where
            a person gives none.
        takes (list of str): which of ``revision`` and ``trust_remote_code`` its constructor takes.

    Example::

        from aiperf import LazyEntry, hookimpl


        class ByteTokenizer:
            '''Each byte of the text in UTF-8 is a token.'''

            def __init__(self, *, name=None):
                self._name = name

            def count(self, text):
                return len(text.encode())

            def encode(self, text):
                return list(text.encode())

            def decode(self, token_ids):
                return bytes(token_ids).decode(errors="replace")


        @hookimpl
        def aiperf_register_tokenizer():
            return [
                LazyEntry(
                    "bytes",
                    __name__,
                    "ByteTokenizer",
                    identifier="bytes",
                    description="each byte of UTF-8 is a token",
                )
            ]
    """


class ExecutorFactory(AIPerfFactory[str, "ExecutorProtocol"]):
    """Places where load is generated.

    An implementation provides ``ExecutorProtocol``.

    Example::

        import gc

        from aiperf import LazyEntry, hookimpl


        class SteadyExecutor:
            '''This process, with no garbage collection while it measures.'''

            def __init__(self, *, load, build, sink):
                from aiperf.executors.local import LocalExecutor  # only where it is used

                self._local = LocalExecutor(load=load, build=build, sink=sink)

            async def run(self):
                gc.disable()
                try:
                    await self._local.run()
                finally:
                    gc.enable()

            def stop(self):
                self._local.stop()


        @hookimpl
        def aiperf_register_executor():
            return [
                LazyEntry(
                    "local",
                    __name__,
                    "SteadyExecutor",
                    identifier="steady",
                    description="this process, without garbage collection",
                )
            ]
    """


default_registry.register_builtins(aiperf_registry, "aiperf", __version__)
