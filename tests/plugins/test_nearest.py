"""The name that somebody probably meant."""

from __future__ import annotations

from aiperf.plugins.nearest import did_you_mean, nearest


def test_the_nearest_name_is_the_most_similar():
    """A slip of the finger finds its name."""
    assert nearest("openai_caht", ["openai_chat", "openai_embeddings"]) == "openai_chat"


def test_nothing_is_near_when_nothing_is_like_it():
    """A name that resembles none has no nearest one."""
    assert nearest("zzz", ["chat", "rank"]) is None
    assert nearest("zzz", []) is None


def test_a_sentence_names_the_nearest_or_all_or_says_that_there_are_none():
    """Each of the three cases is a sentence of its own; names are sorted and told once."""
    assert did_you_mean("caht", ["rank", "chat"]) == "Did you mean 'chat'?"
    assert did_you_mean("zzz", ["rank", "chat", "rank"]) == "Known: 'chat', 'rank'."
    assert did_you_mean("zzz", iter(())) == "There are none."
