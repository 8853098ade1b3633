from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from aiperf.plugins.bindings import imported_module, parse, scope_of
from aiperf.plugins.sources import ModuleSource

SOURCE = """
    import os, xml.dom, json as codec
    from . import sibling
    from ..up import Name as Renamed
    from elsewhere import *
    from typing import TYPE_CHECKING
    import typing

    if TYPE_CHECKING:
        from never import Hidden
    elif typing.TYPE_CHECKING:
        HiddenToo = 1
    else:
        Shown = 1

    try:
        import fast
    except ImportError as error:
        fast = None
    else:
        speed = 1
    finally:
        done = 1

    class Outer:
        class Inner: ...

    def function(argument):
        local = 1

    async def coroutine(): ...

    one, (two, *rest) = 1, (2, 3)
    three, four = 3, 4
    annotated: int = 5
    announced: int
    holder.attribute = 6
    print(walrus := 7)

    with open("x") as file, other() as (left, right), plain():
        inside = 8
    for item in range(3):
        looped = item
    while False:
        never = 9
    match item:
        case 1:
            matched = 10
"""


def test_every_statement_that_binds_a_name_at_the_top_is_seen() -> None:
    """Imports, definitions, assignments and what stands in branches; not what stays inside."""
    scope = scope_of(ast.parse(dedent(SOURCE)).body)
    assert set(scope.names) == {
        *("os", "xml", "codec", "sibling", "Renamed", "TYPE_CHECKING", "typing", "Shown"),
        *("fast", "speed", "done", "Outer", "function", "coroutine", "one", "two", "rest"),
        *("three", "four", "annotated", "walrus", "file", "left", "right", "inside"),
        *("item", "looped", "never", "matched"),
    }
    assert [star.module for star in scope.stars] == ["elsewhere"]


def test_names_for_type_checkers_are_given_to_those_who_ask() -> None:
    """They name the types in quoted arguments."""
    scope = scope_of(ast.parse(dedent(SOURCE)).body, for_type_checkers=True)
    assert {"Hidden", "HiddenToo", "Shown"} <= set(scope.names)


def test_a_name_keeps_its_bindings_in_order() -> None:
    """Both branches of a try count, the import first."""
    scope = scope_of(ast.parse(dedent(SOURCE)).body)
    first, second = scope.names["fast"]
    assert isinstance(first.node, ast.Import)
    assert isinstance(second.node, ast.Constant)
    assert first.line < second.line


def test_a_tuple_is_taken_apart_where_it_can_be() -> None:
    """``three, four = 3, 4`` gives each its value; beside a starred one nothing is known."""
    scope = scope_of(ast.parse(dedent(SOURCE)).body)
    assert ast.literal_eval(scope.names["four"][0].node) == 4  # type: ignore[arg-type]
    assert scope.names["two"][0].node is None
    assert scope.names["file"][0].node is None


@pytest.mark.parametrize(
    ("statement", "package", "expected"),
    [
        ("from x.y import z", "acme", "x.y"),
        ("from . import z", "acme.part", "acme.part"),
        ("from .y import z", "acme.part", "acme.part.y"),
        ("from ..y import z", "acme.part", "acme.y"),
    ],
)
def test_relative_imports_become_absolute(statement: str, package: str, expected: str) -> None:
    """The dots are counted from the package."""
    (node,) = ast.parse(statement).body
    assert isinstance(node, ast.ImportFrom)
    assert imported_module(node, package) == expected


def test_parsing_says_nothing_of_the_authors_warnings() -> None:
    """An invalid escape, which is a warning of Python's, is not shown and not an error."""
    source = ModuleSource("acme", "acme.py", rb'x = "\d"', None)
    assert isinstance(parse(source), ast.Module)


@pytest.mark.parametrize(
    "text", [b"def", b"x = '\0'", b"-" * 100_000 + b"1", b"# coding: nosuch\n"]
)
def test_whatever_cannot_be_parsed_is_a_syntax_error(text: bytes) -> None:
    """Also a null byte, an unknown encoding, and what is nested too deeply."""
    with pytest.raises(SyntaxError):
        parse(ModuleSource("acme", "acme.py", text, None))
