"""The errors of a run: one tree, data in attributes, and what records keep of them."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiperf.common import errors
from aiperf.common.models import ErrorDetails

OURS = {
    name: each
    for name, each in vars(errors).items()
    if isinstance(each, type) and issubclass(each, errors.AIPerfError)
}


def ancestors(kind):
    return [each.__name__ for each in kind.__mro__ if issubclass(each, errors.AIPerfError)]


def test_the_tree_is_as_drawn():
    """Every class is in the drawing, under the class that it derives from."""
    drawn = {}
    above = []
    for line in errors.__doc__.split("::\n\n")[1].split("\n\n")[0].splitlines():
        start = len(line) - len(line.lstrip(" │├└─"))
        depth = start // 4 - 1
        name = line[start:].split()[0]
        above[depth:] = [name]
        drawn[name] = above[::-1]
    assert drawn == {name: ancestors(each) for name, each in OURS.items()}


@pytest.mark.parametrize("name", OURS)
def test_an_error_survives_pickling(name):
    """Class, message and data arrive in another process."""
    error = OURS[name]("what failed", code=7, anything=[1])
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is OURS[name]
    assert str(copy) == "what failed"
    assert (copy.code, copy.anything) == (7, [1])


@pytest.mark.parametrize("name", OURS)
def test_data_is_there_even_if_nobody_gave_it(name):
    """Whoever handles an error can read its attributes without asking first."""
    kind = OURS[name]
    for each in kind.__mro__:
        for attribute in getattr(each, "__annotations__", {}):
            assert hasattr(kind("x"), attribute), attribute


def test_what_a_record_keeps():
    """The class's name, the message, and the code where there is one."""
    details = errors.error_details
    assert details(errors.ConnectError("no")) == ErrorDetails("ConnectError", "no", None)
    error = errors.HTTPStatusError("no", code=503, excerpt="x")
    assert details(error) == ErrorDetails("HTTPStatusError", "no", 503)
    assert details(errors.RequestCancellationError("no")).code == 499
    assert details(errors.ServerReportedError("no")).code is None


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b" two\r\n  words\t", "two words"),
        (b"\xff\x00\x1b[0m", "\ufffd\ufffd\ufffd[0m"),
        ("\u00e4\u20ac".encode(), "\u00e4\u20ac"),
        (b"x" * 10, "x" * 10),
        (b"x" * 11, "x" * 10 + "\u2026"),
        (b" " * 41 + b"x", "\u2026"),
    ],
)
def test_an_excerpt_is_one_short_printable_line(data, text):
    """A terminal and a table can show it, whatever the server sent."""
    assert errors.excerpt_of(data, 10) == text


@given(st.binary(max_size=200))
def test_any_bytes_have_an_excerpt(data):
    """It never raises, and is never longer than asked for, but for the ellipsis."""
    excerpt = errors.excerpt_of(data, 20)
    assert len(excerpt) <= 21
    assert excerpt.isprintable()
