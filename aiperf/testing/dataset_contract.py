"""The contract of a dataset: conversations that can be sent, the same ones for the same seed."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from aiperf.common.config import DatasetConfig
from aiperf.common.factories import DatasetFactory, TokenizerFactory
from aiperf.common.models import Conversation, Turn
from aiperf.common.protocols import DatasetProtocol
from aiperf.testing.contract import Contract, untouched_random

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.common.protocols import TokenizerProtocol

_SCRIPT = """
import pickle, sys
path, found, config, tokenizer = pickle.loads(sys.stdin.buffer.read())
sys.path[:] = path
found, config, tokenizer = map(pickle.loads, (found, config, tokenizer))
print(ascii(list(found(config=config, tokenizer=tokenizer()).load())))
"""


class DatasetContract(Contract):
    """Subclass it, set ``implementation``, and override :meth:`config` if it needs more."""

    factory = DatasetFactory
    protocols = (DatasetProtocol,)

    # -- what a subclass may change ------------------------------------------------------------

    def config(self, **changes: Any) -> DatasetConfig:
        """Return what the dataset is made with; ``changes`` are what a test asks for."""
        plain = {"entries": 5, "input_tokens_mean": 8.0, "output_tokens_mean": 4.0}
        return DatasetConfig(**{**plain, "random_seed": 1, **changes})

    def tokenizer(self) -> TokenizerProtocol:
        """Return the tokenizer that the dataset is made with."""
        return TokenizerFactory.create_instance("builtin")

    # -- the tests -----------------------------------------------------------------------------

    def test_there_is_something_to_send(self) -> None:
        """At least one conversation, each with turns, each with a text, an image or audio."""
        conversations = self._load()
        assert len(conversations) >= 1, "there is no conversation; a run needs at least one"
        for conversation in conversations:
            assert isinstance(conversation, Conversation), f"{conversation!r} is no Conversation"
            name = conversation.conversation_id
            assert conversation.turns, f"the conversation {name!r} has no turn"
            for turn in conversation.turns:
                _check(turn, name)

    def test_each_conversation_has_an_id_of_its_own(self) -> None:
        """Records and ``inputs.json`` name conversations by it."""
        ids = [each.conversation_id for each in self._load()]
        assert all(type(each) is str for each in ids), f"an id is no text: {ids}"
        assert "" not in ids, "an id is empty"
        assert len(set(ids)) == len(ids), f"two conversations share an id: {sorted(ids)}"

    def test_the_same_seed_gives_the_same_conversations(self) -> None:
        """From one instance, and from two."""
        dataset = self._dataset()
        first = list(dataset.load())
        assert list(dataset.load()) == first, "a second load() gave other conversations"
        assert list(self._load()) == first, "a second instance gave other conversations"

    def test_the_processs_own_generator_is_left_alone(self) -> None:
        """A benchmark with a seed must not depend on what else used ``random``, or change it."""
        with untouched_random():
            self._load()

    def test_no_seed_is_needed(self) -> None:
        """Then the conversations may differ from run to run."""
        assert len(self._load(random_seed=None)) >= 1, "without a seed there is no conversation"

    def test_another_process_makes_the_same(self) -> None:
        """Load that is generated in several processes sends the same conversations in each."""
        made, tokenizer = self.the_class(), type(self.tokenizer())
        try:
            task = [pickle.dumps(each) for each in (made, self.config(), tokenizer)]
        except (AttributeError, pickle.PicklingError):
            pytest.skip("the class, its configuration or its tokenizer cannot be pickled")
        printed = [
            subprocess.run(  # noqa: S603 - this interpreter
                [sys.executable, "-c", _SCRIPT],
                input=pickle.dumps((sys.path, *task)),
                env={**os.environ, "PYTHONHASHSEED": seed},
                capture_output=True,
                check=False,
            )
            for seed in ("1", "2")
        ]
        for each in printed:
            said = each.stderr.decode(errors="replace")
            if f"No module named '{made.__module__.partition('.')[0]}" in said:
                pytest.skip("the class is in a test module, which another process cannot import")
            assert each.returncode == 0, f"in another process, load() failed:\n{said}"
        one, two = (each.stdout for each in printed)
        assert one == two, (
            "two processes gave other conversations for one seed: something depends on the order "
            "of a set or on hash()"
        )
        assert one.decode().strip() == ascii(list(self._load())), "another process gave others"

    # -- details -------------------------------------------------------------------------------

    def _dataset(self, **changes: Any) -> DatasetProtocol:
        made: DatasetProtocol = self.make(config=self.config(**changes), tokenizer=self.tokenizer())
        return made

    def _load(self, **changes: Any) -> Sequence[Conversation]:
        loaded = self._dataset(**changes).load()
        assert hasattr(loaded, "__getitem__"), f"load() gave {type(loaded).__name__}, no sequence"
        assert hasattr(loaded, "__len__"), f"load() gave {type(loaded).__name__}, no sequence"
        return loaded


def _check(turn: Turn, name: str) -> None:
    assert isinstance(turn, Turn), f"conversation {name!r} has {turn!r}, no Turn"
    assert isinstance(turn.texts, tuple), f"conversation {name!r}: texts is no tuple"
    has_something = turn.texts or turn.images or turn.audios
    assert has_something, f"conversation {name!r} has a turn without text, image or audio"
    for text in turn.texts:
        assert isinstance(text, str), f"conversation {name!r} has {text!r} for a text"
        assert text.strip(), f"conversation {name!r} has an empty text, which servers refuse"
    assert turn.system is None or isinstance(turn.system, str), f"system is {turn.system!r}"
    for what, least in (("max_tokens", 1), ("input_tokens", 1)):
        count = getattr(turn, what)
        assert count is None or (type(count) is int and count >= least), (
            f"conversation {name!r}: {what} is {count!r}, neither None nor a number from {least}"
        )
