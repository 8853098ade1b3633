"""Turns the options of ``aiperf profile`` into a configuration."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aiperf.cli.dataset_arguments import dataset_config
from aiperf.cli.load_arguments import (
    arrival_pattern,
    executor,
    follows_timestamps,
    load_config,
    warmup_arrival_pattern,
)
from aiperf.cli.metric_arguments import metrics_config
from aiperf.cli.output_arguments import output_config
from aiperf.cli.pairs import pairs
from aiperf.cli.transport_arguments import transport_config
from aiperf.common.config import BenchmarkConfig, ComponentTypes, TokenizerConfig

if TYPE_CHECKING:
    from collections.abc import Mapping

EMBEDDED_MODEL = "mock-model"
"""What is asked for when the embedded server is measured and no model is named."""


def to_config(chosen: Mapping[str, Any]) -> BenchmarkConfig:
    """Return the configuration that the options ask for; ``url`` is empty for the embedded server.

    Raises:
        click.UsageError: options contradict each other or have values that mean nothing.
    """
    if chosen["urls"] and not chosen["model"]:
        raise click.UsageError("Missing option '--model': with --url, say which model to ask for.")
    if chosen["as_json"] and chosen["exporters"] and "json" not in chosen["exporters"]:
        raise click.UsageError("--json shows what the exporter json writes; add --exporter json.")
    model = chosen["model"] or EMBEDDED_MODEL
    return BenchmarkConfig(
        model=model,
        transport=transport_config(chosen),
        dataset=dataset_config(chosen),
        load=load_config(chosen),
        output=output_config(chosen, model),
        metrics=metrics_config(chosen),
        types=ComponentTypes(
            endpoint=chosen["endpoint_type"],
            transport=chosen["transport"],
            dataset=chosen["dataset_type"],
            arrival=arrival_pattern(chosen),
            warmup_arrival=warmup_arrival_pattern(chosen),
            executor=executor(chosen),
            tokenizer=chosen["tokenizer"],
            ui="none" if chosen["quiet"] or chosen["as_json"] else chosen["ui_type"],
            exporters=chosen["exporters"],
        ),
        tokenizer=TokenizerConfig(
            revision=chosen["tokenizer_revision"],
            trust_remote_code=chosen["tokenizer_trust_remote_code"],
        ),
        streaming=chosen["streaming"],
        endpoint_path=chosen["endpoint_path"],
        extra_inputs=pairs("--extra-inputs", chosen["extra_inputs"], parse_values=True),
        use_legacy_max_tokens=chosen["use_legacy_max_tokens"],
        use_server_token_count=chosen["use_server_token_count"],
        command=("aiperf", *sys.argv[1:]),
        follow_timestamps=follows_timestamps(chosen),
        plugins_locked=Path(chosen["plugins_locked"]) if chosen["plugins_locked"] else None,
    )
