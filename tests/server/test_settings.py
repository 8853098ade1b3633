from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from aiperf.server.errors import ServerSettingError
from aiperf.server.settings import ServerSettings

NUMBERS = [each for each in fields(ServerSettings) if each.metadata["low"] is not None]


def test_every_setting_says_what_it_is_for():
    """The help is a sentence, since the command line shows it."""
    for each in fields(ServerSettings):
        assert each.metadata["help"].endswith("."), each.name


@pytest.mark.parametrize("setting", NUMBERS, ids=lambda each: each.name)
def test_a_number_has_limits(setting):
    """Both limits are allowed; what lies beyond, and what is no number, is refused by name."""
    low, high = setting.metadata["low"], setting.metadata["high"]
    for value in (low, high):
        assert getattr(ServerSettings(**{setting.name: value}), setting.name) == value
    for value in (low - 1, high + 1, float("nan")):
        with pytest.raises(ServerSettingError, match=rf"{setting.name} must be from") as caught:
            ServerSettings(**{setting.name: value})
        assert caught.value.setting == setting.name


def test_a_changed_copy_is_checked_too():
    """``dataclasses.replace`` cannot make what the constructor refuses."""
    settings = ServerSettings(log=Path("x"))
    assert replace(settings, seed=3).log == Path("x")
    with pytest.raises(ValueError, match="jitter must be from 0 to 1, not 7"):
        replace(settings, jitter=7)
