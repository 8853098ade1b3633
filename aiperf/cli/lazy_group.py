"""A group of commands that imports a command only when that one is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from aiperf.plugins.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from click.shell_completion import CompletionItem


class LazyCommand(NamedTuple):
    """Where a command is, and its line in the group's help, so that the help imports nothing."""

    module: str
    attribute: str
    short_help: str


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for; see :func:`lazy_group`."""

    lazy_commands: Mapping[str, LazyCommand]

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of all commands."""
        return sorted(self.lazy_commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command; click says it when there is none of that name."""
        lazy = self.lazy_commands.get(cmd_name)
        if lazy is None:
            return None
        command: click.Command = getattr(import_module(lazy.module), lazy.attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is named first, or say the nearest one."""
        name = args[0]
        if name in self.lazy_commands or name.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        likely = did_you_mean(name, self.lazy_commands)
        raise click.UsageError(f"No such command {name!r}. {likely}", ctx)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the names of the commands, importing none of them, and the group's options."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - for completion only

        found = [
            CompletionItem(name, help=self.lazy_commands[name].short_help)
            for name in self.list_commands(ctx)
            if name.startswith(incomplete)
        ]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands' section from what is known without importing them."""
        rows = [(name, self.lazy_commands[name].short_help) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def lazy_group(
    name: str,
    help_text: str,
    commands: Mapping[str, LazyCommand],
    callback: Callable[..., object] | None = None,
    params: Sequence[click.Parameter] = (),
) -> LazyGroup:
    """Return a group called ``name`` of ``commands``, none of them imported yet.

    ``callback`` is called with the values of the group's own ``params`` before a command is.
    """
    options: dict[str, Any] = {"context_settings": {"help_option_names": ["-h", "--help"]}}
    options |= {"callback": callback, "params": list(params)}
    group = LazyGroup(name, help=help_text, no_args_is_help=True, **options)
    group.lazy_commands = commands
    return group
