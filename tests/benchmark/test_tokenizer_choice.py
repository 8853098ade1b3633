"""Which tokenizer a word means."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aiperf.benchmark.tokenizer_choice import build_tokenizer, told, with_tokenizer
from aiperf.common.config import TokenizerConfig
from aiperf.common.errors import ConfigError
from aiperf.common.factories import TokenizerFactory
from aiperf.testing import isolated_plugins


class OldTokenizer:
    """One that was written before any had more than a name."""

    def __init__(self, *, name=None):
        self.name = name

    def count(self, text):
        return len(text)


@pytest.mark.parametrize(
    ("asked", "class_type", "name"),
    [
        ("builtin", "builtin", None),
        ("huggingface", "huggingface", "m"),
        ("tiktoken", "tiktoken", "m"),
        ("tiktoken:o200k_base", "tiktoken", "o200k_base"),
        ("huggingface:buildin", "huggingface", "buildin"),
        ("org/model", "huggingface", "org/model"),
        ("./here", "huggingface", "./here"),
        ("gpt2", "huggingface", "gpt2"),
        ("C:/models", "huggingface", "C:/models"),
    ],
)
def test_what_a_word_means(with_types, asked, class_type, name):
    """A class type, a class type and a name, or a name; a type that loads takes the model's."""
    config = with_tokenizer(with_types(tokenizer=asked))
    assert (config.types.tokenizer, config.tokenizer.name) == (class_type, name)


def test_nearly_a_class_type_is_looked_up_nowhere(with_types, tmp_path, monkeypatch):
    """Unless there is a file of that name."""
    config = with_types(tokenizer="buildin")
    with pytest.raises(ConfigError, match=r"Did you mean 'builtin'.*huggingface:buildin") as caught:
        with_tokenizer(config)
    assert caught.value.option == "--tokenizer"
    (tmp_path / "buildin").mkdir()
    monkeypatch.chdir(tmp_path)
    assert with_tokenizer(config).tokenizer.name == "buildin"


@pytest.mark.parametrize(
    ("wanted", "option"),
    [
        (TokenizerConfig(revision="v1"), "--tokenizer-revision"),
        (TokenizerConfig(trust_remote_code=True), "--tokenizer-trust-remote-code"),
    ],
)
def test_an_option_that_a_tokenizer_does_not_take(config, wanted, option):
    """It is an error, rather than another count than was asked for."""
    with pytest.raises(ConfigError, match=f"'builtin' takes no {option}. Leave it out") as caught:
        build_tokenizer(replace(config, tokenizer=wanted))
    assert caught.value.option == option


def test_a_tokenizer_that_says_nothing_of_itself(with_types):
    """It gets its name, if one is asked for, and is told by it."""
    with isolated_plugins() as plugins:
        plugins.add(TokenizerFactory, "old", OldTokenizer)
        config = with_tokenizer(with_types(tokenizer="old:words"))
        tokenizer = build_tokenizer(config)
        assert tokenizer.name == "words"
        assert told(tokenizer, config) == {"class_type": "old", "name": "words"}
        config = with_tokenizer(with_types(tokenizer="old"))
        assert build_tokenizer(config).name is None


def test_the_builtin_one_is_told(config):
    assert told(build_tokenizer(config), config) == {
        "class_type": "builtin",
        "name": "builtin",
        "library": "aiperf",
    }
