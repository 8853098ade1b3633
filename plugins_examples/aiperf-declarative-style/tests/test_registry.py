"""What installing the plugin changes, seen through the factories that AIPerf itself uses."""

from __future__ import annotations

from aiperf.common.factories import EndpointFactory, PluginDiscovery, TokenizerFactory
from aiperf.common.models import ModelEndpoint, Turn


def test_the_plugin_loads() -> None:
    """Discovery finds it by its entry point, and its registrations are its own."""
    record = PluginDiscovery.discover_all().get("declarative_style")
    assert record is not None
    assert record.status == "active"
    assert {entry.identifier for entry in record.entries} == {"short_embeddings", "utf8"}


def test_embeddings_are_short() -> None:
    """The plugin's endpoint is the one in force, and differs in one field."""
    PluginDiscovery.discover_all()
    model = ModelEndpoint("m")
    turns = [Turn(("a", "b"))]
    short = EndpointFactory.create_instance("embeddings", model_endpoint=model)
    with EndpointFactory.using("embeddings", "openai_embeddings"):
        builtin = EndpointFactory.create_instance("embeddings", model_endpoint=model)
    assert short.format_payload(turns) == {"dimensions": 256, **builtin.format_payload(turns)}


def test_bytes_are_tokens() -> None:
    """Every text survives encoding and decoding."""
    PluginDiscovery.discover_all()
    tokenizer = TokenizerFactory.create_instance("utf8")
    assert tokenizer.count("aé") == len(tokenizer.encode("aé")) == 3  # noqa: PLR2004 - é is two
    assert tokenizer.decode(tokenizer.encode("aé")) == "aé"
