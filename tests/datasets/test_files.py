"""Datasets that read files: what they make of each format, and what they say of a bad line."""

from __future__ import annotations

import base64
import gzip
import json
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiperf.common.dataset_config import (
    AudioConfig,
    DatasetConfig,
    ImageConfig,
    PrefixConfig,
    TurnsConfig,
)
from aiperf.common.errors import ConfigError
from aiperf.datasets.mooncake_trace import MooncakeTraceDataset
from aiperf.datasets.multi_turn import MultiTurnDataset
from aiperf.datasets.random_pool import RandomPoolDataset
from aiperf.datasets.sharegpt import ShareGPTDataset
from aiperf.datasets.single_turn import SingleTurnDataset
from aiperf.tokenizers.builtin import BuiltinTokenizer

ALL = [
    SingleTurnDataset,
    MultiTurnDataset,
    RandomPoolDataset,
    MooncakeTraceDataset,
    ShareGPTDataset,
]
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
count = BuiltinTokenizer().count


@pytest.fixture
def write(tmp_path):
    def write(*rows, name="input.jsonl"):
        """Write rows as JSON Lines and return the path; a text is written as it is."""
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


def load(made, path, tokenizer=None, **changes):
    config = replace(DatasetConfig(entries=4, random_seed=1), input_file=str(path), **changes)
    return made(config=config, tokenizer=tokenizer or BuiltinTokenizer()).load()


def turns(made, path, **changes):
    return [each.turns for each in load(made, path, **changes)]


def problem(made, path, **changes):
    with pytest.raises(ConfigError) as caught:
        load(made, path, **changes)
    return str(caught.value)


# -- single_turn ---------------------------------------------------------------------------------


def test_a_line_is_a_prompt(write):
    path = write(
        {"text": "Hello", "output_length": 5, "timestamp": 10, "delay": 2.5},
        "",
        {"texts": ["a", "b"], "unknown": 1},
    )
    one, two = load(SingleTurnDataset, path)
    assert (one.conversation_id, two.conversation_id) == ("session_000000", "session_000001")
    (turn,) = one.turns
    assert (turn.texts, turn.max_tokens, turn.timestamp_ms, turn.delay_ms) == (
        ("Hello",), 5, 10.0, 2.5,
    )  # fmt: skip
    assert two.turns[0].texts == ("a", "b")


def test_lines_of_one_session_are_its_turns(write):
    """A name that a line has is not given to another conversation."""
    path = write(
        {"text": "a", "session_id": "session_000000"},
        {"text": "b"},
        {"text": "c", "session_id": "session_000000", "delay": 7},
    )
    one, two = load(SingleTurnDataset, path)
    assert [turn.texts[0] for turn in one.turns] == ["a", "c"]
    assert (one.conversation_id, two.conversation_id) == ("session_000000", "session_000001")


def test_texts_with_names_make_rankings(write):
    path = write(
        {
            "texts": [
                {"name": "query", "contents": ["q"]},
                {"name": "passages", "contents": ["a", "b"]},
            ]
        }
    )
    ((turn,),) = turns(SingleTurnDataset, path)
    assert (turn.query, turn.texts) == ("q", ("a", "b"))


def test_local_files_become_data(write, tmp_path):
    """They are looked for beside the file of prompts; addresses and data are left as they are."""
    (tmp_path / "a.png").write_bytes(PNG)
    (tmp_path / "b.wav").write_bytes(b"RIFF")
    path = write(
        {"text": "What?", "images": ["a.png", "https://host/c.jpg"], "audio": "b.wav"},
        {"image": "data:image/png;base64,AA==", "audio": "mp3,AAAA"},
    )
    (one,), (two,) = turns(SingleTurnDataset, path)
    encoded = base64.b64encode(PNG).decode()
    assert one.images == (f"data:image/png;base64,{encoded}", "https://host/c.jpg")
    assert one.audios == ("data:audio/wav;base64,UklGRg==",)
    assert (two.texts, two.audios) == ((), ("data:audio/mpeg;base64,AAAA",))


def test_the_options_for_output_and_system_fill_in(write):
    """What a line says counts more."""
    path = write({"text": "a"}, {"text": "b", "output_length": 3})
    one, two = turns(SingleTurnDataset, path, output_tokens_mean=9, system_prompt="Be brief.")
    assert (one[0].max_tokens, two[0].max_tokens) == (9, 3)
    assert {one[0].system, two[0].system} == {"Be brief."}


