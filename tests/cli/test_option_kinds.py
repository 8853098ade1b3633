"""What the options of ``aiperf profile`` are made of."""

from __future__ import annotations

import click
import pytest

from aiperf.cli.option_kinds import COUNT, GRACE, SECONDS, GroupedCommand, SpelledChoice, together

_FRUIT = together(
    "Fruit",
    click.option("--apple", "-a", multiple=True),
    click.option("--pear"),
    click.option("--ripe/--unripe"),
    click.option("--way", type=SpelledChoice(["one-by-one"])),
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


def test_a_name_may_be_written_with_underscores():
    assert parsed("--way", "one_by_one")["way"] == parsed("--way", "one-by-one")["way"]
    with pytest.raises(click.BadParameter, match="one-by-one"):
        parsed("--way", "at_once")


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e300", "1e-300", "-1", "0"])
def test_a_number_is_one_that_can_be_measured_with(value):
    """Neither nan nor something that overflows later, in the middle of a run."""
    with pytest.raises(click.BadParameter):
        SECONDS.convert(value, None, None)


def test_where_no_limit_is_a_limit_it_is_written_inf():
    assert GRACE.convert("inf", None, None) == float("inf")
    assert GRACE.convert("0", None, None) == 0
    with pytest.raises(click.BadParameter, match="or inf for no limit"):
        GRACE.convert("nan", None, None)


def test_a_count_is_one_that_can_be_reached():
    assert COUNT.convert("1000000000", None, None) == 10**9
    with pytest.raises(click.BadParameter, match=r"is more than 1,000,000,000\."):
        COUNT.convert("9" * 20, None, None)
