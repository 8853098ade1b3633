"""Turns the options of ``aiperf profile`` into a configuration."""

from __future__ import annotations

import json
import random
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from aiperf.common.config import (
    BenchmarkConfig,
    ComponentTypes,
    DatasetConfig,
    LoadConfig,
    OutputConfig,
    TransportConfig,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EMBEDDED_MODEL = "mock-model"
"""What is asked for when the embedded server is measured and no model is named."""

_LEAST_REQUESTS = 10


def to_config(chosen: Mapping[str, Any]) -> BenchmarkConfig:
    """Return the configuration that the options ask for; ``url`` is empty for the embedded server.

    Raises:
        click.UsageError: options contradict each other or have values that mean nothing.
    """
    url = chosen["url"]
    if url is not None and not chosen["model"]:
        raise click.UsageError("Missing option '--model': with --url, say which model to ask for.")
    model = chosen["model"] or EMBEDDED_MODEL
    seed = chosen["random_seed"]
    return BenchmarkConfig(
        model=model,
        transport=TransportConfig(
            url=_with_scheme(url) if url is not None else "",
            connect_timeout=chosen["connect_timeout_seconds"],
            request_timeout=chosen["request_timeout_seconds"],
            idle_timeout=chosen["idle_timeout_seconds"],
            headers={
                name: _header_text(value)
                for name, value in _pairs("--header", chosen["headers"], parse_values=False).items()
            },
            api_key=chosen["api_key"],
            verify=not chosen["tls_insecure"],
            ca_file=chosen["tls_ca_file"],
        ),
        dataset=DatasetConfig(
            entries=chosen["conversation_num"],
            input_tokens_mean=chosen["prompt_input_tokens_mean"],
            input_tokens_stddev=chosen["prompt_input_tokens_stddev"],
            output_tokens_mean=chosen["prompt_output_tokens_mean"],
            output_tokens_stddev=chosen["prompt_output_tokens_stddev"],
            batch_size=chosen["prompt_batch_size"],
            system_prompt=chosen["system_prompt"],
            random_seed=random.SystemRandom().randrange(2**32) if seed is None else seed,
        ),
        load=_load(chosen),
        output=OutputConfig(artifact_dir=_artifact_dir(chosen, model)),
        types=ComponentTypes(
            endpoint=chosen["endpoint_type"],
            transport=chosen["transport"],
            dataset=chosen["dataset_type"],
            arrival=chosen["arrival_pattern"],
            executor=chosen["executor"],
            tokenizer=chosen["tokenizer"],
            ui=chosen["ui_type"],
        ),
        streaming=chosen["streaming"],
        endpoint_path=chosen["endpoint_path"],
        extra_inputs=_pairs("--extra-inputs", chosen["extra_inputs"], parse_values=True),
        use_legacy_max_tokens=chosen["use_legacy_max_tokens"],
        use_server_token_count=chosen["use_server_token_count"],
        command=("aiperf", *sys.argv[1:]),
        plugins_locked=Path(chosen["plugins_locked"]) if chosen["plugins_locked"] else None,
    )


def _load(chosen: Mapping[str, Any]) -> LoadConfig:
    count = chosen["request_count"]
    if count is None and chosen["benchmark_duration"] is None:
        count = max(_LEAST_REQUESTS, 2 * chosen["concurrency"])
    return LoadConfig(
        concurrency=chosen["concurrency"],
        request_count=count,
        benchmark_duration=chosen["benchmark_duration"],
        grace_period=chosen["benchmark_grace_period"],
        warmup_request_count=chosen["warmup_request_count"],
    )


def _artifact_dir(chosen: Mapping[str, Any], model: str) -> Path:
    if chosen["output_artifact_dir"] is not None:
        return Path(chosen["output_artifact_dir"])
    words = (model, chosen["endpoint_type"], f"concurrency{chosen['concurrency']}")
    return Path("artifacts") / "-".join(re.sub(r"[^\w.]+", "_", word) for word in words)


def _with_scheme(url: str) -> str:
    return url if "://" in url else f"http://{url}"


def _pairs(option: str, texts: Sequence[str], *, parse_values: bool) -> dict[str, Any]:
    """Return ``NAME:VALUE`` texts and JSON objects as one mapping, later ones winning."""
    found: dict[str, Any] = {}
    for text in texts:
        if text.lstrip().startswith("{"):
            found.update(_json_object(option, text))
            continue
        name, colon, value = text.partition(":")
        if not colon or not name.strip():
            raise click.BadParameter(
                f"{text!r} is not NAME:VALUE, such as temperature:0.7.", param_hint=f"'{option}'"
            )
        found[name.strip()] = _value(value.strip()) if parse_values else value.strip()
    return found


def _json_object(option: str, text: str) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = _from_json(text)
    except ValueError as error:
        raise click.BadParameter(
            f"{text!r} is not JSON: {error}", param_hint=f"'{option}'"
        ) from None
    return loaded


def _header_text(value: Any) -> str:
    if not isinstance(value, str):
        raise click.BadParameter(
            "the values of a JSON object of headers must be strings.", param_hint="'--header'"
        )
    return value


def _value(text: str) -> Any:
    """Return ``text`` as the JSON value that it is, or as it stands."""
    try:
        return _from_json(text)
    except ValueError:
        return text


def _from_json(text: str) -> Any:
    """Decode JSON, and not the ``NaN`` and ``Infinity`` that Python takes for it."""
    return json.loads(text, parse_constant=_refuse)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON value")
