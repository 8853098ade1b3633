"""What a part raises, as an error that names the part."""

from __future__ import annotations

import pytest

from aiperf.benchmark.part_errors import PartError, blamed_on, name_of
from aiperf.common.errors import ConfigError


class Part:
    """Something that a factory gave."""


NAME = f"{__name__}:Part"


def test_a_part_is_called_by_its_module_and_class():
    assert name_of(Part()) == NAME


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("no\nsuch value"), "ValueError: no such value"),
        (KeyError("x"), "KeyError: 'x'"),
        (SystemExit(3), "SystemExit: 3"),
    ],
)
def test_what_a_part_raises_becomes_one_line_that_names_it(error, words):
    """The original is the cause; ``SystemExit``, too, is an error of the part's."""
    with pytest.raises(PartError) as caught, blamed_on(Part(), "do its job"):
        raise error
    assert str(caught.value) == (
        f"{NAME} failed to do its job: {words}. Correct it, or select another implementation"
    )
    assert caught.value.__cause__ is error


def test_our_own_errors_say_enough():
    """They go through as they are."""
    error = ConfigError("--x is wrong")
    with pytest.raises(ConfigError) as caught, blamed_on(Part(), "do its job"):
        raise error
    assert caught.value is error


def test_ctrl_c_is_nobodys_fault():
    with pytest.raises(KeyboardInterrupt), blamed_on(Part(), "do its job"):
        raise KeyboardInterrupt
