"""Which dataset is made for which endpoint."""

from __future__ import annotations

from pathlib import Path

import pytest

from aiperf.benchmark.dataset_choice import with_dataset
from aiperf.common.config import (
    BenchmarkConfig,
    ComponentTypes,
    DatasetConfig,
    LoadConfig,
    OutputConfig,
    TransportConfig,
)
from aiperf.common.dataset_config import AudioConfig, ImageConfig, RankingsConfig
from aiperf.common.errors import ConfigError


def config(endpoint="chat", dataset="synthetic", **dataset_fields):
    return BenchmarkConfig(
        model="m",
        transport=TransportConfig(url="http://localhost"),
        dataset=DatasetConfig(random_seed=1, **dataset_fields),
        load=LoadConfig(),
        output=OutputConfig(artifact_dir=Path()),
        types=ComponentTypes(endpoint=endpoint, dataset=dataset),
    )


def test_an_endpoint_for_rankings_gets_queries_with_passages():
    assert with_dataset(config("nim_rankings")).dataset.rankings.is_wanted
    assert not with_dataset(config("chat")).dataset.rankings.is_wanted


@pytest.mark.parametrize(
    ("option", "fields"),
    [
        ("--image-width-mean", {"images": ImageConfig(width_mean=1, height_mean=1)}),
        ("--audio-length-mean", {"audio": AudioConfig(length_mean=1)}),
        ("--rankings-passages-mean", {"rankings": RankingsConfig(is_wanted=True)}),
    ],
)
def test_what_the_endpoint_does_not_take_is_refused(option, fields):
    with pytest.raises(ConfigError, match="endpoint type 'completions' takes no") as caught:
        with_dataset(config("completions", **fields))
    assert caught.value.option == option


def test_what_it_takes_is_left_alone():
    asked = config(images=ImageConfig(width_mean=1, height_mean=1), audio=AudioConfig(1))
    assert with_dataset(asked) == asked
