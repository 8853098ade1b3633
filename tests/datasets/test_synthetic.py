"""Generated prompts: their lengths, and that a seed gives them again."""

from __future__ import annotations

import random
import re
import statistics
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiperf.common.config import DatasetConfig
from aiperf.common.errors import ConfigError
from aiperf.datasets.synthetic import SyntheticDataset
from aiperf.tokenizers.builtin import BuiltinTokenizer

CONFIG = DatasetConfig(entries=5, input_tokens_mean=20, random_seed=7)
quickly = settings(database=None, deadline=None, max_examples=50)


class Characters:
    """A tokenizer for which each character is a token."""

    def __init__(self, *, name=None):
        self.name = name

    def count(self, text):
        return len(self.encode(text))

    def encode(self, text):
        return [ord(each) for each in text]

    def decode(self, token_ids):
        return "".join(map(chr, token_ids))


class WithMarkers(Characters):
    """The same with a marker before and after each text, as many models have it."""

    def encode(self, text):
        return [0, *super().encode(text), 1]

    def decode(self, token_ids):
        return super().decode([each for each in token_ids if each > 1])


class Stripping(Characters):
    """A tokenizer whose decoding loses blanks at the end."""

    def decode(self, token_ids):
        return super().decode(token_ids).rstrip()


class Pairs(BuiltinTokenizer):
    """A tokenizer that can only say even numbers."""

    def count(self, text):
        return 2 * ((super().count(text) + 1) // 2)


class Lines(Characters):
    """A tokenizer whose tokens are far longer than a word."""

    def encode(self, text):
        return [text[each : each + 50] for each in range(0, len(text), 50)]

    def decode(self, token_ids):
        return "".join(token_ids)


class Deaf(Characters):
    """A tokenizer for which every text is one token."""

    def encode(self, text):
        return super().encode(text)[:1]


def load(config=CONFIG, tokenizer=None):
    """Return the turns of a dataset, one for each conversation."""
    dataset = SyntheticDataset(config=config, tokenizer=tokenizer or BuiltinTokenizer())
    conversations = dataset.load()
    assert all(len(each.turns) == 1 for each in conversations)
    return [each.turns[0] for each in conversations]


@quickly
@given(
    st.builds(
        DatasetConfig,
        entries=st.integers(1, 6),
        input_tokens_mean=st.floats(1, 200),
        input_tokens_stddev=st.floats(0, 100),
        output_tokens_mean=st.none() | st.floats(1, 200),
        output_tokens_stddev=st.floats(0, 100),
        batch_size=st.integers(1, 3),
        system_prompt=st.none() | st.sampled_from(["", "You are helpful.", "x"]),
        random_seed=st.integers(),
    ),
    st.sampled_from([BuiltinTokenizer, Characters, WithMarkers, Stripping, Pairs, Lines, Deaf]),
)
def test_counts_are_those_of_the_tokenizer(config, tokenizer_type):
    """Whatever the tokenizer: all texts and the system prompt together; no text is blank."""
    tokenizer = tokenizer_type()
    turns = load(config, tokenizer)
    assert len(turns) == config.entries
    for turn in turns:
        assert len(turn.texts) == config.batch_size
        assert all(text.strip() for text in turn.texts)
        system = tokenizer.count(turn.system) if turn.system else 0
        assert turn.input_tokens == system + sum(map(tokenizer.count, turn.texts))
        assert (turn.max_tokens is None) == (config.output_tokens_mean is None)
        assert turn.max_tokens is None or turn.max_tokens >= 1


@quickly
@given(st.integers(1, 400), st.integers(), st.sampled_from([BuiltinTokenizer, Characters, Lines]))
def test_without_deviation_every_text_has_exactly_the_mean(length, seed, tokenizer_type):
    """A tokenizer whose tokens can be cut anywhere gives any length."""
    tokenizer = tokenizer_type()
    config = DatasetConfig(entries=2, batch_size=2, input_tokens_mean=length, random_seed=seed)
    texts = [text for turn in load(config, tokenizer) for text in turn.texts]
    assert [tokenizer.count(text) for text in texts] == [length] * 4


@pytest.mark.parametrize("length", [3, 4, 50, 51])
def test_markers_are_part_of_the_length(length):
    """A tokenizer that adds two markers leaves two tokens fewer for the text."""
    for turn in load(replace(CONFIG, input_tokens_mean=length), WithMarkers()):
        assert turn.input_tokens == length
        assert len(turn.texts[0]) == length - 2


@pytest.mark.parametrize("length", [20, 21, 22, 23])
def test_a_length_that_cannot_be_reached_is_met_as_nearly_as_can_be(length):
    """What the tokenizer says is what is reported, though it was not what was asked for."""
    for turn in load(replace(CONFIG, input_tokens_mean=length), Pairs()):
        assert turn.input_tokens in {length - 1, length, length + 1}
        assert turn.input_tokens % 2 == 0


@pytest.mark.parametrize(("mean", "stddev"), [(550, 50), (100, 5)])
def test_lengths_are_normally_distributed(mean, stddev):
    """Of 400 lengths, mean and deviation are near those asked for: four standard errors."""
    entries = 400
    config = DatasetConfig(
        entries=entries,
        input_tokens_mean=mean,
        input_tokens_stddev=stddev,
        output_tokens_mean=mean,
        output_tokens_stddev=stddev,
        random_seed=1,
    )
    turns = load(config)
    for lengths in ([t.input_tokens for t in turns], [t.max_tokens for t in turns]):
        error = stddev / entries**0.5
        assert statistics.mean(lengths) == pytest.approx(mean, abs=4 * error)
        assert statistics.stdev(lengths) == pytest.approx(stddev, abs=4 * error)


def test_a_wide_distribution_has_no_length_below_one():
    """A draw below one token is one token."""
    config = DatasetConfig(entries=100, input_tokens_mean=2, input_tokens_stddev=50, random_seed=3)
    lengths = [turn.input_tokens for turn in load(config)]
    assert min(lengths) == 1


def test_the_seed_gives_the_same_dataset_again():
    """In another object, and when it is loaded twice."""
    dataset = SyntheticDataset(config=CONFIG, tokenizer=BuiltinTokenizer())
    assert dataset.load() == dataset.load()
    assert load() == load()


def test_another_seed_gives_other_prompts():
    """The prompts follow from the seed."""
    assert load()[0].texts != load(replace(CONFIG, random_seed=8))[0].texts


def test_without_a_seed_no_two_datasets_are_alike():
    """Two runs do not find each other's prompts in the server's cache."""
    config = replace(CONFIG, random_seed=None)
    assert load(config)[0].texts != load(config)[0].texts


def test_no_two_prompts_begin_alike():
    """A prefix cache has nothing to find within a run either."""
    beginnings = {turn.texts[0][:30] for turn in load(replace(CONFIG, entries=200))}
    assert len(beginnings) == 200


def test_asking_for_other_outputs_leaves_the_prompts_as_they_were():
    """A comparison over output lengths compares the same prompts."""
    texts = [turn.texts for turn in load()]
    other = load(replace(CONFIG, output_tokens_mean=9, output_tokens_stddev=3))
    assert [turn.texts for turn in other] == texts


def test_the_global_generator_is_left_alone():
    """Neither read nor moved on: other parts of a program may depend on it."""
    state = random.getstate()
    first = load()
    assert random.getstate() == state
    random.seed(99)
    try:
        assert load() == first
    finally:
        random.setstate(state)


def test_conversations_have_ids_of_their_own():
    """They are the same for every seed, so that runs can be compared line by line."""
    dataset = SyntheticDataset(config=replace(CONFIG, entries=3), tokenizer=BuiltinTokenizer())
    ids = [each.conversation_id for each in dataset.load()]
    assert ids == ["session_000000", "session_000001", "session_000002"]


def test_the_system_prompt_goes_into_every_turn_and_its_count():
    """Its tokens are input tokens like any others."""
    turns = load(replace(CONFIG, system_prompt="Answer in one word."))
    assert {turn.system for turn in turns} == {"Answer in one word."}
    assert {turn.input_tokens for turn in turns} == {20 + 5}


def test_prompts_are_words():
    """A prompt begins with a word and not with the blank of a cut."""
    assert all(re.fullmatch(r"[a-z]+( [a-z]+)*", turn.texts[0]) for turn in load())


@pytest.mark.parametrize(
    ("option", "field", "value"),
    [
        ("--num-dataset-entries", "entries", 0),
        ("--prompt-batch-size", "batch_size", 0),
        ("--synthetic-input-tokens-mean", "input_tokens_mean", 0),
        ("--synthetic-input-tokens-mean", "input_tokens_mean", float("nan")),
        ("--synthetic-input-tokens-mean", "input_tokens_mean", float("inf")),
        ("--synthetic-input-tokens-stddev", "input_tokens_stddev", -1),
        ("--output-tokens-mean", "output_tokens_mean", 0.5),
        ("--output-tokens-stddev", "output_tokens_stddev", float("nan")),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(option, field, value):
    """Before anything is generated, and with the option that a person would change."""
    with pytest.raises(ConfigError, match=f"^{option} must be .* not {value}$") as caught:
        SyntheticDataset(config=replace(CONFIG, **{field: value}), tokenizer=BuiltinTokenizer())
    assert caught.value.option == option
