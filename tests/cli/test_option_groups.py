"""Options in groups, and the command that has them."""

from __future__ import annotations

import click
import pytest

from aiperf.cli.option_groups import GroupedCommand, together

_FRUIT = together(
    "Fruit",
    click.option("--apple", "-a", multiple=True),
    click.option("--pear"),
    click.option("--ripe/--unripe"),
)


@click.command(cls=GroupedCommand)
@_FRUIT
def command(**_):
    pass


def parsed(*args):
    return command.make_context("command", list(args)).params


@pytest.mark.parametrize(
    "args",
    [
        ("--apple", "1", "--apple", "2", "--apple", "3"),
        ("--apple", "1", "2", "3"),
        ("--apple=1", "2", "-a", "3"),
        ("-a", "1", "2", "--pear", "x", "-a", "3"),
    ],
)
def test_an_option_that_may_be_repeated_takes_several_values(args):
    assert parsed(*args)["apple"] == ("1", "2", "3")


def test_a_value_may_begin_with_a_dash():
    params = parsed("--pear", "-1", "--apple", "-2", "3")
    assert (params["pear"], params["apple"]) == ("-1", ("-2", "3"))


@pytest.mark.parametrize("args", [("1",), ("--pear", "1", "2"), ("-a", "1", "--ripe", "2")])
def test_other_options_take_one_value(args):
    with pytest.raises(click.UsageError, match="unexpected extra argument"):
        parsed(*args)


def test_an_option_that_is_none_is_an_error_that_says_what_there_is():
    with pytest.raises(click.NoSuchOption, match=r"No such option.*--aple") as like:
        parsed("--aple", "1")
    assert "--apple" in like.value.format_message()
    with pytest.raises(click.UsageError, match="'command --help' lists them"):
        parsed("--zzz", "1")
