"""Hugging Face tokenizers: by the path of a local copy, or by a model's name on the Hub.

A model that has a ``tokenizer.json`` is read by the library ``tokenizers``, which is quick to load
and counts the same; any other needs the library ``transformers``.
Sources: https://huggingface.co/docs/tokenizers, https://huggingface.co/docs/transformers.
"""

from __future__ import annotations

import hashlib
import os
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tokenizers import Tokenizer

from aiperf.common.errors import ConfigError
from aiperf.tokenizers.hub_files import FILE, OPTION, commit_of, hub_file, local_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class HuggingFaceTokenizer:
    """Counts as a model does, without the special tokens that a server adds around a prompt.

    One text is encoded at a time. ``TOKENIZERS_PARALLELISM`` is set to ``false`` unless it is set,
    so that the library starts no threads, which would take a core from the measurement. Truncation
    and padding, which a ``tokenizer.json`` may ask for, are left out.

    Args:
        name: a directory, a ``tokenizer.json``, or a model's name on the Hub.
        revision: the branch, tag or commit on the Hub; ``None`` is ``main``.
        trust_remote_code: whether code that comes with the model may be run.

    Raises:
        ConfigError: there is no such tokenizer, it cannot be had, or it cannot be read.
    """

    def __init__(
        self,
        *,
        name: str | None = None,
        revision: str | None = None,
        trust_remote_code: bool = False,
    ) -> None:
        if not name:
            raise ConfigError(
                f"which tokenizer? Give {OPTION} a directory or a name such as org/model",
                option=OPTION,
            )
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        path = local_path(name)
        about: dict[str, Any] = {"name": name, "revision": revision}
        file = _file_of(path, name, revision) if not trust_remote_code else None
        self._encoder: Tokenizer | _Slow
        if file is not None:
            self._encoder = _read(file)
            about["commit"] = commit_of(file) if path is None else None
            about["file"] = str(file)
            about["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
            about["library"] = "tokenizers"
        else:
            self._encoder = _transformers(
                name if path is None else str(path), revision, trust_remote_code=trust_remote_code
            )
            about["library"] = "transformers"
        about["vocabulary_size"] = self._encoder.get_vocab_size()
        self.about: Mapping[str, Any] = about
        """Which tokenizer it is, for the provenance."""
        self.count_all: Callable[[Sequence[str]], list[int]] | None = None
        """Counts several texts, of a tokenizer that needs no interpreter; see the protocol."""
        if not isinstance(self._encoder, _Slow):
            self.count_all = self._count_all

    def count(self, text: str) -> int:
        """Return the number of tokens in ``text``."""
        return self._count_all([text])[0]

    def encode(self, text: str) -> list[int]:
        """Return the token ids of ``text``."""
        # A batch of one: what encodes a single text finds out where each token was, too.
        return self._encoder.encode_batch_fast([text], add_special_tokens=False)[0].ids

    def _count_all(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens in each text."""
        found = self._encoder.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(each) for each in found]

    def decode(self, token_ids: Sequence[int]) -> str:
        """Return the text of ``token_ids``; some tokenizers change case or blanks on the way."""
        return self._encoder.decode(list(token_ids), skip_special_tokens=False)


def _file_of(path: Path | None, name: str, revision: str | None) -> Path | None:
    """Return the ``tokenizer.json`` to read, ``None`` if there is none."""
    if path is None:
        return hub_file(name, revision)
    if path.is_dir():
        path /= FILE
        return path if path.is_file() else None
    return path


def _read(file: Path) -> Tokenizer:
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises no narrower class
        raise ConfigError(
            f"{file} is not a tokenizer that the library tokenizers can read: {error}. Give "
            f"{OPTION} a {FILE}, or the directory that has it",
            option=OPTION,
        ) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


class _Ids:
    """What a slow tokenizer encoded."""

    __slots__ = ("ids",)

    def __init__(self, ids: list[int]) -> None:
        self.ids = ids

    def __len__(self) -> int:
        return len(self.ids)


class _Slow:
    """A tokenizer of ``transformers`` written in Python, with the methods of ``tokenizers``."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def encode_batch_fast(self, texts: list[str], *, add_special_tokens: bool) -> list[_Ids]:
        encode = self._tokenizer.encode
        return [_Ids(encode(text, add_special_tokens=add_special_tokens)) for text in texts]

    def decode(self, token_ids: list[int], *, skip_special_tokens: bool) -> str:
        return str(
            self._tokenizer.decode(
                token_ids,
                skip_special_tokens=skip_special_tokens,
                clean_up_tokenization_spaces=False,
            )
        )

    def get_vocab_size(self) -> int:
        return len(self._tokenizer)


def _transformers(name: str, revision: str | None, *, trust_remote_code: bool) -> Tokenizer | _Slow:
    """Return a tokenizer that has no ``tokenizer.json``, or code of its own."""
    try:
        transformers = import_module("transformers")  # takes seconds, and is an extra
    except ImportError as error:
        raise ConfigError(
            f"{name} has no {FILE}, or code of its own, so that it needs the library transformers, "
            "which is not installed. Run: pip install 'aiperf[transformers]'",
            option=OPTION,
        ) from error
    load = partial(
        transformers.AutoTokenizer.from_pretrained,
        name,
        revision=revision or "main",
        trust_remote_code=trust_remote_code,
    )
    try:
        try:
            loaded = load(local_files_only=True)
        except Exception:
            if Path(name).exists():
                raise
            loaded = load()
    except Exception as error:  # it has errors of many libraries
        reason = " ".join(str(error).split())
        raise ConfigError(
            f"transformers has no tokenizer for {name}: {reason}. Give {OPTION} the directory or "
            "the name of a model that it can read",
            option=OPTION,
        ) from error
    # The fast ones would start threads for each text; what is within them does not.
    fast = getattr(loaded, "backend_tokenizer", None)
    if fast is None:
        return _Slow(loaded)
    fast.no_truncation()
    fast.no_padding()
    encoder: Tokenizer = fast
    return encoder
