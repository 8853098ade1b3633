"""From the options that say what is sent to the dataset's configuration."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from aiperf.common.config import DatasetConfig

if TYPE_CHECKING:
    from collections.abc import Mapping


def dataset_config(chosen: Mapping[str, Any]) -> DatasetConfig:
    """Return what is to be sent; without a seed a new one is drawn, so that it can be reported."""
    seed = chosen["random_seed"]
    return DatasetConfig(
        entries=chosen["conversation_num"],
        input_tokens_mean=chosen["prompt_input_tokens_mean"],
        input_tokens_stddev=chosen["prompt_input_tokens_stddev"],
        output_tokens_mean=chosen["prompt_output_tokens_mean"],
        output_tokens_stddev=chosen["prompt_output_tokens_stddev"],
        batch_size=chosen["prompt_batch_size"],
        system_prompt=chosen["system_prompt"],
        random_seed=random.SystemRandom().randrange(2**32) if seed is None else seed,
    )
