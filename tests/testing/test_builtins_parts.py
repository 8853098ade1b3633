"""The other builtins keep the contracts that plugins are held to."""

from __future__ import annotations

from aiperf.testing import (
    ArrivalContract,
    DatasetContract,
    ExecutorContract,
    ExporterContract,
    TokenizerContract,
    TransportContract,
    UIContract,
)


class TestHTTPTransport(TransportContract):
    implementation = "http"


class TestSyntheticDataset(DatasetContract):
    implementation = "synthetic"


class TestConcurrencyArrival(ArrivalContract):
    implementation = "concurrency"


class RateContract(ArrivalContract):
    def config(self, **changes):
        return super().config(request_rate=500.0, **changes)


class TestConstantArrival(RateContract):
    implementation = "constant"


class TestPoissonArrival(RateContract):
    implementation = "poisson"


class TestGammaArrival(RateContract):
    implementation = "gamma"


class TestFixedScheduleArrival(ArrivalContract):
    implementation = "fixed_schedule"

    def config(self, **changes):
        return super().config(timestamps_ms=tuple(range(20)), **changes)


class TestBuiltinTokenizer(TokenizerContract):
    implementation = "builtin"


class TestLocalExecutor(ExecutorContract):
    implementation = "local"


class TestJSONExporter(ExporterContract):
    implementation = "json"
    file_name = "profile_export_aiperf.json"


class TestCSVExporter(ExporterContract):
    implementation = "csv"
    file_name = "profile_export_aiperf.csv"


class TestTimeslicesJSONExporter(ExporterContract):
    implementation = "timeslices_json"
    file_name = "profile_export_aiperf_timeslices.json"


class TestTimeslicesCSVExporter(ExporterContract):
    implementation = "timeslices_csv"
    file_name = "profile_export_aiperf_timeslices.csv"


class TestJSONLExporter(ExporterContract):
    implementation = "jsonl"
    file_name = "profile_export.jsonl"


class TestHTMLExporter(ExporterContract):
    implementation = "html"
    file_name = "report.html"


class TestConsoleExporter(ExporterContract):
    implementation = "console"


class TestProgressUI(UIContract):
    implementation = "progress"


class TestNoUI(UIContract):
    implementation = "none"
