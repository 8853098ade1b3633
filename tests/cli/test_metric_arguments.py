"""Wrong values of options that say what is computed and written: a line that names the option."""

from __future__ import annotations

import click
import pytest

from aiperf.cli.arguments import to_config
from aiperf.cli.profile import profile


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["request_latency"], "'request_latency' is not NAME:VALUE with a number"),
        (["request_latency:fast"], "'request_latency:fast' is not NAME:VALUE with a number"),
        (["a:1 b:nan"], "'b:nan' is not NAME:VALUE with a number"),
        ([":1"], "':1' is not NAME:VALUE"),
        (["a:1", "a:2"], "'a' has two values"),
    ],
)
def test_an_objective_that_is_not_one(words, said):
    given = [each for word in words for each in ("--goodput", word)]
    with pytest.raises(click.BadParameter, match=said) as raised:
        to_config(profile.make_context("profile", given).params)
    assert "'--goodput'" in raised.value.format_message()


@pytest.mark.parametrize("prefix", ["", " ", "a/b", "..", ".jsonl", "/run"])
def test_a_prefix_that_begins_no_files_name(prefix):
    with pytest.raises(click.BadParameter, match="without a directory") as raised:
        to_config(profile.make_context("profile", ["--profile-export-prefix", prefix]).params)
    assert "'--profile-export-prefix'" in raised.value.format_message()
