"""The other builtins keep the contracts that plugins are held to."""

from __future__ import annotations

import pytest

from aiperf.common.config import OutputConfig
from aiperf.common.dataset_config import (
    AudioConfig,
    ImageConfig,
    LengthPair,
    PrefixConfig,
    RankingsConfig,
    TurnsConfig,
)
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


class TestSyntheticDatasetWithEverything(DatasetContract):
    """Several turns, prefixes, lengths in pairs, images and sounds."""

    implementation = "synthetic"

    def config(self, **changes):
        return super().config(
            **{
                "length_pairs": (LengthPair(8, 4, 50), LengthPair(30, 9, 50, 3, 2)),
                "prefixes": PrefixConfig(pool_size=2, length=4),
                "turns": TurnsConfig(mean=2, stddev=1, delay_mean_ms=5, delay_stddev_ms=2),
                "images": ImageConfig(4, 1, 4, 1, format="random"),
                "audio": AudioConfig(0.02, 0.01, depths=(8, 16)),
                **changes,
            }
        )


class TestSyntheticRankings(DatasetContract):
    implementation = "synthetic"

    def config(self, **changes):
        wanted = RankingsConfig(is_wanted=True, passages_mean=3, passage_tokens_mean=9)
        return super().config(rankings=wanted, **changes)


class FileDatasetContract(DatasetContract):
    """A dataset that reads ``text``."""

    text: str

    @pytest.fixture(autouse=True)
    def _file(self, tmp_path):
        self.path = tmp_path / "input.jsonl"
        self.path.write_text(self.text, encoding="utf-8")

    def config(self, **changes):
        return super().config(input_file=str(self.path), **changes)


class TestSingleTurnDataset(FileDatasetContract):
    implementation = "single_turn"
    text = '{"text": "a"}\n{"texts": ["b", "c"]}'


class TestMultiTurnDataset(FileDatasetContract):
    implementation = "multi_turn"
    text = '{"turns": [{"text": "a"}, {"text": "b", "delay": 1}]}'


class TestRandomPoolDataset(FileDatasetContract):
    implementation = "random_pool"
    text = '{"text": "a"}\n{"text": "b"}'


class TestMooncakeTraceDataset(FileDatasetContract):
    implementation = "mooncake_trace"
    text = '{"input_length": 600, "hash_ids": [1, 2], "timestamp": 1}\n{"input_length": 3}'


class TestShareGPTDataset(FileDatasetContract):
    implementation = "sharegpt"
    text = (
        '{"conversations": [{"from": "human", "value": "one two three four"},'
        ' {"from": "gpt", "value": "five six seven eight"}]}'
    )


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


class TestUserCentricArrival(ArrivalContract):
    implementation = "user_centric"

    def config(self, **changes):
        return super().config(user_centric_rate=500.0, num_users=20, **changes)


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


class TestRawExporter(ExporterContract):
    implementation = "raw"
    file_name = "profile_export_raw.jsonl"

    def config(self, artifact_dir):
        return OutputConfig(artifact_dir, export_level="raw")


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
