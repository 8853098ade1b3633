"""Small tokenizers of real libraries, made here: nothing is downloaded."""

from __future__ import annotations

import base64
import sys
from typing import TYPE_CHECKING

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEXT = ["the quick brown fox jumps over the lazy dog", "to be or not to be, that is the question"]


@pytest.fixture(scope="session")
def tokenizer_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a directory with a byte-level BPE that truncates, pads and adds special tokens."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        TEXT * 20,
        trainers.BpeTrainer(
            vocab_size=300,
            special_tokens=["<s>", "<pad>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", 0)]
    )
    tokenizer.enable_truncation(4)
    tokenizer.enable_padding(length=4, pad_id=1, pad_token="<pad>")  # noqa: S106 - no password
    directory = tmp_path_factory.mktemp("tokenizer")
    tokenizer.save(str(directory / "tokenizer.json"))
    return directory


@pytest.fixture(scope="session")
def byte_encoding(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the name of an encoding that a plugin of tiktoken brings: a token for each byte."""
    root = tmp_path_factory.mktemp("tiktoken")
    (root / "tiktoken_ext").mkdir()
    ranks = {base64.b64encode(bytes([each])).decode(): each for each in range(256)}
    (root / "tiktoken_ext" / "aiperf_bytes.py").write_text(
        f"""
import base64

def bytes_base():
    ranks = {{base64.b64decode(text): rank for text, rank in {ranks!r}.items()}}
    ranks[b"the"] = 256
    ranks[b"th"] = 257
    return {{
        "name": "bytes_base",
        "pat_str": r"\\S+|\\s+",
        "mergeable_ranks": {{**ranks, b"th": 256, b"the": 257}},
        "special_tokens": {{"<|endoftext|>": 258}},
    }}

ENCODING_CONSTRUCTORS = {{"bytes_base": bytes_base}}
"""
    )
    sys.path.insert(0, str(root))
    yield "bytes_base"
    sys.path.remove(str(root))
