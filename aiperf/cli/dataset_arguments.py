"""From the options that say what is sent to the dataset's configuration."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import click

from aiperf.common.dataset_config import (
    AudioConfig,
    DatasetConfig,
    ImageConfig,
    PrefixConfig,
    RankingsConfig,
    TurnsConfig,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_PUBLIC = {
    "sharegpt": "https://huggingface.co/datasets/anon8231489123/ShareGPT_Vicuna_unfiltered/resolve/"
    "main/ShareGPT_V3_unfiltered_cleaned_split.json"
}


def dataset_config(chosen: Mapping[str, Any]) -> DatasetConfig:
    """Return what is to be sent; without a seed a new one is drawn, so that it can be reported.

    Raises:
        click.BadParameter: a dataset is asked for that would have to be downloaded.
    """
    _refuse_public(chosen["public_dataset"])
    seed = chosen["random_seed"]
    return DatasetConfig(
        entries=_entries(chosen),
        input_tokens_mean=chosen["prompt_input_tokens_mean"],
        input_tokens_stddev=chosen["prompt_input_tokens_stddev"],
        output_tokens_mean=chosen["prompt_output_tokens_mean"],
        output_tokens_stddev=chosen["prompt_output_tokens_stddev"],
        batch_size=chosen["prompt_batch_size"],
        system_prompt=chosen["system_prompt"],
        random_seed=random.SystemRandom().randrange(2**32) if seed is None else seed,
        length_pairs=chosen["sequence_distribution"],
        input_file=chosen["input_file"],
        block_size=chosen["prompt_input_tokens_block_size"],
        sampling_strategy=chosen["dataset_sampling_strategy"],
        prefixes=PrefixConfig(
            pool_size=chosen["prompt_prefix_pool_size"],
            length=chosen["prompt_prefix_length"],
            system_length=chosen["shared_system_prompt_length"],
            context_length=chosen["user_context_prompt_length"],
        ),
        turns=TurnsConfig(
            mean=chosen["conversation_turn_mean"],
            stddev=chosen["conversation_turn_stddev"],
            delay_mean_ms=chosen["conversation_turn_delay_mean"],
            delay_stddev_ms=chosen["conversation_turn_delay_stddev"],
            delay_ratio=chosen["conversation_turn_delay_ratio"],
        ),
        images=_images(chosen),
        audio=_audio(chosen),
        rankings=_rankings(chosen),
    )


def _entries(chosen: Mapping[str, Any]) -> int:
    """Return how many conversations to generate: of the default number, no more than are sent."""
    entries: int = chosen["conversation_num"] or chosen["num_dataset_entries"]
    warmup: int = chosen["warmup_request_count"] + (chosen["num_warmup_sessions"] or 0)
    is_known = chosen["request_count"] is not None and chosen["warmup_duration"] is None
    is_default = not chosen["conversation_num"] and entries == DatasetConfig().entries
    is_in_order = chosen["dataset_sampling_strategy"] == "sequential"
    is_made = chosen["dataset_type"] == "synthetic" and chosen["input_file"] is None
    if is_known and is_default and is_in_order and is_made:
        count: int = chosen["request_count"]
        return min(entries, count + warmup)
    return entries


def _images(chosen: Mapping[str, Any]) -> ImageConfig:
    return ImageConfig(
        width_mean=chosen["image_width_mean"],
        width_stddev=chosen["image_width_stddev"],
        height_mean=chosen["image_height_mean"],
        height_stddev=chosen["image_height_stddev"],
        batch_size=chosen["image_batch_size"],
        format=chosen["image_format"],
        source=chosen["image_source"],
    )


def _audio(chosen: Mapping[str, Any]) -> AudioConfig:
    return AudioConfig(
        length_mean=chosen["audio_length_mean"],
        length_stddev=chosen["audio_length_stddev"],
        batch_size=chosen["audio_batch_size"],
        format=chosen["audio_format"],
        sample_rates=chosen["audio_sample_rates"],
        depths=chosen["audio_depths"],
        num_channels=chosen["audio_num_channels"],
    )


def _rankings(chosen: Mapping[str, Any]) -> RankingsConfig:
    """Return what rankings are to be like; naming a number of passages asks for them."""
    passages = chosen["rankings_passages_mean"]
    return RankingsConfig(
        is_wanted=passages is not None,
        passages_mean=1.0 if passages is None else passages,
        passages_stddev=chosen["rankings_passages_stddev"],
        passage_tokens_mean=chosen["rankings_passages_prompt_token_mean"],
        passage_tokens_stddev=chosen["rankings_passages_prompt_token_stddev"],
        query_tokens_mean=chosen["rankings_query_prompt_token_mean"],
        query_tokens_stddev=chosen["rankings_query_prompt_token_stddev"],
    )


def _refuse_public(name: str | None) -> None:
    if name is None:
        return
    if name not in _PUBLIC:
        raise click.BadParameter(
            f"AIPerf knows no public dataset {name!r}. Download it, and give the file to "
            f"--input-file; it knows where {', '.join(_PUBLIC)} is.",
            param_hint="'--public-dataset'",
        )
    raise click.BadParameter(
        f"AIPerf downloads no dataset. Download {_PUBLIC[name]} and give the file to --input-file.",
        param_hint="'--public-dataset'",
    )
