"""Options that take one of a few names, and say the nearest one to a name that is none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aiperf.plugins.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from click.shell_completion import CompletionItem


class NamedChoice(click.ParamType):  # type: ignore[type-arg]  # not generic before click 8.3
    """One of some names, which are asked for only when they are needed.

    Args:
        name: what the names are, such as ``origin``.
        choices: gives them.
    """

    def __init__(self, name: str, choices: Callable[[], Iterable[str]]) -> None:
        self.name = name
        self._choices = choices

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """Return the name, or fail with the nearest one."""
        names = [str(each) for each in self._choices()]
        if value not in names:
            self.fail(
                f"there is no {self.name} {value!r}. {did_you_mean(value, names)}", param, ctx
            )
        return str(value)

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002 - as above
        incomplete: str,
    ) -> list[CompletionItem]:
        """Return the names that begin as what has been typed."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - for completion only

        return [CompletionItem(each) for each in self._choices() if each.startswith(incomplete)]
