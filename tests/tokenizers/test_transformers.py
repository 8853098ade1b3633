"""What only ``transformers`` can read, with the real library, where it is installed."""

from __future__ import annotations

import json
import os
import shutil
from importlib.util import find_spec

import pytest

from aiperf.tokenizers.huggingface import HuggingFaceTokenizer

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def _installed():
    """The environment that is to have the library has it."""
    if find_spec("transformers") is None:
        assert os.environ.get("TOX_ENV_NAME") != "py311", "py311 must have transformers"
        pytest.skip("transformers is not installed; tox -e py311 has it")


def test_a_vocabulary_without_a_tokenizer_json(tmp_path):
    """It is made a fast one, which does not cut off at the model's length."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "fox", "##es"]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    config = {"tokenizer_class": "BertTokenizer", "model_max_length": 4}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    tokenizer = HuggingFaceTokenizer(name=str(tmp_path))
    assert tokenizer.encode("the foxes the fox the fox") == [5, 6, 7, 5, 6, 5, 6]
    assert tokenizer.count("the foxes") == 3
    assert tokenizer.decode([5, 6, 7]) == "the foxes"
    assert tokenizer.about["library"] == "transformers"
    assert tokenizer.about["vocabulary_size"] == 8


def test_one_that_is_written_in_python(tmp_path):
    """Its special tokens are left out as well."""
    (tmp_path / "tokenizer_config.json").write_text('{"tokenizer_class": "ByT5Tokenizer"}')
    tokenizer = HuggingFaceTokenizer(name=str(tmp_path))
    assert tokenizer.count("hé") == 3
    assert tokenizer.decode(tokenizer.encode("hé")) == "hé"
    assert tokenizer.about["library"] == "transformers"


def test_a_model_whose_code_is_trusted(tokenizer_directory, tmp_path):
    """It is read by transformers though it has a ``tokenizer.json``, and counts the same."""
    shutil.copy(tokenizer_directory / "tokenizer.json", tmp_path)
    config = {"tokenizer_class": "PreTrainedTokenizerFast"}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    text = "the quick brown fox jumps over it"
    trusted = HuggingFaceTokenizer(name=str(tmp_path), trust_remote_code=True)
    assert trusted.about["library"] == "transformers"
    assert trusted.count(text) == HuggingFaceTokenizer(name=str(tmp_path)).count(text)