def test_a_packed_file_and_an_array_are_read_alike(write, tmp_path):
    rows = [{"text": "a"}, {"text": "b"}]
    packed = tmp_path / "input.jsonl.gz"
    packed.write_bytes(gzip.compress(b'{"text": "a"}\n{"text": "b"}\n'))
    array = write(json.dumps(rows, indent=1), name="input.json")
    assert turns(SingleTurnDataset, packed) == turns(SingleTurnDataset, array)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("{", "not JSON ("),
        ("3", "not a JSON object"),
        ({}, "there is nothing to send; give one of text"),
        ({"text": 3}, "text is 3, not a text"),
        ({"text": " "}, "text is ' ', not a text"),
        ({"text": "a", "texts": ["b"]}, "text and texts cannot be together"),
        ({"texts": "a"}, "texts is 'a', not a list"),
        ({"texts": [3]}, "texts has 3, not a text"),
        ({"texts": [{"name": "a"}]}, "texts has an object without a list of contents"),
        ({"image": "no.png"}, "image 'no.png' cannot be read: No such file or directory"),
        ({"image": "no.txt"}, "'no.txt' is neither a URL nor the name of a file of image"),
        ({"text": "a", "output_length": 0}, "output_length is 0, not a whole number of at least 1"),
        ({"text": "a", "timestamp": "1"}, "timestamp is '1', not a number of milliseconds"),
        ({"text": "a", "delay": -1}, "delay is -1, not a number of milliseconds"),
        ({"text": "a", "role": "bot"}, "role is 'bot', none of user, assistant, system"),
        ({"text": "a", "video": "b.mp4"}, "AIPerf does not send the field 'video'"),
        ({"text": "a", "role": "assistant"}, "an assistant's answer must follow a user's turn"),
    ],
)
def test_a_bad_line_is_told_with_its_number_and_reason(write, row, reason):
    path = write({"text": "good"}, row)
    assert problem(SingleTurnDataset, path).startswith(f"{path} cannot be sent: line 2: {reason}")


def test_the_first_bad_lines_are_told_and_the_others_counted(write):
    """In one line."""
    said = problem(SingleTurnDataset, write(*["{}"] * 8))
    assert re.findall(r"line (\d)", said) == ["1", "2", "3", "4", "5"]
    assert said.endswith("; and 3 more. Correct --input-file")
    assert "\n" not in said


@pytest.mark.parametrize("made", ALL)
def test_a_file_that_is_not_there_or_is_empty_is_told(made, write, tmp_path):
    assert "--input-file" in problem(made, tmp_path / "none")
    assert "--input-file" in problem(made, write("", name="empty.jsonl"))
    with pytest.raises(ConfigError, match="reads a file"):
        made(config=DatasetConfig(), tokenizer=BuiltinTokenizer())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2000) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = (
    *("text", "texts", "image", "audios", "turns", "role", "session_id", "delay", "timestamp"),
    *("input_length", "text_input", "hash_ids", "output_length", "conversations"),
)


@pytest.mark.parametrize(
    ("option", "changes"),
    [
        ("--image-width-mean", {"images": ImageConfig(width_mean=8, height_mean=8)}),
        ("--audio-length-mean", {"audio": AudioConfig(length_mean=1)}),
        ("--prompt-prefix-length", {"prefixes": PrefixConfig(pool_size=1, length=4)}),
        ("--shared-system-prompt-length", {"prefixes": PrefixConfig(system_length=4)}),
        ("--conversation-turn-mean", {"turns": TurnsConfig(mean=2)}),
    ],
)
@pytest.mark.parametrize("made", ALL)
def test_what_a_file_cannot_be_given_is_refused(made, write, option, changes):
    """It would not be sent, and nobody would know."""
    assert f"{option} is for generated prompts" in problem(made, write("x"), **changes)


@pytest.mark.once
@pytest.mark.parametrize("made", ALL)
@settings(
    database=None, deadline=None, max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=4), max_size=3))
