"""The encodings of tiktoken."""

from __future__ import annotations

import pytest

from aiperf.common.errors import ConfigError
from aiperf.testing import TokenizerContract
from aiperf.tokenizers.tiktoken_encoding import TiktokenTokenizer


class TestContract(TokenizerContract):
    implementation = "tiktoken"
    name = "bytes_base"

    @pytest.fixture(autouse=True)
    def _there(self, byte_encoding):
        assert byte_encoding == self.name


def test_an_encoding(byte_encoding):
    """It counts, and is told by its name."""
    tokenizer = TiktokenTokenizer(name=byte_encoding)
    assert tokenizer.count("the fox") == 5
    assert tokenizer.about == {
        "name": "bytes_base",
        "encoding": "bytes_base",
        "library": "tiktoken",
        "vocabulary_size": 259,
    }


def test_what_looks_like_a_special_token_is_text(byte_encoding):
    """As in a prompt that talks about it."""
    assert TiktokenTokenizer(name=byte_encoding).count("<|endoftext|>") == 13


@pytest.mark.usefixtures("byte_encoding")
def test_a_name_that_is_none():
    """The error has the nearest one, and all."""
    with pytest.raises(ConfigError, match=r"Did you mean 'bytes_base'.*The encodings: bytes"):
        TiktokenTokenizer(name="byte_base")


def test_an_encoding_that_cannot_be_had(tmp_path, monkeypatch):
    """It would have to be fetched, by way of a proxy that is not there."""
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    with pytest.raises(ConfigError, match=r"p50k_base cannot be loaded: .*TIKTOKEN_CACHE_DIR"):
        TiktokenTokenizer(name="text-davinci-003")
