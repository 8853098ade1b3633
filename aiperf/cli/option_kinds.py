"""What the options of ``aiperf profile`` are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

CommandT = TypeVar("CommandT", bound="Callable[..., Any]")

SECONDS = click.FloatRange(min=0, min_open=True)
COUNT = click.IntRange(min=1)


def together(
    *decorators: Callable[[CommandT], CommandT],
) -> Callable[[CommandT], CommandT]:
    """Return one decorator for a group of options, shown in the order given."""

    def decorate(command: CommandT) -> CommandT:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate
