"""The tokenizer that needs no download."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiperf.tokenizers.builtin import BuiltinTokenizer

TEXTS = st.text() | st.text(alphabet="ab _.,-\n\t 1é\u00a0\u2003") | st.text(alphabet=" a.")
quickly = settings(database=None, deadline=None)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("Hello", ["Hello"]),
        ("Hello, world!", ["Hello", ",", " world", "!"]),
        ("a  b", ["a", "  ", "b"]),
        ("a\n b", ["a", "\n ", "b"]),
        ("x == y", ["x", " ==", " y"]),
        ("naïve café", ["naïve", " café"]),
        ("日本語 text", ["日本語", " text"]),
        ("snake_case 42", ["snake_case", " 42"]),
        (" ", [" "]),
    ],
)
def test_the_pieces_of_a_text(text, pieces):
    """A single space belongs to what follows it; other blanks are pieces of their own."""
    tokenizer = BuiltinTokenizer()
    assert [tokenizer.decode([each]) for each in tokenizer.encode(text)] == pieces


@quickly
@given(TEXTS)
def test_every_text_round_trips(text):
    """Decoding what was encoded gives the very text."""
    tokenizer = BuiltinTokenizer()
    assert tokenizer.decode(tokenizer.encode(text)) == text


@quickly
@given(TEXTS)
def test_the_count_is_the_number_of_ids(text):
    """Counting is encoding without the ids."""
    tokenizer = BuiltinTokenizer()
    assert tokenizer.count(text) == len(tokenizer.encode(text))


@quickly
@given(TEXTS, st.data())
def test_a_text_that_is_cut_at_a_token_keeps_its_tokens(text, data):
    """The first n tokens are n tokens again, which lets a dataset cut prompts to a length."""
    tokenizer = BuiltinTokenizer()
    ids = tokenizer.encode(text)
    cut = data.draw(st.integers(0, len(ids)))
    assert tokenizer.encode(tokenizer.decode(ids[:cut])) == ids[:cut]


def test_ids_are_given_in_the_order_of_first_sight():
    """The same piece has the same id, and a new one the next."""
    tokenizer = BuiltinTokenizer()
    assert tokenizer.encode("to be or not to be") == [0, 1, 2, 3, 4, 1]
    assert tokenizer.encode(" be to") == [1, 4]
    assert tokenizer.encode("new") == [5]


def test_counting_gives_out_no_ids():
    """Counting a response does not grow the vocabulary."""
    tokenizer = BuiltinTokenizer()
    tokenizer.count("some text first")
    assert tokenizer.encode("later") == [0]


@pytest.mark.parametrize("token_id", [-1, 2, 10**30])
def test_an_unknown_id_is_an_error(token_id):
    """An id of another instance is not taken for one of this; negative ones do not count back."""
    tokenizer = BuiltinTokenizer()
    tokenizer.encode("two tokens")
    with pytest.raises(ValueError, match=f"token id {token_id} was not given out .* has 2 tokens"):
        tokenizer.decode([0, token_id])


def test_no_ids_are_no_text():
    """The empty list is the empty text."""
    assert BuiltinTokenizer().decode([]) == ""


def test_any_name_is_accepted():
    """There is one vocabulary, whatever it is called."""
    assert BuiltinTokenizer(name="my-model").encode("a b") == BuiltinTokenizer().encode("a b")
