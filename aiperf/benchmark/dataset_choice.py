"""Which dataset a file is for, and what it is to make for the endpoint."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aiperf.common.errors import ConfigError
from aiperf.common.factories import EndpointFactory

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiperf.common.config import BenchmarkConfig

GENERATED = "synthetic"
"""The class type of what is generated."""


def with_dataset(config: BenchmarkConfig) -> BenchmarkConfig:
    """Return ``config`` with a dataset that suits its endpoint; plugins are known by now.

    Generated are a query and passages where the endpoint's entry names ``query`` among its
    ``inputs``. An entry without ``inputs`` is taken to take everything.

    Raises:
        ConfigError: the endpoint does not take the images or the sounds that are asked for.
    """
    dataset = config.dataset
    inputs = _metadata(config).get("inputs")
    if inputs is None:
        return config
    for wanted, name, option in (
        (dataset.images, "image", "--image-width-mean"),
        (dataset.audio, "audio", "--audio-length-mean"),
    ):
        if wanted.is_wanted and name not in inputs:
            raise ConfigError(
                f"endpoint type {config.types.endpoint!r} takes no {name}, only "
                f"{', '.join(inputs)}. Leave {option} out, or choose another --endpoint-type",
                option=option,
            )
    if dataset.rankings.is_wanted and "query" not in inputs:
        raise ConfigError(
            f"endpoint type {config.types.endpoint!r} takes no query with passages. Leave "
            "--rankings-passages-mean out, or choose an --endpoint-type for rankings",
            option="--rankings-passages-mean",
        )
    if "query" in inputs and not dataset.rankings.is_wanted:
        dataset = replace(dataset, rankings=replace(dataset.rankings, is_wanted=True))
    return replace(config, dataset=dataset)


def _metadata(config: BenchmarkConfig) -> Mapping[str, Any]:
    selected = EndpointFactory.list_implementations(config.types.endpoint)
    return selected[0].metadata if selected else {}
