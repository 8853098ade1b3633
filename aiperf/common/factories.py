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
from aiperf.common.factory import AIPerfFactory
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

__all__ = [
    "AIPerfFactory",
    "AIPerfSingletonFactory",
    "ArrivalFactory",
    "DatasetFactory",
    "EndpointFactory",
    "ExecutorFactory",
    "ExporterFactory",
    "FactoryCreationError",
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


class EndpointFactory(AIPerfFactory[str, "EndpointProtocol"]):
    """Wire formats: a request's payload from a turn, a response's meaning from its bytes.

    An implementation provides ``EndpointProtocol``: it is made with ``model_endpoint=`` and has
    ``path``, ``headers``, ``format_payload(turns)`` and ``parse_response(record)``. It knows no
    network and no clock. Metadata: ``path`` (str), ``streaming`` (bool, whether it can stream),
    ``tokens`` (bool, whether it yields output tokens).
    """


class TransportFactory(AIPerfFactory[str, "TransportProtocol"]):
    """Ways to send a request and stamp the times of its response.

    An implementation provides ``TransportProtocol``: it is made with ``config=`` and has
    ``prepare``, ``send`` and ``close``. It knows no wire format. Metadata: ``schemes`` (list of
    URL schemes).
    """


class DatasetFactory(AIPerfFactory[str, "DatasetProtocol"]):
    """Sources of conversations.

    An implementation provides ``DatasetProtocol``: it is made with ``config=`` and
    ``tokenizer=`` and has ``load()``, which gives the same conversations for the same
    ``config.random_seed``.
    """


class ArrivalFactory(AIPerfFactory[str, "ArrivalProtocol"]):
    """Arrival patterns: when the next request may start.

    An implementation provides ``ArrivalProtocol``: it is made with ``config=`` and ``rng=`` and
    has ``acquire()`` and ``release()``.
    """


class MetricFactory(AIPerfFactory[str, "MetricProtocol"]):
    """Metrics; the class type is the metric's tag.

    An implementation provides ``RecordMetricProtocol`` (a value for each request) or
    ``RunMetricProtocol`` (one for the run): it is made without arguments and has ``compute``.
    Metadata: ``scope`` (``"record"`` or ``"run"``), ``unit``, ``header``, ``requires`` (tags that
    it reads), ``needs`` (of ``"streaming"`` and ``"tokens"``, what the endpoint must give).
    """


class ExporterFactory(AIPerfFactory[str, "ExporterProtocol"]):
    """Writers of artifacts.

    An implementation provides ``ExporterProtocol``: it is made with ``config=`` and has
    ``start``, ``record`` and ``finish``.
    """


class UIFactory(AIPerfFactory[str, "UIProtocol"]):
    """What a person sees while a benchmark runs.

    An implementation provides ``UIProtocol``: it is made without arguments and has ``start``,
    ``update`` and ``stop``.
    """


class TokenizerFactory(AIPerfFactory[str, "TokenizerProtocol"]):
    """Ways to count tokens.

    An implementation provides ``TokenizerProtocol``: it is made with ``name=`` and has ``count``,
    ``encode`` and ``decode``.
    """


class ExecutorFactory(AIPerfFactory[str, "ExecutorProtocol"]):
    """Places where load is generated.

    An implementation provides ``ExecutorProtocol``: it is made with ``load=``, ``build=`` and
    ``sink=`` and has ``run`` and ``stop``.
    """


default_registry.register_builtins(aiperf_registry, "aiperf", __version__)