def test_any_file_is_conversations_or_one_error(made, write, rows):
    """No other exception, and nothing that could not be sent."""
    try:
        conversations = load(made, write(*rows))
    except ConfigError as error:
        assert error.option == "--input-file"  # noqa: PT017 - the other way out is as good
        return
    assert all(turn.texts or turn.images or turn.audios or turn.query
               for each in conversations for turn in each.turns)  # fmt: skip


# -- multi_turn ----------------------------------------------------------------------------------


def test_a_line_is_a_conversation(write):
    """A system message is for all turns; an assistant's words are the answer to the turn before."""
    path = write(
        {
            "session_id": "one",
            "turns": [
                {"role": "system", "text": "Be kind."},
                {"text": "a"},
                {"role": "assistant", "text": "A"},
                {"text": "b", "delay": 5},
            ],
        },
        {"turns": [{"text": "c"}]},
    )
    one, two = load(MultiTurnDataset, path, system_prompt="Be brief.")
    assert one.conversation_id == "one"
    assert [(turn.texts[0], turn.answer, turn.delay_ms) for turn in one.turns] == [
        ("a", "A", None),
        ("b", None, 5.0),
    ]
    assert {turn.system for turn in one.turns} == {"Be brief.\n\nBe kind."}
    assert two.turns[0].system == "Be brief."


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"turns": []}, "there is no list of turns"),
        ({"turns": [3]}, "turn 1: not a JSON object"),
        ({"turns": [{"text": "a"}, {}]}, "turn 2: there is nothing to send"),
        (
            {"turns": [{"text": "a"}, {"role": "system", "text": "b"}]},
            "turn 2: a system message must come once, and first",
        ),
        (
            {"turns": [{"role": "system", "texts": ["a", "b"]}]},
            "turn 1: what a role 'system' says must be one text",
        ),
    ],
)
def test_a_bad_turn_is_told_with_its_number(write, row, reason):
    assert f"line 1: {reason}" in problem(MultiTurnDataset, write(row))


def test_a_session_needs_a_turn_of_a_user(write):
    path = write({"turns": [{"role": "system", "text": "a"}]})
    assert "has a system message and no turn of a user" in problem(MultiTurnDataset, path)


# -- random_pool ---------------------------------------------------------------------------------


def test_prompts_are_drawn_from_the_pool(write):
    """With replacement, as many as there are to be, the same for the same seed."""
    path = write({"text": "a"}, {"text": "b"})
    drawn = turns(RandomPoolDataset, path, entries=40)
    assert {turn.texts for (turn,) in drawn} == {("a",), ("b",)}
    assert len(drawn) == 40
    assert drawn == turns(RandomPoolDataset, path, entries=40)
    assert drawn != turns(RandomPoolDataset, path, entries=40, random_seed=2)


def test_each_file_of_a_directory_is_a_pool(write):
    write({"text": "q1"}, {"text": "q2"}, name="pools/queries.jsonl")
    path = write({"texts": ["p1", "p2"]}, {"text": "p3"}, name="pools/passages.jsonl").parent
    drawn = turns(RandomPoolDataset, path, entries=40)
    assert {turn.query for (turn,) in drawn} == {"q1", "q2"}
    assert {turn.texts for (turn,) in drawn} == {("p1", "p2"), ("p3",)}
    assert {turn.max_tokens for (turn,) in drawn} == {None}
    write({"image": "https://h/1.png", "output_length": 9}, name="pools/images.jsonl")
    assert {turn.max_tokens for (turn,) in turns(RandomPoolDataset, path)} == {9}
    said = problem(RandomPoolDataset, path, batch_size=2)
    assert "batch sizes other than 1 need a single pool" in said


def test_batches_are_drawn_by_kind(write):
    path = write({"text": "a", "image": "https://h/1.png"}, {"text": "b"})
    ((turn,), *_) = turns(RandomPoolDataset, path, batch_size=3, images=ImageConfig(batch_size=2))
    assert (len(turn.texts), len(turn.images)) == (3, 2)


# -- mooncake_trace ------------------------------------------------------------------------------


class Characters:
    """A tokenizer for which each character is a token."""

    def count(self, text):
        return len(text)

    def encode(self, text):
        return [ord(each) for each in text]

    def decode(self, token_ids):
        return "".join(map(chr, token_ids))


