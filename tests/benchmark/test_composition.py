"""The parts of a benchmark, each from its factory by its class type."""

from __future__ import annotations

import asyncio
import itertools
import json
import pickle
from dataclasses import replace

import pytest

from aiperf.benchmark.composition import (
    LoadBuilder,
    build_endpoint,
    build_exporters,
    build_transport,
)
from aiperf.common.config import LoadConfig
from aiperf.common.errors import ConfigError
from aiperf.common.factories import FactoryCreationError


@pytest.mark.parametrize(
    ("endpoint", "header"), [("chat", b"Authorization: Bearer k"), ("messages", b"x-api-key: k")]
)
def test_the_api_key_goes_where_the_endpoint_wants_it(with_types, config, endpoint, header):
    """The metadata of its entry says so."""
    transport = replace(config.transport, url="http://h", api_key="k")
    made = build_transport(with_types({"transport": transport}, endpoint=endpoint))
    assert header in made.prepare("/", b"", {}).head.split(b"\r\n")


def test_the_endpoint_knows_the_options_of_the_run(config):
    endpoint = build_endpoint(
        replace(
            config,
            streaming=True,
            endpoint_path="/v2/chat",
            extra_inputs={"temperature": 0.5},
            use_legacy_max_tokens=True,
        )
    )
    (turn,) = LoadBuilder(config).conversations[0].turns
    payload = endpoint.format_payload([turn])
    assert endpoint.path == "/v2/chat"
    assert (payload["model"], payload["stream"], payload["temperature"]) == ("m", True, 0.5)
    assert payload["max_tokens"] == 4


def test_exporters_are_in_the_order_of_the_configuration(with_types):
    names = [type(each).__name__ for each in build_exporters(with_types(exporters=("csv", "json")))]
    assert names == ["CSVExporter", "JSONExporter"]


@pytest.mark.parametrize("factory", ["endpoint", "transport", "dataset", "arrival", "tokenizer"])
def test_an_unknown_class_type_is_an_error_that_lists_the_known(with_types, factory):
    """Which is what a misspelled option comes to."""
    builder = LoadBuilder(with_types(**{factory: "nonesuch"}))
    with pytest.raises(FactoryCreationError, match="'nonesuch'") as caught:
        builder()
    assert caught.value.factory == factory


def test_a_builder_makes_fresh_parts_of_one_dataset(config):
    """Each place that generates load has its own transport and the same prompts."""
    builder = LoadBuilder(config)
    first, second = builder(), builder()
    assert first.transport is not second.transport
    assert first.conversations is second.conversations is builder.conversations
    assert [each.conversation_id for each in first.conversations] == [
        "session_000000",
        "session_000001",
        "session_000002",
    ]


def test_conversations_are_sent_in_order(config):
    """Round and round."""
    assert list(itertools.islice(LoadBuilder(config)().order(), 7)) == [0, 1, 2, 0, 1, 2, 0]


def of_trace(config, tmp_path, with_types, **load):
    """Return a configuration for a trace of three conversations."""
    path = tmp_path / "trace.jsonl"
    rows = [{"timestamp": at, "input_length": 5, "output_length": 2} for at in (30, 10, 20)]
    path.write_text("\n".join(map(json.dumps, rows)))
    config = with_types({"follow_timestamps": True}, dataset="mooncake_trace")
    dataset = replace(config.dataset, input_file=path)
    return replace(config, dataset=dataset, load=replace(config.load, **load))


def test_a_trace_is_sent_once_at_its_times(config, tmp_path, with_types):
    """Here and in another process; whatever the sampling strategy."""
    config = of_trace(config, tmp_path, with_types, fixed_schedule_start_offset=15.0)
    config = replace(config, dataset=replace(config.dataset, sampling_strategy="shuffle"))
    builder = LoadBuilder(config)
    for each in (builder, pickle.loads(pickle.dumps(builder))):
        parts = each()
        assert list(parts.order()) == [0, 1]
        assert [one.turns[0].timestamp_ms for one in parts.conversations] == [5, 15]
        assert type(parts.arrival).__name__ == "FixedScheduleArrival"
        assert each.config.load.request_count == 2


def test_the_warm_up_of_a_trace_is_a_closed_loop(config, tmp_path, with_types):
    """Unless another pattern is asked for; without a warm-up there is one arrival."""
    parts = LoadBuilder(of_trace(config, tmp_path, with_types, warmup_request_count=2))()
    assert type(parts.warmup_arrival).__name__ == "ConcurrencyArrival"
    parts = LoadBuilder(of_trace(config, tmp_path, with_types))()
    assert parts.warmup_arrival is parts.arrival


def test_the_warm_up_has_an_arrival_and_chance_of_its_own(with_types):
    """So that the benchmark's schedule is the same with it and without."""
    load = LoadConfig(request_count=2, request_rate=1e6, warmup_request_count=2)
    config = with_types({"load": load}, arrival="poisson")

    async def gap(arrival):
        return -(await arrival.acquire() - await arrival.acquire())

    def gaps(config):
        parts = LoadBuilder(config)()
        return asyncio.run(gap(parts.arrival)), asyncio.run(gap(parts.warmup_arrival))

    measured, warm = gaps(config)
    assert measured != warm
    assert gaps(replace(config, load=replace(load, warmup_duration=3.0))) == (measured, warm)
    without = replace(config, load=replace(load, warmup_request_count=0))
    assert asyncio.run(gap(LoadBuilder(without)().arrival)) == measured


def test_a_builder_survives_pickling_without_its_dataset(config):
    """The other process makes the same conversations anew."""
    builder = LoadBuilder(config)
    prompts = builder.conversations
    pickled = pickle.dumps(builder)
    assert b"session_000000" not in pickled
    copy = pickle.loads(pickled)
    assert copy.conversations == prompts
    assert copy.conversations is not prompts
    assert type(copy().transport) is type(builder().transport)


def test_trying_out_tells_what_cannot_work(config):
    """It makes every part, so that a wrong option is known before the run."""
    asyncio.run(LoadBuilder(config).try_out())
    wrong = replace(config, transport=replace(config.transport, url="ftp://host"))
    with pytest.raises(FactoryCreationError) as caught:
        asyncio.run(LoadBuilder(wrong).try_out())
    assert isinstance(caught.value.__cause__, ConfigError)
