"""Which dataset a file is for, and what it is to make for the endpoint."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiperf.common.errors import ConfigError
from aiperf.common.factories import DatasetFactory, EndpointFactory
from aiperf.common.input_file import first_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiperf.common.config import BenchmarkConfig

GENERATED = "synthetic"
"""The class type of what is generated; with a file, its format is to be found out."""


def with_dataset(config: BenchmarkConfig) -> BenchmarkConfig:
    """Return ``config`` with a dataset that suits its file and its endpoint; plugins are known.

    Generated are a query and passages where the endpoint's entry names ``query`` among its
    ``inputs``. An entry without ``inputs`` is taken to take everything.

    Raises:
        ConfigError: the file is of no format that is known, or the endpoint does not take the
            images or the sounds that are asked for.
    """
    if config.dataset.input_file is not None and config.types.dataset == GENERATED:
        class_type = format_of(Path(config.dataset.input_file))
        config = replace(config, types=replace(config.types, dataset=class_type))
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


def format_of(path: Path) -> str:
    """Return the class type of the dataset that reads ``path``.

    The first object of the file says so in its field ``type``, or by having one of the fields that
    the entry of a dataset names in its metadata as ``fields``. A directory is for an entry that has
    ``directories``.

    Raises:
        ConfigError: the file cannot be read, or it is for no dataset, or for several.
    """
    offered = {
        each.class_type: each.metadata
        for each in DatasetFactory.list_implementations()
        if each.is_selected
    }
    if path.is_dir():
        found = [name for name, metadata in offered.items() if metadata.get("directories")]
        said = "is a directory"
    else:
        first = first_object(path)
        if first.get("type") in offered:
            return str(first["type"])
        fields = first.keys()
        found = [
            name
            for name, metadata in offered.items()
            if not fields.isdisjoint(metadata.get("fields", ()))
        ]
        said = f"begins with an object of {', '.join(map(repr, fields)) or 'no fields'}"
    if len(found) == 1:
        return found[0]
    known = ", ".join(found or [name for name in offered if name != GENERATED])
    raise ConfigError(
        f"{path} {said}: that is {'several formats' if found else 'no format'} that AIPerf knows. "
        f"Name one with --custom-dataset-type: {known}",
        option="--custom-dataset-type",
    )


def _metadata(config: BenchmarkConfig) -> Mapping[str, Any]:
    selected = EndpointFactory.list_implementations(config.types.endpoint)
    return selected[0].metadata if selected else {}
