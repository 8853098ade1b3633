"""Which dataset is made for which endpoint."""

from __future__ import annotations

import re
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


@pytest.mark.parametrize(
    ("first", "class_type"),
    [
        ('{"text": "a"}', "single_turn"),
        ('{"images": ["a"]}', "single_turn"),
        ('{"turns": [{"text": "a"}]}', "multi_turn"),
        ('{"input_length": 3, "hash_ids": [1]}', "mooncake_trace"),
        ('{"text": "a", "type": "random_pool"}', "random_pool"),
        ('\n[\n {"conversations": []}, {', "sharegpt"),
    ],
)
def test_the_format_of_a_file_is_found_out(tmp_path, first, class_type):
    """From its first object, as NVIDIA's AIPerf does."""
    path = tmp_path / "input.json"
    path.write_text(first + "\n", encoding="utf-8")
    assert with_dataset(config(input_file=str(path))).types.dataset == class_type


def test_a_directory_is_a_random_pool(tmp_path):
    assert with_dataset(config(input_file=str(tmp_path))).types.dataset == "random_pool"


def test_a_format_that_is_named_is_taken(tmp_path):
    """Its dataset says what is wrong with the file."""
    asked = config(input_file=str(tmp_path / "none"), dataset="multi_turn")
    assert with_dataset(asked).types.dataset == "multi_turn"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": 1}', "begins with an object of 'a': that is no format that AIPerf knows. Name one"),
        ('{"text": "a", "turns": []}', "that is several formats that AIPerf knows. Name one"),
        ("hello", "does not begin with a JSON object"),
        ("[3]", "does not begin with a JSON object (but with a JSON int)"),
        ("", "is empty. Correct --input-file"),
        (" ", "does not begin with a JSON object"),
    ],
)
def test_what_is_none_or_several_must_be_named(tmp_path, text, reason):
    path = tmp_path / "input.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=re.escape(reason)):
        with_dataset(config(input_file=str(path)))