def test_a_trace_has_lengths_and_times(write):
    path = write(
        {"timestamp": 100, "input_length": 30, "output_length": 7},
        {"text_input": "Hello", "session_id": "s"},
        {"input_length": 3, "session_id": "s", "delay": 50},
    )
    (one,), (two, three) = turns(MooncakeTraceDataset, path)
    assert (count(one.texts[0]), one.input_tokens, one.max_tokens) == (30, 30, 7)
    assert one.timestamp_ms == 100
    assert two.texts == ("Hello",)
    assert (three.delay_ms, three.input_tokens) == (50, 3)


@pytest.mark.parametrize("tokenizer", [BuiltinTokenizer(), Characters()], ids=["words", "cut"])
def test_equal_hashes_share_their_text(write, tokenizer):
    """As far as the lists begin alike, and no further; the counts are the tokenizer's."""
    path = write(
        {"input_length": 70, "hash_ids": [1, 2, 3]},
        {"input_length": 90, "hash_ids": [1, 2, 4]},
        {"input_length": 64, "hash_ids": [1, 5]},
        {"input_length": 70, "hash_ids": [1, 2, 3]},
    )
    loaded = load(MooncakeTraceDataset, path, tokenizer, block_size=32)
    texts = [each.turns[0].texts[0] for each in loaded]
    assert texts[0] == texts[3]
    for text, each, wanted in zip(texts, loaded, (70, 90, 64, 70), strict=True):
        assert each.turns[0].input_tokens == tokenizer.count(text)
        assert abs(tokenizer.count(text) - wanted) <= 2
    shared = [len(tokenizer.encode(_common(texts[0], other))) for other in texts[1:3]]
    assert 64 <= shared[0] <= 68
    assert 32 <= shared[1] <= 36


def _common(one, other):
    length = next(
        (index for index, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
        min(len(one), len(other)),
    )
    return one[:length]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({}, "give one of input_length and text_input"),
        ({"input_length": 1, "text_input": "a"}, "give one of input_length and text_input"),
        ({"input_length": 0}, "input_length is 0, not a whole number of at least 1"),
        ({"text_input": "a", "hash_ids": [1]}, "hash_ids need an input_length"),
        ({"input_length": 1, "hash_ids": ["a"]}, "hash_ids is no list of whole numbers"),
        (
            {"input_length": 600, "hash_ids": [1]},
            "input_length 600 is 2 blocks of 512 tokens, and there are 1 hash_ids",
        ),
        ({"messages": []}, "AIPerf does not send the field 'messages'"),
    ],
)
def test_a_bad_line_of_a_trace_is_told(write, row, reason):
    assert f"line 1: {reason}" in problem(MooncakeTraceDataset, write(row))


# -- sharegpt ------------------------------------------------------------------------------------


def entry(*said):
    """Return an entry in which people and a model speak in turn."""
    who = ("human", "gpt") * len(said)
    return {"conversations": [{"from": a, "value": b} for a, b in zip(who, said, strict=False)]}


def test_pairs_are_turns_with_their_answers(write):
    """The number of tokens to ask for is that of the answer, unless one is asked for."""
    question, answer = "one two three four", "five six seven eight nine"
    path = write(json.dumps([entry(question, answer, question, answer, "the end")]))
    ((one, two),) = turns(ShareGPTDataset, path)
    assert (one.texts, one.answer, one.max_tokens, one.input_tokens) == ((question,), answer, 5, 4)
    assert two.max_tokens == 5
    ((one, _),) = turns(ShareGPTDataset, path, output_tokens_mean=2)
    assert one.max_tokens == 2


def test_what_is_not_fit_is_left_out(write):
    """Too short, too long, and what has no pair."""
    fit = "one two three four"
    rows = [entry("a", "b"), entry(fit), entry(fit, "a " * 2100), entry("a " * 1030, fit)]
    assert len(turns(ShareGPTDataset, write(*rows, entry(fit, fit)))) == 1
    assert "has no conversation of 4 to 2048 tokens" in problem(ShareGPTDataset, write(*rows))


def test_as_many_are_drawn_as_are_to_be(write):
    rows = [entry(f"one two three {number}", "one two three four") for number in range(30)]
    path = write(*rows)
    drawn = turns(ShareGPTDataset, path, entries=10)
    assert len({turn.texts for (turn,) in drawn}) == 10
    assert drawn == turns(ShareGPTDataset, path, entries=10)
    assert drawn != turns(ShareGPTDataset, path, entries=10, random_seed=2)
